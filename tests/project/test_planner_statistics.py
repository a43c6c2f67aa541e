"""PostgreSQL's planner knows the size of the tables while they are filled, not only once autovacuum came by."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.keys import TenantKeys
from infra.log.init import init_postgres
from infra.log.log import EventLog
from infra.log.postgres import open_postgres_log
from infra.log.sealing import Sealing
from infra.tables import postgres_connection
from infra.tables.postgres import PostgresTables
from projections.definition import definition_for
from tests.log.given import call, incoming, moved

UNKNOWN = """
    SELECT count(*) FROM pg_class AS c INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND (n.nspname IN ('crm', 'personal') OR c.relname LIKE 'fact\\_%')
    AND pg_relation_size(c.oid) > 2 * c.relpages * current_setting('block_size')::bigint
"""

# What the planner takes to be in each temporary table that has rows; -1 where it does not know.
TOUCHED = """
    SELECT relname, CAST(reltuples AS bigint) FROM pg_class
    WHERE relpersistence = 't' AND relkind = 'r' AND relname LIKE 'touched\\_%' AND pg_relation_size(oid) > 0
"""


@contextmanager
def following(database: str, keys: Path, sealing: Sealing) -> Iterator[tuple[EventLog, PostgresTables]]:
    """An empty log, and tables that can be brought up to it."""
    init_postgres(database)
    log = open_postgres_log(database, TenantKeys(keys).identity_of, sealing)
    tables = PostgresTables(database, definition_for("crm", "personal"), "UTC", sealing.unseal)
    yield log, tables
    tables.close()
    log.close()


def test_no_table_outgrows_its_statistics(postgres_database: str, keys: Path, sealing: Sealing) -> None:
    unknown = []
    with following(postgres_database, keys, sealing) as (log, tables):
        for batch in range(3):
            events = [call(f"{batch}-{n}") for n in range(40 * 3**batch)] + [moved(f"{batch}-m", "Offer")]
            log.take(incoming(*events))

            tables.advance(log.head(), 1_000)

            unknown += tables.connection.execute(UNKNOWN).fetchall()
        facts = tables.connection.execute("SELECT count(*) FROM rapport.fact_activity").fetchone()

    assert facts == (40 + 120 + 360,)
    assert unknown == [(0,)] * 3


def test_given_a_large_batch_then_small_ones_are_planned_for_what_they_touch(
    postgres_database: str, keys: Path, sealing: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_connection, "_MANY_DEAD", 50)  # rows, behind which a temporary table is truncated
    with following(postgres_database, keys, sealing) as (log, tables):
        for batch, size in enumerate((50, 3, 3, 3)):
            log.take(incoming(*(call(f"{batch}-{n}") for n in range(size))))
            tables.advance(log.head(), 1_000)
        touched: dict[str, int] = dict(tables.connection.execute(TOUCHED).fetchall())

    assert touched["touched_contact_timeline"] == 3
    assert [name for name, rows in touched.items() if rows < 0] == []


def test_a_batch_takes_the_plans_of_the_one_before(postgres_database: str, keys: Path, sealing: Sealing) -> None:
    with following(postgres_database, keys, sealing) as (log, tables):
        for batch in range(12):
            log.take(incoming(call(f"{batch}")))
            tables.advance(log.head(), 1_000)
        plans = [text for (text,) in tables.connection.execute("SELECT statement FROM pg_prepared_statements")]

    for step in ("INTO touched_contact_timeline", "INTO changed_contact_timeline"):
        assert len([text for text in plans if step in text]) == 1, step
