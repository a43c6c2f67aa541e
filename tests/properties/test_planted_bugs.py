"""Bugs planted in the models, the runner and the log: each is one that the comparison with the folds must find.

Each is shown by a history picked by hand, which is right without the bug, and by the random histories of a run.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import Phase, given, settings

from domain.agents.events import AgentJoined, AgentMoved
from domain.deals.events import DealOpened, DealOwnerChanged, DealValueChanged
from domain.shared.envelope import Envelope
from domain.shared.event import Event
from infra.log.rows import LogRow
from infra.tables.duckdb import DuckdbTables
from projections.definition import Definition, facts_under
from projections.model import Model
from projections.runner import Runner
from tests.properties.comparison import differences, folded
from tests.properties.given import event
from tests.properties.histories import Correction, Delivery, History, histories
from tests.properties.logs import Logged, logged
from tests.properties.stores import MAIN, Store, in_duckdb, snapshot, take_live

DEAL, AGENT = "deal:crm:1", "agent:crm:1"
Planting = Callable[[Model], Model]


@dataclass(frozen=True)
class Bug:
    """A bug: where it shows first, how it is planted (in a model, the runner or the log), and what shows it."""

    table: str
    shown_by: Sequence[Envelope]
    in_model: Planting = lambda model: model
    in_runner: type[Runner] = Runner
    in_log: Callable[[History, Logged], Sequence[LogRow]] = lambda _, log: log.rows
    corrections: Sequence[Correction] = ()


def opened(hour: float, **said: object) -> Envelope:
    return event(DEAL, DealOpened.model_validate(said), hour)


def changed(data: Event, hour: float, **said: object) -> Envelope:
    return event(DEAL, data, hour, **said)


class ForgetsVoids(Runner):
    """Models see what was voided as if it stood."""

    def _standing_name(self, table: str) -> str:
        return self._names[table]


class VoidsTouchNothing(Runner):
    """What a void took back changes its rows only when something else touches them."""

    def _delta(self, table: str, since: str) -> str:
        self._new_voids = False
        return super()._delta(table, since)


class UndoneTouchNothing(Runner):
    """The same of what comes back: only new voids are looked at."""

    def _changed_facts(self, since: str, touched: set[str]) -> set[str]:
        changed = super()._changed_facts(since, touched)
        made = f"SELECT voided AS position FROM rapport.fact_voided WHERE position > {since}"
        self._new_voids = self._connection.fill("touched_voids", made) > 0
        return changed


class ForgetsOldKeys(Runner):
    """Rows that go touch no keys of the models above: what counted them counts them still."""

    def _delta(self, table: str, since: str) -> str:
        delta = super()._delta(table, since)
        if table.startswith("fact_"):
            return delta
        assert delta == f"changed_{table}"
        return f"(SELECT * FROM {delta} WHERE way = 1)"


def written_otherwise(pattern: str, instead: str, *names: str) -> Planting:
    """The text of these models (of all, if none is named) with `instead` wherever the pattern matches."""

    def plant(model: Model) -> Model:
        if names and model.name not in names:
            return model
        planted = re.sub(pattern, instead, model.sql, flags=re.MULTILINE)
        assert planted != model.sql or not names, f"{model.name} has no longer what the bug is planted in"
        return replace(model, sql=planted)

    return plant


def with_repeats(history: History, log: Logged) -> list[LogRow]:
    """What a log gives that took each repeat for an event of its own."""
    rows = {row.position: row for row in log.rows}
    first = {(e.tenant, e.envelope.source, e.envelope.id): rows[e.position] for e in log.events}
    repeated = [d.envelope for d in history.deliveries if d.again in {"repeat", "restamped"}]
    again = [first[e.tenant, e.source, e.id] for e in repeated if (e.tenant, e.source, e.id) in first]
    return [*log.rows, *(row._replace(position=len(log.rows) + n) for n, row in enumerate(again, start=1))]


NEWEST = """FROM (
    SELECT * FROM (
        SELECT *, max(occurred_at) OVER (PARTITION BY tenant, thing_id ORDER BY position
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newest
        FROM fact_agent
    ) AS f WHERE newest IS NULL OR occurred_at >= newest
) AS in_time"""
BUGS = {
    "old keys are forgotten": Bug(
        "kpi_sales_daily",
        [opened(1, owner="Lee"), event(AGENT, AgentJoined(name="Lee", team="North"), 0)],
        in_runner=ForgetsOldKeys,
    ),
    "ties are reversed": Bug(
        "deal_history",
        [changed(DealOwnerChanged(owner="Lee"), 1), changed(DealOwnerChanged(owner="Kim"), 1)],
        in_model=written_otherwise(r"(sequence NULLS LAST, (?:\w\.)?event_id)\b(?! DESC)", r"\1 DESC"),
    ),
    "a voided event is seen": Bug(
        "deal", [opened(1), changed(DealOwnerChanged(owner="Lee"), 2)],
        in_runner=ForgetsVoids, corrections=[Correction(2, "event", 1)],
    ),
    "a void touches nothing": Bug(
        "deal", [opened(1), changed(DealOwnerChanged(owner="Lee"), 2)],
        in_runner=VoidsTouchNothing, corrections=[Correction(2, "event", 1)],
    ),
    "an undone void touches nothing": Bug(
        "contact_timeline",
        [opened(1, contacts=["contact:crm:ada"])],
        in_runner=UndoneTouchNothing,
        corrections=[Correction(1, "event", 0), Correction(1, "undo", 0)],
    ),
    "a repeat is counted": Bug("deal", [opened(1), opened(1)], in_log=with_repeats),
    "a late event is dropped": Bug(
        "agent",
        [event(AGENT, AgentJoined(name="Lee"), 2), event(AGENT, AgentMoved(team="North"), 1)],
        in_model=written_otherwise(r"FROM fact_agent$", NEWEST, "agent_history"),
    ),
    "a NULL key is lost": Bug(
        "kpi_sales_daily",
        [opened(1)],
        in_model=written_otherwise(r"coalesce\((\w\.owner), '\(none\)'\)", r"\1", "deal_flow"),
    ),
    "two currencies are added": Bug(
        "kpi_sales_daily",
        [
            opened(1, amount=Decimal(5), currency="EUR"),
            event("deal:crm:2", DealOpened(), 1),
            event("deal:crm:2", DealValueChanged(amount=Decimal(7), currency="USD"), 2),
        ],
        in_model=written_otherwise(
            r"^    currency,$|(?<=pipeline), currency$",
            lambda found: "    min(currency) AS currency," if found[0].startswith(" ") else "",  # type: ignore[arg-type]
            "kpi_sales_daily",
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found_by_a_history_picked_for_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bug = BUGS[name]
    seen: set[str] = set()
    deliveries = []
    for envelope in bug.shown_by:
        deliveries.append(Delivery(envelope, "repeat" if envelope.id in seen else "no"))
        seen.add(envelope.id)
    history = History(tuple(deliveries), sizes=(1,) * 9, corrections=tuple(bug.corrections))

    with planted(Bug(bug.table, ()), monkeypatch) as store:
        assert found_with(Bug(bug.table, ()), store, history) == []
    with planted(bug, monkeypatch) as store:
        assert any(f" {bug.table}[" in line for line in found_with(bug, store, history))


def ended_by_voids(history: History) -> History:
    """The history, and behind it voids of many events, some undone, in batches that hold little else.

    By chance a void seldom stands in another batch than all that else touches the same keys.
    """
    count = len(history.deliveries)
    voids = [Correction(count, "event", nth) for nth in range(0, count, 7)]
    undone = [Correction(count, "undo", nth) for nth in range(0, len(voids), 3)]
    return replace(history, sizes=(count, *(5,) * 40), corrections=(*history.corrections, *voids, *undone))


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found_by_random_histories(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[str] = []

    @settings(max_examples=20, derandomize=True, phases=[Phase.generate], database=None)
    @given(histories())
    def search(history: History) -> None:
        if not found:
            found.extend(found_with(bug, store, ended_by_voids(history) if bug.corrections else history))

    with planted(bug := BUGS[name], monkeypatch) as store:
        search()
    assert found


@contextmanager
def planted(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The tables with the bug in them: those it shows in, and those they are computed from."""
    needed = {bug.table}
    for model in reversed(MAIN.models):
        needed |= set(model.sources) if model.name in needed else set()
    models = tuple(bug.in_model(model) for model in MAIN.models if model.name in needed)
    monkeypatch.setattr("infra.tables.duckdb.Runner", bug.in_runner)
    with in_duckdb(Definition(facts_under(needed), models)) as store:
        yield store


def found_with(bug: Bug, store: Store, history: History) -> list[str]:
    """What tells the tables from the folds after a history."""
    log = logged(history)
    (tables,) = store.tables.values()
    assert isinstance(tables, DuckdbTables)
    store.begin(bug.in_log(history, log), history.timezone)
    take_live(store, history.sizes)
    return differences(folded(log.events), snapshot(tables), "DuckDB")
