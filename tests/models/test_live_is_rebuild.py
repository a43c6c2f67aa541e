"""For all histories: batches leave a model of the user's own as computing it anew does, on both engines."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import psycopg
import pytest
from hypothesis import given, note, settings

from infra.log.init import init_postgres
from infra.tables.postgres import PostgresTables
from projections.definition import Definition, definition_for, facts_under
from tests.models.given import write_model
from tests.properties.histories import History, histories
from tests.properties.logs import logged
from tests.properties.sealing import keyring
from tests.properties.stores import Store, in_duckdb, rebuild, take_live

EXAMPLES = (settings.default or settings()).max_examples
SMALL = 12  # events a batch, so that what one brings meets what others brought
MODEL = """\
-- table: crm.in_touch
-- about: one row per activity: with whom, and in which team who took part is now
-- key: tenant, activity_id
-- grain: tenant, activity_id
-- reads: fact_activity(tenant, thing_id)
-- looks up: contact_identity(tenant, contact_id) through fact_activity(tenant, main_contact_id -> tenant, thing_id)
-- looks up: agent_team(tenant, name) through fact_activity(tenant, agent -> tenant, thing_id)
-- column tenant: whose it is
-- column activity_id: the activity
-- column person_id: the person behind the contact
-- column team: the agent's team now
SELECT
    a.tenant,
    a.thing_id AS activity_id,
    coalesce(i.person_id, a.main_contact_id) AS person_id,
    t.team
FROM fact_activity AS a
LEFT JOIN contact_identity AS i ON a.tenant = i.tenant AND a.main_contact_id = i.contact_id
LEFT JOIN agent_team AS t ON a.tenant = t.tenant AND a.agent = t.name AND t.valid_to IS NULL
"""
CHECK = "-- What went on went on with somebody.\nSELECT activity_id FROM in_touch WHERE activity_id IS NULL"
ROWS = "SELECT tenant, CAST(activity_id AS text), CAST(person_id AS text), coalesce(team, '') FROM crm.in_touch"


@pytest.fixture(scope="module")
def store(
    fresh_postgres: Callable[[], AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """The model and what it is computed from, on both engines."""
    own = tmp_path_factory.mktemp("own")
    write_model(own, "in_touch", MODEL, CHECK)
    definition = _only({"in_touch"}, definition_for("crm", own=own))
    with fresh_postgres() as url:
        init_postgres(url)
        with in_duckdb(definition) as store, psycopg.connect(url, autocommit=True) as connection:
            postgres = PostgresTables(url, definition, "UTC", keyring().sealing.unseal)
            try:
                yield Store({**store.tables, "PostgreSQL": postgres}, store.log, connection)
            finally:
                postgres.close()


def _only(wanted: set[str], everything: Definition) -> Definition:
    for model in reversed(everything.models):
        if model.name in wanted:
            wanted |= set(model.sources)
    models = tuple(model for model in everything.models if model.name in wanted)
    return Definition(facts_under(wanted), models)


@pytest.mark.timeout(0)
def test_live_is_what_a_rebuild_makes(store: Store) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=max(12, EXAMPLES // 5))
    @given(histories())
    def agree(history: History) -> None:
        note(str(history))
        log = logged(history)

        store.begin(log.rows, history.timezone)
        take_live(store, [SMALL] * (len(log.rows) // SMALL))
        live = _shown(store)
        rebuild(store)

        assert _shown(store) == live
        assert live["DuckDB 1"] == live["PostgreSQL"]
        seen.update(
            kind for row in live["PostgreSQL"] for kind in ("person", "team") if row[2 if kind == "person" else 3]
        )

    agree()
    assert seen["person"] > 0 < seen["team"]


def _shown(store: Store) -> dict[str, list[tuple[object, ...]]]:
    return {
        name: sorted(map(tuple, tables.connection.execute(ROWS).fetchall())) for name, tables in store.tables.items()
    }
