"""`append_command`: one command on a deal with ten events, read, decided and appended; the median in milliseconds."""

import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from commands.case import Request
from commands.deals import ChangeDealValue
from commands.handle import handle
from infra.bootstrap import Rapport
from infra.demo.company import START
from infra.log.init import init_postgres
from tests.bench.measuring import BenchFailed, Line, in_turns, line
from tests.bench.workshop import Workshop, disk_of_postgres, ingest, rapport_at, write_lines

NAME = "append_command"
_EVENTS = 10


def measure(shop: Workshop) -> list[Line]:
    """The same commands on SQLite and on PostgreSQL, each on a deal that no command touched before."""
    with shop.postgres() as url, shop.scratch() as files, shop.scratch() as home:
        init_postgres(url)
        write_lines(files / "deals.jsonl", _deals(shop.sizes.commands * shop.runs))
        with rapport_at(files) as sqlite, rapport_at(home, url) as postgres:
            for rapport in (sqlite, postgres):
                ingest(rapport, files / "deals.jsonl")
            commands = {rapport: _Commands(rapport, shop.sizes.commands) for rapport in (sqlite, postgres)}
            in_files = in_turns({"SQLite": commands[sqlite].run}, shop.runs, shop.folder, shop.tell)
            on_server = in_turns(
                {"PostgreSQL": commands[postgres].run}, shop.runs, disk_of_postgres(url, shop.folder), shop.tell
            )
    note = f"median of {shop.sizes.commands} commands on {_EVENTS} events"
    return [
        line(f"{NAME}:sqlite", "ms", in_files["SQLite"], note=note),
        line(f"{NAME}:postgres", "ms", on_server["PostgreSQL"], note=note),
    ]


class _Commands:
    """Commands one after the other, each on the next deal."""

    def __init__(self, rapport: Rapport, count: int) -> None:
        self._rapport = rapport
        self._count = count
        self._next = 0

    def run(self) -> float:
        """The median of what each took, in milliseconds."""
        taken = []
        for _ in range(self._count):
            command = ChangeDealValue(deal=f"deal:bench:{self._next}", amount=Decimal("1234.50"), currency="EUR")
            request = Request("main", "user:bench", f"bench-{self._next}", self._rapport.now())
            self._next += 1
            begun = time.perf_counter()
            done = handle(command, request, self._rapport.log)
            taken.append((time.perf_counter() - begun) * 1e3)
            if len(done.positions) != 1:
                raise BenchFailed("the command appended nothing")
        return median(taken)


def _deals(count: int) -> Iterator[dict[str, Any]]:
    """Deals with ten events each, in one pipeline."""
    stages = [{"stage": "Offer", "kind": "open", "probability": "0.5"}]
    yield _event("pipeline", "pipeline.defined", "pipeline:bench:sales", 0, name="Sales", stages=stages)
    for number in range(count):
        deal = f"deal:bench:{number}"
        yield _event(
            f"{number}:0", "deal.opened", deal, 1, title=f"Deal {number}", pipeline="pipeline:bench:sales",
            stage="Offer", amount="1000", currency="EUR", owner="Ada Baker",
        )  # fmt: skip
        for minute in range(1, _EVENTS):
            amount = str(1000 + minute)
            yield _event(f"{number}:{minute}", "deal.value_changed", deal, 1 + minute, amount=amount, currency="EUR")


def _event(id_: str, what: str, subject: str, minute: int, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": id_,
        "source": "bench",
        "type": f"crm.{what}.v1",
        "subject": subject,
        "time": (START + timedelta(minutes=minute)).isoformat(),
        "data": data,
    }
