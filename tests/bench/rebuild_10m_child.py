"""Open tables of a history, in a process of its own: `rebuild_10m_child.py HOME TURNS`; prints as JSON what it took.

It computes all models once and publishes. Then, in so many turns, some calls arrive and are published, and the file is
merely copied. Last it reads the first page of some contacts' timelines in the published file.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

import duckdb

from infra.cli.app import collect_seldom
from infra.cli.story import FIRST_EVENTS
from infra.history.segment import Segment
from infra.log.rows import LogRow
from infra.publishing.private_file import PrivateFile, copy_handle
from infra.tables.batches import Batches
from infra.tables.duckdb import DuckdbTables
from projections.definition import definition_for
from tests.bench.measuring import stopwatch
from tests.bench.rebuild_child import peak_memory
from tests.bench.watching import call
from tests.bench.workshop import ingest, rapport_at

_PAGES = 300
_CALLS = 50  # a turn, as many as a tenth of a second has at 500 a second


class _Whole:
    """A history of which all is used."""

    def __init__(self, folder: Path) -> None:
        self.segments = [Segment(path) for path in sorted(folder.iterdir())]

    def behind(self, position: int, upto: int) -> Sequence[Segment]:
        """See History."""
        return [] if position else [one for one in self.segments if one.last <= upto]


def main(home: Path, turns: int) -> None:
    """Make, publish, read."""
    collect_seldom()
    history = _Whole(home / "history")
    last = history.segments[-1].last
    calls = _calls(home / "calls", last, turns * _CALLS)
    batches = Batches(lambda after, upto, _: [row for row in calls if after < row.position <= upto], lambda *_: [])

    def opened(path: Path) -> DuckdbTables:
        return DuckdbTables(path, definition_for("crm"), "UTC", batches, history=history)

    public = home / "read_models.duckdb"
    file = PrivateFile(home / "main.duckdb", public, 0o600, opened, lambda _: None)
    with stopwatch() as computing:
        file.tables.stage(last, last)
        list(file.tables.compute())
        file.tables.checkpoint()
    file.tables.connection.execute("UPDATE rapport.applied SET applied_at = now()")
    file.publish()
    published, copied = [], []
    for turn in range(1, turns + 1):
        os.sync()  # or the one would wait for what the other left to be written
        with stopwatch() as publishing:
            file.tables.advance(last + turn * _CALLS, _CALLS)
            file.publish()
        published.append(publishing.seconds)
        copied.append(_copy(home / "main.duckdb", home / f"copy-{turn}"))
    file.close()
    pages = _pages(public)
    cuts = quantiles(pages, n=100, method="inclusive")
    told = {
        "events": last,
        "seconds": computing.seconds,
        "publish_seconds": published,
        "copy_seconds": copied,
        "file_bytes": public.stat().st_size,
        "memory_bytes": peak_memory(),
        "pages": len(pages),
        "page_ms": {"p50": cuts[49], "p99": cuts[98]},
    }
    print(json.dumps(told))


def _calls(home: Path, last: int, count: int) -> list[LogRow]:
    """Calls as a log gives them, behind position `last`."""
    lines = home.with_suffix(".jsonl")
    lines.write_bytes(b"".join(call(number) + b"\n" for number in range(count)))
    with rapport_at(home) as rapport:
        ingest(rapport, lines)
        rows = rapport.log.read(0, rapport.log.head(), count)
    return [row._replace(position=row.position + last) for row in rows]


def _copy(source: Path, target: Path) -> float:
    os.sync()
    handle = os.open(source, os.O_RDONLY)
    with stopwatch() as copying:
        copy_handle(handle, target, 0o600)
    os.close(handle)
    target.unlink()
    return copying.seconds


def _pages(public: Path) -> list[float]:
    """How long the first page of a timeline takes, in milliseconds, for contacts taken at random."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{public}' AS tables (READ_ONLY); SET search_path = 'tables.crm'")
        people = "SELECT tenant, contact_id FROM (SELECT DISTINCT tenant, contact_id FROM contact_timeline)"
        found = connection.execute(f"{people} ORDER BY md5(CAST(contact_id AS text)) LIMIT {_PAGES}").fetchall()
        took = []
        for tenant, contact in found:
            begun = time.perf_counter()
            connection.execute(FIRST_EVENTS, [tenant, contact, 50]).fetchall()
            took.append((time.perf_counter() - begun) * 1000)
    return took


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
