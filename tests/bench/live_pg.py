"""`live_pg`: from an event's commit to its row in a PostgreSQL table, at 500 events a second, in milliseconds.

`rapport run project` follows a log that holds a company's history already; calls with a person are put into it one by
one, each in a transaction of its own. A further figure is how fast a backlog is worked off behind a larger history.
"""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import UUID

import psycopg

from consumers.ingest.edge import Edge
from consumers.ingest.messages import Incoming
from infra.bootstrap import Rapport
from infra.log.init import init_postgres
from tests.bench.measuring import BenchFailed, Line, Series, in_turns, line, stopwatch
from tests.bench.watching import PROJECT_FOR_GOOD, Watching, call
from tests.bench.workshop import Workshop, cloud_events, disk_of_postgres, ingest, rapport_at, write_lines
from tests.kafka.ingesting import ingesting

NAME = "live_pg"
_OURS, _BACKLOG = "from commit to row", "a backlog"
_RATE = 500  # events a second
_WARM = 200
_MOST, _FLUSHES, _FASTEST = 15, 3, 15_000  # milliseconds, flushes of the run on top, and events a second
_PART = 5  # of the events that the backlog's run has, one part is the backlog, and the others are behind it


def measure(shop: Workshop) -> list[Line]:
    """One contestant each: nothing else does this."""
    p95 = Series()

    def run() -> float:
        taken = _follow(shop)
        p95.values.append(quantiles(taken, n=20)[-1])
        return median(taken)

    with shop.postgres() as url:
        disk = disk_of_postgres(url, shop.folder)
    found = in_turns({_OURS: run, _BACKLOG: lambda: _work_off(shop)}, shop.runs, disk, shop.tell)
    p95.flushes += found[_OURS].flushes
    limit = _MOST + _FLUSHES * median(found[_OURS].flushes) / 1000
    note = f"{shop.sizes.fresh:,} events at {_RATE:,} a second, behind {shop.sizes.live:,}"
    return [
        line(
            NAME, "ms", found[_OURS], note=note,
            wanted=(f"p50 under {_MOST} ms and {_FLUSHES} flushes", lambda value, _: value < limit),
        ),
        line(f"{NAME}:p95", "ms", p95),
        line(
            f"{NAME}:backlog", "events/s", found[_BACKLOG],
            note=f"a {_PART}th of {shop.sizes.topics:,} events, live behind the others",
            wanted=(f"at least {_FASTEST:,}", lambda value, _: value >= _FASTEST),
        ),
    ]  # fmt: skip


def _follow(shop: Workshop) -> list[float]:
    """Commit calls at the rate, and note when each one's row is there; returns what each took, in milliseconds."""
    with ExitStack() as stack:
        url, scratch = stack.enter_context(shop.postgres()), stack.enter_context(shop.scratch())
        init_postgres(url)
        rapport = stack.enter_context(rapport_at(scratch / "home", url))
        ingest(rapport, shop.lines(shop.sizes.live))
        rapport.projecting().bring_up()
        identity = rapport.keys.identity_of("main")
        ids = [identity.event("bench", f"call-{number}") for number in range(_WARM + shop.sizes.fresh)]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
        settings = inherited | {"RAPPORT_HOME": str(scratch / "home"), "RAPPORT_STORE": url}
        stack.enter_context(ingesting(settings, scratch / "project", program=PROJECT_FOR_GOOD))
        watching = Watching(url, after=rapport.log.head())
        stack.callback(watching.end)
        _commit(rapport, range(_WARM))  # what is made on first use is made by then
        watching.wait_for(ids[:_WARM])
        committed = _commit(rapport, range(_WARM, len(ids)))
        watching.wait_for(ids)
        return _taken(watching, ids[_WARM:], committed)


def _taken(watching: Watching, ids: Sequence[UUID], committed: Sequence[float]) -> list[float]:
    # A row may be seen before the one who committed its event has heard so.
    return [max(0.0, watching.seen[id_] - at) * 1e3 for id_, at in zip(ids, committed, strict=True)]


def _commit(rapport: Rapport, numbers: Sequence[int]) -> list[float]:
    """Put a call into the log at each beat; returns when each was committed."""
    take, begun, committed = _taking(rapport), time.time(), []
    for nth, number in enumerate(numbers):
        time.sleep(max(0.0, begun + nth / _RATE - time.time()))
        take(number)
        committed.append(time.time())
    return committed


def _taking(rapport: Rapport) -> Callable[[int], object]:
    """What takes a call by its number into the log, as a consumer would that got nothing else with it."""
    settings = rapport.settings
    edge = Edge(settings.tenant, settings.timezone, rapport.now)
    return lambda number: rapport.log.take([Incoming(edge.read(call(number)), NAME, str(number), b"")])


def _work_off(shop: Workshop) -> float:
    """Apply the last part of a company's history live; returns events a second."""
    with shop.postgres() as url, shop.scratch() as scratch:
        init_postgres(url)
        story = cloud_events(shop.sizes.topics)
        backlog = shop.sizes.topics // _PART
        with rapport_at(scratch / "home", url) as rapport:
            _ingest(rapport, islice(story, shop.sizes.topics - backlog), scratch / "before.jsonl")
            rapport.projecting().bring_up()
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")  # autovacuum comes by in its own time, and would be timed or not
            _ingest(rapport, islice(story, backlog), scratch / "backlog.jsonl")
            head = rapport.log.head()
            with stopwatch() as watch:
                rapport.projecting().bring_up()
            if rapport.projector.published() != head:
                raise BenchFailed(f"the log ends at {head:,} and the tables at {rapport.projector.published():,}")
    return backlog / watch.seconds


def _ingest(rapport: Rapport, events: Iterable[dict[str, Any]], lines: Path) -> None:
    write_lines(lines, events)
    ingest(rapport, lines)
