"""Given events, then rows: the fixture of tests that say what a model shows, on both engines.

A folder of tests has it by `from tests.properties.given import engine, given` in its conftest.py, and each test
file names its MODELS. The events are taken one by one, and then all models are computed anew: both must give the same
rows.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.catalog import BY_MODEL
from domain.shared.envelope import Envelope, TimePrecision
from domain.shared.event import Event
from projections.definition import Definition
from projections.facts.tables import FactTable
from projections.model import Model
from tests.properties.engines import (
    IDENTITIES,
    MemoryLog,
    PostgresLog,
    Tables,
    definition_of,
    in_duckdb,
    in_postgres,
    rebuild,
    record,
    rows_of,
    take,
)

MIDNIGHT = datetime(2025, 3, 3, tzinfo=UTC)


def event(subject: str, data: Event, hour: float = 0, **said: Any) -> Envelope:
    """What the system `crm` said about `subject`, `hour` hours after MIDNIGHT; the same twice is a repeat."""
    known: dict[str, Any] = {"tenant": "main", "source": "crm", "id": f"{subject} {hour} {data!r} {said}"}
    return Envelope(type=BY_MODEL[type(data)].name, subject=subject, time=at(hour), data=data, **{**known, **said})


def at(hour: float) -> datetime:
    """The time so many hours after MIDNIGHT."""
    return MIDNIGHT + timedelta(hours=hour)


def id_of(reference: str, tenant: str = "main") -> UUID:
    """The id of what a reference names."""
    return IDENTITIES[tenant].thing(reference)


UNKNOWN: dict[str, Any] = {"time_precision": TimePrecision.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the tables show after the events that were given."""

    tables: Tables
    definition: Definition

    def rows(self, name: str, *columns: str, **where: object) -> list[tuple[Any, ...]]:
        """These columns of the rows of a model or fact in which `where` holds, sorted by them; empty values last."""
        tables: list[Model | FactTable] = [*self.definition.models, *self.definition.facts]
        table = next(one.qualified for one in tables if one.name == name)
        found = [row for row in rows_of(self.tables, table) if all(row[key] == value for key, value in where.items())]
        shown = [tuple(row[column] for column in columns) for row in found]
        return sorted(shown, key=lambda row: [(value is None, str(value)) for value in row])

    def all(self) -> dict[str, list[str]]:
        """All rows of all models."""
        models = [model for model in self.definition.models if not model.is_view]
        return {model.name: sorted(str(row) for row in rows_of(self.tables, model.qualified)) for model in models}


@dataclass(frozen=True, slots=True)
class Engine:
    """Tables on one engine, and the log they read."""

    tables: Tables
    log: MemoryLog | PostgresLog
    definition: Definition


Given = Callable[..., Shown]


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def engine(
    request: pytest.FixtureRequest, fresh_postgres: Callable[[], AbstractContextManager[str]]
) -> Iterator[Engine]:
    """The models that the test file names in MODELS, on each engine in turn; its tests share them."""
    definition = definition_of(*request.module.MODELS)
    if request.param == "duckdb":
        memory = MemoryLog()
        with in_duckdb(memory, definition) as tables:
            yield Engine(tables, memory, definition)
        return
    with fresh_postgres() as url:
        log = PostgresLog(url)
        with in_postgres(url, definition) as tables:
            yield Engine(tables, log, definition)


@pytest.fixture
def given(engine: Engine) -> Given:
    """Lets the events happen, in the order in which they came in, and gives what the tables then show."""
    tables = engine.tables

    def happened(*envelopes: Envelope) -> Shown:
        events = record(envelopes)
        tables.reset()
        engine.log.hold(events)
        take(tables, [1] * len(events), len(events))
        live = Shown(tables, engine.definition)
        before = live.all()
        rebuild(tables, len(events))
        assert live.all() == before, "a rebuild shows something else than what live produced"
        return live

    return happened
