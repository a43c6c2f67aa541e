"""`ingest_sqlite`: a file of CloudEvents into a fresh SQLite log, checked and told apart from repeats, as typed."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from rich.console import Console
from rich.table import Table

from consumers.ingest.edge import Edge
from consumers.ingest.messages import Incoming
from consumers.ingest.run import BATCH
from infra.cli.app import collect_seldom
from infra.importing.lines import LineFile
from infra.log.sqlite_recorder import _PRAGMAS
from infra.log.taking import prepare
from tests.bench.measuring import WIDTH, Line, in_turns, line, stopwatch
from tests.bench.workshop import Workshop, ingest, rapport_at

NAME = "ingest_sqlite"
_OURS = "rapport ingest"
_RAW = "raw INSERTs, batches of 500"
_LIBRARY = "eventsourcing SQLite recorder, batches of 500"
_SLOWEST = 15_000
_BATCH = 500
_SELECT = (
    "SELECT originator_id, originator_version, topic, state, notification_id, tenant, recorded_at FROM stored_events"
    " ORDER BY notification_id"
)
_INSERT = (
    "INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id, tenant, recorded_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
T = TypeVar("T")


def measure(shop: Workshop) -> list[Line]:
    """The real way in, against INSERTs of rows that are ready-made."""
    path = shop.lines(shop.sizes.ingest)
    rows = _ready_rows(shop.home(shop.sizes.ingest))
    stored = [StoredEvent(UUID(stream), version, topic, state) for stream, version, topic, state, *_ in rows]
    found = in_turns(
        {
            _OURS: lambda: _ingest(shop, path),
            _RAW: lambda: _insert_raw(shop, rows),
            _LIBRARY: lambda: _insert_by_library(shop, stored),
        },
        shop.runs,
        shop.folder,
        shop.tell,
    )
    ours, unit = found[_OURS], "events/s"
    wanted = (f"at least {_SLOWEST:,}", lambda value, _: value >= _SLOWEST)
    lines = [
        line(NAME, unit, ours, (_RAW, found[_RAW]), wanted=wanted, note=f"{len(rows):,} events"),
        line(f"{NAME}:eventsourcing", unit, ours, (_LIBRARY, found[_LIBRARY])),
    ]
    if shop.profile or not lines[0].met:
        _show_profile(shop, path)
    return lines


def _ready_rows(home: Path) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(home / "log.sqlite")
    try:
        return connection.execute(_SELECT).fetchall()
    finally:
        connection.close()


def _ingest(shop: Workshop, path: Path) -> float:
    collect_seldom()  # as the program does when it begins; the peers run under it too
    with shop.scratch() as home, rapport_at(home) as rapport, stopwatch() as watch:
        summary = ingest(rapport, path)
    return summary.taken / watch.seconds


def _insert_raw(shop: Workshop, rows: Sequence[tuple[Any, ...]]) -> float:
    """The same rows into the same tables with the same settings, one transaction a batch."""
    with shop.scratch() as home, _fresh_log(home / "raw.sqlite") as connection:
        with stopwatch() as watch:
            for batch in _batches(rows):
                with connection:
                    connection.executemany(_INSERT, batch)
        return len(rows) / watch.seconds


def _insert_by_library(shop: Workshop, stored: Sequence[StoredEvent]) -> float:
    with shop.scratch() as home:
        recorder = SQLiteApplicationRecorder(SQLiteDatastore(str(home / "library.sqlite")))
        recorder.create_table()
        with stopwatch() as watch:
            for batch in _batches(stored):
                recorder.insert_events(batch)
        recorder.datastore.close()
        return len(stored) / watch.seconds


@contextmanager
def _fresh_log(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    try:
        for pragma in ("PRAGMA journal_mode = WAL", *_PRAGMAS):
            connection.execute(pragma)
        connection.executescript((files("infra.log") / "schema_sqlite.sql").read_text())
        yield connection
    finally:
        connection.close()


def _batches(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))


def _show_profile(shop: Workshop, path: Path) -> None:
    """One more run of each step by itself."""
    with shop.scratch() as home, rapport_at(home) as rapport:
        edge = Edge("main", "UTC", rapport.now)
        with LineFile(path) as file, stopwatch() as lines:
            messages = [message for message in file.messages(lambda: False) if message]
        with stopwatch() as checking:
            envelopes = [edge.read(message.raw) for message in messages]
        identity = rapport.keys.identity_of("main")
        incoming = [Incoming(envelope, "ingest", "a line", b"") for envelope in envelopes]
        with stopwatch() as encoding:
            for one in incoming:
                prepare(one, identity, frozenset())
        with stopwatch() as taking:
            for start in range(0, len(incoming), BATCH):
                rapport.log.take(incoming[start : start + BATCH])
    table = Table("what", "seconds", "µs an event", title=f"{NAME}: where the time goes", title_justify="left")
    writing = max(0.0, taking.seconds - encoding.seconds)
    for what, seconds in (
        ("reading lines", lines.seconds),
        ("checking events", checking.seconds),
        ("encoding: ids, digest, JSON", encoding.seconds),
        ("looking for repeats, writing, flushing", writing),
    ):
        table.add_row(what, f"{seconds:.2f}", f"{seconds / len(messages) * 1e6:.1f}")
    Console(width=WIDTH).print(table)
