"""`rebuild_10m_embedded`: the models without personal data of ten times as many events, from sealed history.

The ten times are one history under ten sets of ids, all of one tenant: ten companies in one. What is asked is whether
an event takes the same time among many, and whether all of it fits into memory.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb

from infra.history.segment import Segment
from tests.bench.measuring import BenchFailed, Line, Series, flush_time, line
from tests.bench.rebuild_1m_embedded import copy_with_history
from tests.bench.timeline_in_postgres import page_times
from tests.bench.workshop import PROJECT, Workshop

NAME = "rebuild_10m_embedded"
TIMES = 10
_SLOWER, _LARGEST, _PAGE, _PAGE_POSTGRES = 1.4, 6.0, 30.0, 5.0


def measure(shop: Workshop) -> list[Line]:
    """One rebuild of one history, and one of ten: they take minutes."""
    with shop.scratch() as one, shop.scratch() as ten:
        copy_with_history(shop.home(shop.sizes.rebuild), one)
        shop.tell(f"  writing {TIMES} histories")
        multiply(one / "history", ten / "history", TIMES)
        flushes = [flush_time(ten)]
        small = _rebuild(one, shop.runs)
        large = _rebuild(ten, shop.runs)
        flushes.append(flush_time(ten))
        shop.tell("  putting the timeline into PostgreSQL")
        half, most = page_times(shop, ten / "read_models.duckdb", one)

    def series(*values: float) -> Series:
        return Series(list(values), flushes)

    def micros(told: dict[str, Any]) -> Series:
        return series(told["seconds"] / told["events"] * 1e6)

    published, copied = series(*large["publish_seconds"]), series(*large["copy_seconds"])
    return [
        line(
            NAME, "µs/event", micros(large), ("a tenth of them", micros(small)), note=f"{large['events']:,} events",
            wanted=(f"at most {_SLOWER:g} x", lambda _, ratio: ratio is not None and ratio <= _SLOWER),
        ),
        line(
            f"{NAME}:memory", "GiB", series(large["memory_bytes"] / 2**30), note="the most the process had",
            wanted=(f"under {_LARGEST:g}", lambda value, _: value < _LARGEST),
        ),
        line(
            f"{NAME}:timeline_p99", "ms", series(large["page_ms"]["p99"]),
            note=f"first 50 of {large['pages']} contacts; p50 {large['page_ms']['p50']:.1f} ms",
            wanted=(f"under {_PAGE:g}", lambda value, _: value < _PAGE),
        ),
        line(
            f"{NAME}:timeline_p99_postgres", "ms", series(most), note=f"the same rows there; p50 {half:.2f} ms",
            wanted=(f"under {_PAGE_POSTGRES:g}", lambda value, _: value < _PAGE_POSTGRES),
        ),
        line(
            f"{NAME}:publishing", "s", published, ("a copy", copied),
            note=f"some calls, from the log to {large['file_bytes'] / 1e6:,.0f} MB published",
            wanted=("a copy and 1 s", lambda value, _: value < copied.median + 1),
        ),
    ]  # fmt: skip


def multiply(history: Path, target: Path, times: int) -> None:
    """Write a history `times` over, each behind the last one, all ids of a time its own."""
    segments = [Segment(folder) for folder in sorted(history.iterdir())]
    span = segments[-1].last
    with duckdb.connect() as connection:
        for time in range(times):
            for segment in segments:
                folder = target / f"{segment.after + time * span:012d}-{segment.last + time * span:012d}"
                folder.mkdir(parents=True)
                for file in segment.folder.glob("*.parquet"):
                    _shift(connection, file, folder / file.name, time, span)


def _shift(connection: duckdb.DuckDBPyConnection, file: Path, target: Path, time: int, span: int) -> None:
    columns = connection.execute(f"SELECT name, type FROM (DESCRIBE FROM '{file}') AS t(name, type, a, b, c, d)")
    changed = [f"position + {time * span} AS position"]
    for name, sql_type in columns.fetchall():
        if sql_type == "UUID" and time:
            changed.append(f"CAST(md5('{time}' || CAST({name} AS text)) AS uuid) AS {name}")
    select = f"SELECT * REPLACE ({', '.join(changed)}) FROM '{file}' ORDER BY position"
    connection.execute(f"COPY ({select}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")


def _rebuild(home: Path, turns: int) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.rebuild_10m_child", str(home), str(turns)],
        cwd=PROJECT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BenchFailed(f"the rebuild failed: {done.stderr.strip()[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
