"""`rebuild_1m_embedded`: all models of both sets of tables, from the SQLite log into DuckDB files, all at once."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from infra.publishing.places import Places
from tests.bench.measuring import BenchFailed, Line, Series, in_turns, line, stopwatch
from tests.bench.workshop import PROJECT, Workshop, rapport_at

NAME = "rebuild_1m_embedded"
_OURS = "rebuild"
_HISTORY = "rebuild from sealed history"
_OPEN = "the same without personal data"
_SCAN = "raw scan of the log"
_FASTEST, _LARGEST = 100_000, 3.0
_FASTEST_FROM_HISTORY, _FASTEST_OPEN = 150_000, 400_000
_ROWS = 50_000
_READ = "SELECT notification_id, tenant, originator_id, topic, state, recorded_at FROM stored_events ORDER BY 1"


def measure(shop: Workshop) -> list[Line]:
    """Rebuilds in processes of their own, and scans, in turns."""
    home = shop.home(shop.sizes.rebuild)
    told: list[dict[str, Any]] = []
    with shop.scratch() as sealed:
        copy_with_history(home, sealed)

        def rebuilt() -> float:
            told.append(_rebuild(home))
            return _rate(told[-1])

        contestants = {
            _OURS: rebuilt,
            _HISTORY: lambda: _rate(_rebuild(sealed)),
            _OPEN: lambda: _rate(_rebuild(sealed, "--open")),
            _SCAN: lambda: _scan(home),
        }
        found = in_turns(contestants, shop.runs, home, shop.tell)
        if shop.profile:
            _rebuild(sealed, "--profile")
    flushes = found[_OURS].flushes
    memory = Series([one["memory_bytes"] / 2**30 for one in told], flushes)
    whole = Series([one["events"] / one["whole_seconds"] for one in told], flushes)
    published = told[-1]["published_bytes"] / 1e6
    lines = [
        line(
            NAME, "events/s", found[_OURS], (_SCAN, found[_SCAN]), note=f"{told[-1]['events']:,} events",
            wanted=(f"at least {_FASTEST:,}", lambda value, _: value >= _FASTEST),
        ),
        line(
            f"{NAME}:memory", "GiB", memory, wanted=(f"under {_LARGEST:g}", lambda value, _: value < _LARGEST),
            note="the most the process had",
        ),
        line(
            f"{NAME}:from_history", "events/s", found[_HISTORY], (_OURS, found[_OURS]),
            wanted=(f"at least {_FASTEST_FROM_HISTORY:,}", lambda value, _: value >= _FASTEST_FROM_HISTORY),
        ),
        line(
            f"{NAME}:open_from_history", "events/s", found[_OPEN], (_OURS, found[_OURS]),
            wanted=(f"at least {_FASTEST_OPEN:,}", lambda value, _: value >= _FASTEST_OPEN),
        ),
        line(f"{NAME}:with_publishing", "events/s", whole, note=f"{published:,.0f} MB published"),
    ]  # fmt: skip
    if shop.profile or not (lines[0].met and lines[1].met):
        _rebuild(home, "--profile")
    _forget_tables(home)
    return lines


def _rate(told: dict[str, Any]) -> float:
    return float(told["events"] / told["seconds"])


def copy_with_history(home: Path, copy: Path) -> None:
    """Copy a home, and write the history of its log there."""
    shutil.copytree(home / "keys", copy / "keys")
    shutil.copyfile(home / "log.sqlite", copy / "log.sqlite")
    with rapport_at(copy) as rapport:
        rapport.history.write()


def _rebuild(home: Path, *options: str) -> dict[str, Any]:
    _forget_tables(home)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.rebuild_child", str(home), *options],
        cwd=PROJECT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BenchFailed(f"the rebuild failed: {done.stderr.strip()[-2000:]}")
    *profile, result = done.stdout.splitlines()
    if profile:
        print("\n".join(profile))
    found: dict[str, Any] = json.loads(result)
    return found


def _scan(home: Path) -> float:
    """Read the same rows and do nothing with them; returns rows a second."""
    connection = sqlite3.connect(home / "log.sqlite")
    try:
        with stopwatch() as watch:
            cursor, count = connection.execute(_READ), 0
            while rows := cursor.fetchmany(_ROWS):
                count += len(rows)
    finally:
        connection.close()
    return count / watch.seconds


def _forget_tables(home: Path) -> None:
    places = Places(home)
    shutil.rmtree(places.projector, ignore_errors=True)
    for name in ("main", "personal"):
        places.public(name).unlink(missing_ok=True)
