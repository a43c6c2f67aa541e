"""Three ways to the same tables: DuckDB, PostgreSQL and the Python folds; and what tells them apart, readably."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from consumers.ingest.messages import Incoming
from infra.log.init import init_postgres
from infra.log.rows import LogRow
from infra.log.sqlite import SqliteLog, open_sqlite_log
from infra.tables.duckdb import DuckdbTables
from infra.tables.postgres import PostgresTables
from projections.definition import Definition, definition_for
from projections.model import Model, load_models
from tests.properties.histories import IDENTITY, Delivery, History
from tests.properties.history import Recorded

MAIN, PERSONAL, ALL = definition_for("crm"), definition_for("personal"), definition_for("crm", "personal")
# When the tables took an event in is the clock's to say, not the events'.
BY_THE_CLOCK = {"freshness": {"applied_at"}}
NO_COLUMN = "no such column"
TAKEN_AT_ONCE = 7  # so that repeats come within a batch of the log, and across batches

Tables = DuckdbTables | PostgresTables
Row = Mapping[str, Any]
Snapshot = Mapping[str, Sequence[Row]]


@dataclass
class Store:
    """A log's rows, and the tables of both engines that are computed from them."""

    tables: Mapping[str, Tables]
    log: list[LogRow] = field(default_factory=list)
    postgres: psycopg.Connection | None = None

    def begin(self, rows: Sequence[LogRow], timezone: str) -> None:
        """Forget all events, and have a log with these."""
        self.log[:] = rows
        if self.postgres is not None:
            self.postgres.execute("TRUNCATE rapport.stored_events")
            self.postgres.cursor().executemany(
                "INSERT INTO rapport.stored_events (originator_id, originator_version, topic, state, notification_id,"
                " tenant, recorded_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [(r.originator_id, r.position, r.topic, r.state, r.position, r.tenant, r.recorded_at) for r in rows],
            )
        for tables in self.tables.values():
            tables._timezone = timezone
            tables.reset()

    @property
    def head(self) -> int:
        return self.log[-1].position if self.log else 0


@contextmanager
def in_duckdb(*definitions: Definition) -> Iterator[Store]:
    """A store with tables in memory, a set per definition."""
    log: list[LogRow] = []

    def read(after: int, upto: int, limit: int) -> list[LogRow]:
        return [row for row in log if after < row.position <= upto][:limit]

    wanted = enumerate(definitions or (MAIN, PERSONAL), start=1)
    tables = {f"DuckDB {n}": DuckdbTables(None, definition, "UTC", read) for n, definition in wanted}
    try:
        yield Store(tables, log)
    finally:
        for one in tables.values():
            one.close()


@contextmanager
def on_both_engines(url: str) -> Iterator[Store]:
    """A store with tables in memory and in an empty PostgreSQL database."""
    init_postgres(url)
    with in_duckdb() as store, psycopg.connect(url, autocommit=True) as connection:
        postgres = PostgresTables(url, ALL, "UTC")
        try:
            yield Store({**store.tables, "PostgreSQL": postgres}, store.log, connection)
        finally:
            postgres.close()


@dataclass(frozen=True)
class Logged:
    """What the log made of a history: its rows, the events in them, and what it counted."""

    rows: Sequence[LogRow]
    events: Sequence[Recorded]
    repeats: int
    alerts: int


def logged(history: History) -> Logged:
    """Deliver a history to a real log on SQLite: repeats are counted, alerts become dead letters."""
    with TemporaryDirectory() as folder:
        log = open_sqlite_log(Path(folder) / "log.sqlite", lambda _: IDENTITY)
        try:
            return _logged(history, log)
        finally:
            log.close()


def _logged(history: History, log: SqliteLog) -> Logged:
    found: list[tuple[int, Delivery]] = []
    repeats = alerts = 0
    for begin in range(0, len(history.deliveries), TAKEN_AT_ONCE):
        batch = history.deliveries[begin : begin + TAKEN_AT_ONCE]
        incoming = [
            Incoming(d.envelope, "test", str(begin + n), repr(d.envelope).encode()) for n, d in enumerate(batch)
        ]
        taken = log.take(incoming)
        repeats, alerts = repeats + taken.repeats, alerts + len(taken.alerts)
        found += [(p, d) for p, d in zip(taken.positions, batch, strict=True) if p is not None]
    rows = log.read(0, log.head(), 10_000)
    events = [
        Recorded(
            row.position,
            row.recorded_at,
            IDENTITY.event(delivery.envelope.source, delivery.envelope.id),
            IDENTITY.thing(delivery.envelope.subject),
            delivery.envelope,
            IDENTITY,
            history.timezone,
        )
        for row, (_, delivery) in zip(rows, sorted(found, key=lambda pair: pair[0]), strict=True)
    ]
    return Logged(rows, events, repeats, alerts)


def take_live(store: Store, sizes: Iterable[int]) -> None:
    """Take the log's events in batches of these sizes, and the rest at once."""
    for tables in store.tables.values():
        for size in sizes:
            tables.advance(store.head, size)
        while tables.advance(store.head, len(store.log) + 1):
            pass


def take_again(store: Store, since: int) -> None:
    """Let all tables take what stands behind a position once more, as if they had forgotten that they did."""
    for tables in store.tables.values():
        tables._move("facts_position, models_position", since)
        while tables.advance(store.head, len(store.log) + 1):
            pass


def rebuild(store: Store) -> None:
    """Stage all events anew, and compute each model once."""
    for tables in store.tables.values():
        tables.reset()
        while tables.stage(store.head, 20):
            pass
        for _ in tables.compute():
            pass


def snapshot(tables: Tables) -> dict[str, list[Row]]:
    """All rows of all models that these tables hold."""
    return {model.name: _rows(tables, model) for model in tables._definition.models}


def folded(events: Sequence[Recorded]) -> dict[str, list[Row]]:
    """All rows of all models, as the folds have them."""
    return {model.name: _fold_of(model)(events) for model in load_models()}


def _fold_of(model: Model) -> Callable[[Sequence[Recorded]], list[Row]]:
    fold: Callable[[Sequence[Recorded]], list[Row]] = import_module(f"tests.properties.folds.{model.name}").rows
    return fold


def _rows(tables: Tables, model: Model) -> list[Row]:
    cursor = tables.connection.execute(f"SELECT * FROM {model.qualified}")
    names = [column[0] for column in cursor.description or ()]
    left_out = BY_THE_CLOCK.get(model.name, set())
    return [
        {name: value for name, value in zip(names, row, strict=True) if name not in left_out}
        for row in cursor.fetchall()
    ]


def differences(expected: Snapshot, found: Snapshot, whose: str) -> list[str]:
    """What tells two snapshots apart: model, key, column, and both values. Models that only one has are left out."""
    said = []
    for model in load_models():
        if model.name in expected and model.name in found:
            said += [f"{whose}: {line}" for line in _differences(model, expected[model.name], found[model.name])]
    return said


def _differences(model: Model, expected: Sequence[Row], found: Sequence[Row]) -> list[str]:
    if Counter(map(_frozen, expected)) == Counter(map(_frozen, found)):
        return []
    grain = [name for name in model.grain if name not in BY_THE_CLOCK.get(model.name, ())]
    wanted, got = _by_grain(expected, grain), _by_grain(found, grain)
    said = []
    for key in sorted(wanted.keys() | got.keys(), key=repr):
        place = f"{model.name}[{', '.join(f'{n}={v}' for n, v in zip(grain, key, strict=True))}]"
        ours, theirs = wanted.get(key, []), got.get(key, [])
        if len(ours) != 1 or len(theirs) != 1:
            if Counter(map(_frozen, ours)) != Counter(map(_frozen, theirs)):
                said.append(f"{place}: {len(ours)} rows expected, {len(theirs)} found: {(ours or theirs)[0]}")
            continue
        for name in sorted(ours[0].keys() | theirs[0].keys()):
            value, other = ours[0].get(name, NO_COLUMN), theirs[0].get(name, NO_COLUMN)
            if value != other:
                said.append(f"{place}.{name}: {value!r} expected, {other!r} found")
    return said


def _by_grain(rows: Sequence[Row], grain: Sequence[str]) -> dict[tuple[Any, ...], list[Row]]:
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row.get(name) for name in grain), []).append(row)
    return found


def _frozen(row: Row) -> frozenset[tuple[str, Any]]:
    return frozenset(row.items())
