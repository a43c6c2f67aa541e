"""For all histories: the events that explain a number give the number, for every row of every table of numbers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from hypothesis import given, note, settings
from psycopg import RawCursor

from infra.cli.explained import Explainer
from infra.publishing.reader import Found
from infra.tables.duckdb import DuckdbTables
from projections.explaining import measures_of
from projections.facts.tables import FactTable
from projections.model import load_models
from projections.sources import sources_for
from tests.properties.histories import TENANTS, History, histories
from tests.properties.logs import logged
from tests.properties.stores import MAIN, Store, Tables, on_both_engines

EXAMPLES = (settings.default or settings()).max_examples
TOGETHER = max(8, EXAMPLES // 5)  # an example explains some thousand numbers, in seconds
NUMBERED = [model for model in load_models() if model.measures]
OTHERS = [
    model for model in load_models() if model.schema == "crm" and not model.measures and model.name != "freshness"
]


def _stands(fact: FactTable) -> str:
    return MAIN.standing_name_of(fact)


SOURCES = {model.name: sources_for(model, MAIN, _stands) for model in load_models() if model.schema == "crm"}


@dataclass(frozen=True)
class Session:
    """A reader of tables that nobody published."""

    tables: Tables

    def query(self, statement: str, parameters: Sequence[Any] = ()) -> Found:
        if isinstance(self.tables, DuckdbTables):
            done = self.tables.connection.execute(statement, list(parameters))
            return Found(tuple(column[0] for column in done.description or ()), done.fetchall())
        with RawCursor(self.tables.connection) as cursor:
            rows = cursor.execute(statement.encode(), parameters, prepare=True)
            return Found(tuple(column.name for column in rows.description or ()), rows.fetchall())

    query_freely = query

    def close(self) -> None:
        """What others opened stays open."""


@pytest.fixture(scope="module")
def store(fresh_postgres: Callable[[], AbstractContextManager[str]]) -> Iterator[Store]:
    with fresh_postgres() as url, on_both_engines(url) as store:
        yield store


@pytest.mark.timeout(0)
def test_the_events_of_every_number_give_the_number(store: Store) -> None:
    seen: set[tuple[str, str]] = set()

    @settings(max_examples=TOGETHER)
    @given(histories())
    def agree(history: History) -> None:
        note(str(history))
        store.begin(logged(history).rows, history.timezone)
        for engine in ("DuckDB 1", "PostgreSQL"):
            store.tables[engine].stage(store.head, store.head)
            assert len(list(store.tables[engine].compute())) > len(NUMBERED)
            for model, tenant in product(NUMBERED, TENANTS):
                explainer = Explainer(Session(store.tables[engine]), tenant, model, SOURCES[model.name])
                assert _wrong(explainer, seen) == [], engine
            for model, tenant in product(OTHERS, TENANTS):
                explainer = Explainer(Session(store.tables[engine]), tenant, model, SOURCES[model.name])
                assert _out_of_nothing(explainer) == [], engine

    agree()
    # No table went by whose numbers no event ever added to, and few of the numbers did.
    numbers = {(model.name, name) for model in NUMBERED for name in measures_of(model).names}
    assert {model.name for model in NUMBERED} == {name for name, _ in seen}
    assert len(numbers - seen) < len(numbers) // 5


def _out_of_nothing(explainer: Explainer) -> list[str]:
    """Rows behind which there is no event, among the first and the last."""
    model, rows = explainer.model, explainer.rows([])
    keys = [[(column, row[column]) for column in model.grain] for row in (*rows[:1], *rows[-1:])]
    behind = {event["event_id"] for event in explainer.events([])} if rows else set()
    return [
        f"{model.name} {where}" for where in keys
        if not (found := {event["event_id"] for event in explainer.events(where)}) or found - behind
    ]  # fmt: skip


def _wrong(explainer: Explainer, seen: set[tuple[str, str]]) -> list[str]:
    """What is not explained: row by row, and of all rows together where that means something."""
    model, rows = explainer.model, explainer.rows([])
    made, several = measures_of(model), []
    for row in rows:
        where = [(column, row[column]) for column in model.grain]
        several += explainer.numbers_of([row], where, made.names)
    if made.additive and not made.up_to and len(rows) > 1:
        several += explainer.numbers_of(rows, [], list(made.sums))
    seen |= {(model.name, one.measure) for one in several if any(one.events.values())}
    return [f"{model.name}: {one}" for one in several if not one.agrees]
