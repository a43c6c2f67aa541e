"""PostgreSQL's planner knows the size of the tables while they are filled, not only once autovacuum came by."""

from pathlib import Path

from infra.keys import TenantKeys
from infra.log.init import init_postgres
from infra.log.postgres import open_postgres_log
from infra.log.sealing import Sealing
from infra.tables.postgres import PostgresTables
from projections.definition import definition_for
from tests.log.given import call, incoming, moved

UNKNOWN = """
    SELECT count(*) FROM pg_class AS c INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND (n.nspname IN ('crm', 'personal') OR c.relname LIKE 'fact\\_%')
    AND pg_relation_size(c.oid) > 2 * c.relpages * current_setting('block_size')::bigint
"""


def test_no_table_outgrows_its_statistics(postgres_database: str, keys: Path, sealing: Sealing) -> None:
    init_postgres(postgres_database)
    log = open_postgres_log(postgres_database, TenantKeys(keys).identity_of, sealing)
    tables = PostgresTables(postgres_database, definition_for("crm", "personal"), "UTC", sealing.unseal)
    unknown = []
    for batch in range(3):
        events = [call(f"{batch}-{n}") for n in range(40 * 3**batch)] + [moved(f"{batch}-m", "Offer")]
        log.take(incoming(*events))

        tables.advance(log.head(), 1_000)

        unknown += tables.connection.execute(UNKNOWN).fetchall()
    facts = tables.connection.execute("SELECT count(*) FROM rapport.fact_activity").fetchone()
    tables.close()
    log.close()

    assert facts == (40 + 120 + 360,)
    assert unknown == [(0,)] * 3
