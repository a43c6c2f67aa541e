"""For all histories: however events come in, DuckDB, PostgreSQL and the folds have the same rows in every table."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from hypothesis import given, note, settings

from tests.properties.checks import broken_checks, checks
from tests.properties.comparison import Snapshot, differences, folded
from tests.properties.deciders import contradictions_decided, decider_differences
from tests.properties.histories import History, histories
from tests.properties.kinds import KINDS, kinds_of
from tests.properties.logs import logged
from tests.properties.stores import (
    Store,
    on_both_engines,
    rebuild,
    rebuild_from_history,
    snapshot,
    take_again,
    take_live,
)

EXAMPLES = (settings.default or settings()).max_examples
# An example tells two tenants' stories, and fills two databases with them: it takes seconds. 8 in CI, 150 in `long`.
TOGETHER = max(8, EXAMPLES * 3 // 20)


@pytest.fixture(scope="module")
def store(fresh_postgres: Callable[[], AbstractContextManager[str]]) -> Iterator[Store]:
    """Tables of both engines, made once and emptied for every example."""
    with fresh_postgres() as url, on_both_engines(url) as store:
        yield store


@pytest.mark.timeout(0)
def test_both_engines_and_the_folds_agree_on_every_table(store: Store) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=TOGETHER)
    @given(histories())
    def agree(history: History) -> None:
        note(str(history))
        log = logged(history)
        expected = folded(log.events)
        assert log.taken + log.repeats + log.alerts == len(history.deliveries)

        # when the events come in batch by batch
        store.begin(log.rows, history.timezone)
        take_live(store, history.sizes)
        # then all tables are as the folds have them
        assert _differences(store, expected, "live") == ""

        assert [broken for tables in store.tables.values() for broken in broken_checks(tables)] == []

        # when a batch is applied again
        take_again(store, since=sum(history.sizes[:1]))
        # then nothing changes
        assert _differences(store, expected, "applied again") == ""

        # when all is computed anew from the log
        rebuild(store)
        # then it is what the batches made
        assert _differences(store, expected, "rebuilt") == ""

        # when it is computed anew from sealed history
        rebuild_from_history(store, history.timezone, parts=2)
        # then it is the same again
        assert _differences(store, expected, "rebuilt from history") == ""
        shown = {name: rows for tables in store.tables.values() for name, rows in snapshot(tables).items()}
        seen.update(kinds_of(history, log.events, shown))
        seen.update(log.corrected)
        # and deciders know the same
        assert not decider_differences(log.events, shown)

    agree()
    assert [kind for kind in KINDS if not seen[kind]] == []


def test_every_check_can_be_run_on_the_tables_and_says_what_must_hold(store: Store) -> None:
    assert len(checks()) > len({said.partition(":")[0] for said, _ in checks()}) > 1
    for said, query in checks():
        assert said.endswith("."), f"{said}: a check is a sentence and a query"
        store.tables["PostgreSQL"].connection.execute(query)


@settings(max_examples=EXAMPLES)
@given(histories())
def test_a_decider_knows_of_things_with_a_status_what_their_rows_show(history: History) -> None:
    note(str(history))
    log = logged(history)
    tables = folded(log.events)  # which are the engines' tables, as the test above holds

    assert not decider_differences(log.events, tables)
    assert contradictions_decided(log.events) == {
        (row["tenant"], row["event_id"], row["reason"]) for row in tables["contradiction"]
    }


def _differences(store: Store, expected: Snapshot, when: str) -> str:
    found = [
        line
        for whose, tables in store.tables.items()
        for line in differences(expected, snapshot(tables), f"{whose}, {when}")
    ]
    return "\n".join(found[:20])
