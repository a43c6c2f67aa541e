"""`freshness`: from a producer's send to the row in a PostgreSQL table, at 1,000 events a second, in milliseconds.

`rapport run ingest` and `rapport run project` are going, as two processes; a call with a person becomes a row of
`crm.contact_timeline`, which is polled.
"""

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID

from infra.log.init import init_postgres
from infra.services import kafka
from tests.bench.measuring import Line, Series, in_turns, line
from tests.bench.watching import PROJECT_FOR_GOOD, Watching, call
from tests.bench.workshop import Workshop, disk_of_postgres, rapport_at
from tests.kafka.ingesting import Topics, ingesting, settings_of

NAME = "freshness"
_OURS = "from send to row"
_RATE = 1_000  # events a second
_WARM = 200
_MOST, _FLUSHES = 60, 3  # milliseconds, and flushes of the run on top
_STRUCTURED = ("content-type", b"application/cloudevents+json")


def measure(shop: Workshop) -> list[Line]:
    """One contestant: nothing else does this."""
    p95 = Series()

    def run() -> float:
        taken = _run(shop)
        p95.values.append(quantiles(taken, n=20)[-1])
        return median(taken)

    with shop.postgres() as url:
        disk = disk_of_postgres(url, shop.folder)
    found = in_turns({_OURS: run}, shop.runs, disk, shop.tell)[_OURS]
    p95.flushes += found.flushes
    limit = _MOST + _FLUSHES * median(found.flushes) / 1000
    wanted = (f"p50 under {_MOST} ms and {_FLUSHES} flushes", lambda value, _: value < limit)
    note = f"{shop.sizes.fresh:,} events at {_RATE:,} a second"
    return [line(NAME, "ms", found, wanted=wanted, note=note), line(f"{NAME}:p95", "ms", p95)]


def _run(shop: Workshop) -> list[float]:
    """Send at the rate, and note when each event's row is there; returns what each took, in milliseconds."""
    with ExitStack() as stack:
        url, scratch = stack.enter_context(shop.postgres()), stack.enter_context(shop.scratch())
        init_postgres(url)
        ids = _ids(scratch / "home", url, _WARM + shop.sizes.fresh)
        servers = os.environ.get("RAPPORT_TEST_KAFKA") or kafka.start()
        topics = stack.enter_context(Topics(servers, 4, linger=0))
        settings = settings_of(topics, scratch / "home", url)
        stack.enter_context(ingesting(settings, scratch / "ingest"))
        stack.enter_context(ingesting(settings, scratch / "project", program=PROJECT_FOR_GOOD))
        watching = Watching(url)
        stack.callback(watching.end)
        _send(topics, range(_WARM))  # what is made on first use is made by then
        watching.wait_for(ids[:_WARM])
        sent = _send(topics, range(_WARM, len(ids)))
        watching.wait_for(ids)
        return [(watching.seen[id_] - at) * 1e3 for id_, at in zip(ids[_WARM:], sent, strict=True)]


def _ids(home: Path, url: str, count: int) -> Sequence[UUID]:
    with rapport_at(home, url) as rapport:
        identity = rapport.keys.identity_of("main")
        return [identity.event("bench", f"call-{number}") for number in range(count)]


def _send(topics: Topics, numbers: Sequence[int]) -> list[float]:
    """Send a call each thousandth of a second; returns when each was handed to the producer."""
    begun, sent = time.time(), []
    for nth, number in enumerate(numbers):
        time.sleep(max(0.0, begun + nth / _RATE - time.time()))
        sent.append(time.time())
        topics.send("activity", call(number), [_STRUCTURED], f"activity:bench:{number}".encode())
    topics.flush()
    return sent
