"""On PostgreSQL the program's role may read and append, nothing else; analysts see the business's tables only."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import psycopg
import pytest
from psycopg import Connection, errors
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from infra.keys import TenantKeys
from infra.log.errors import LogError
from infra.log.init import ANALYST_ROLE, APP_ROLE, init_postgres
from infra.log.postgres import open_postgres_log
from tests.conftest import sealing_in
from tests.log.conftest import LOG_TABLES
from tests.log.given import call, incoming

# Roles belong to the server: all tests that set a password set this one, so that they may run at the same time.
PASSWORD = "the tests' own"


FreshPostgres = Callable[[], AbstractContextManager[str]]


def login(url: str, role: str) -> str:
    return make_conninfo(url, user=role, password=PASSWORD)


@pytest.fixture(scope="module")
def database(fresh_postgres: FreshPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The owner's URL of a database with a log, passwords for both roles, and an event that the program took."""
    keys = tmp_path_factory.mktemp("keys")
    with fresh_postgres() as url, sealing_in(keys) as sealing:
        init_postgres(url, PASSWORD, PASSWORD)
        log = open_postgres_log(login(url, APP_ROLE), TenantKeys(keys).identity_of, sealing)
        assert log.take(incoming(call("c1"))).positions == [1]
        log.close()
        yield url


@pytest.fixture
def app(database: str) -> Iterator[Connection[TupleRow]]:
    """A connection logged in as the program's role."""
    with psycopg.connect(login(database, APP_ROLE), autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("table", LOG_TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rapport.{} SET {} = {}",
        "DELETE FROM rapport.{}",
        "TRUNCATE rapport.{}",
        "ALTER TABLE rapport.{} ADD COLUMN more text",
        "ALTER TABLE rapport.{} DISABLE TRIGGER ALL",
        "ALTER TABLE rapport.{} OWNER TO rapport_app",
        "DROP TABLE rapport.{} CASCADE",
        "CREATE TRIGGER mine BEFORE INSERT ON rapport.{} EXECUTE FUNCTION rapport.feed_guard()",
    ],
)
def test_the_program_is_refused_all_but_reading_and_appending(
    app: Connection[TupleRow], table: str, statement: str
) -> None:
    (column,) = app.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s LIMIT 1", [table]
    ).fetchone() or ("",)

    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement.format(table, column, column).encode())


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT setval('rapport.stored_events_notification_id_seq', 1)",
        "ALTER SEQUENCE rapport.stored_events_notification_id_seq CACHE 50",
        "DROP SEQUENCE rapport.stored_events_notification_id_seq CASCADE",
        "DROP FUNCTION rapport.feed_guard() CASCADE",
        "CREATE OR REPLACE FUNCTION rapport.feed_guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "DROP TRIGGER feed_guard ON rapport.stored_events",
        "INSERT INTO rapport.log_format VALUES (9)",
        "DROP SCHEMA rapport CASCADE",
        "CREATE ROLE mine",
        "SET session_replication_role = replica",
    ],
)
def test_the_program_is_refused_what_readers_rest_on(app: Connection[TupleRow], statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement.encode())


def test_the_program_makes_and_rebuilds_its_own_tables(app: Connection[TupleRow]) -> None:
    for schema in ("rapport", "crm", "personal"):
        app.execute(f"CREATE TABLE {schema}.made (x integer)".encode())
        app.execute(f"DROP TABLE {schema}.made".encode())
    app.execute("CREATE TEMP TABLE staged (x integer)")


def test_an_analyst_reads_what_is_granted_in_crm_and_nothing_else(database: str, app: Connection[TupleRow]) -> None:
    app.execute("CREATE TABLE crm.deal (deal_id uuid)")
    app.execute("GRANT SELECT ON crm.deal TO rapport_analyst")
    app.execute("CREATE TABLE personal.contact (name text)")

    with psycopg.connect(login(database, ANALYST_ROLE), autocommit=True) as analyst:
        assert analyst.execute("SELECT count(*) FROM crm.deal").fetchone() == (0,)
        for refused in (
            "SELECT * FROM personal.contact",
            *(f"SELECT * FROM rapport.{table}" for table in LOG_TABLES),
            "INSERT INTO crm.deal VALUES (NULL)",
            "CREATE TABLE crm.mine (x integer)",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                analyst.execute(refused.encode())


def test_init_again_changes_nothing(database: str, app: Connection[TupleRow]) -> None:
    def all_there_is() -> list[TupleRow]:
        return app.execute(
            "SELECT e.xmin, f.xmin, e.*, f.* FROM rapport.stored_events AS e, rapport.log_format AS f"
        ).fetchall()

    before = all_there_is()

    init_postgres(database)

    assert all_there_is() == before
    with psycopg.connect(login(database, APP_ROLE)) as still_with_its_password:
        # The next position is the second one: nothing was drawn meanwhile.
        assert still_with_its_password.execute(
            "SELECT last_value FROM rapport.stored_events_notification_id_seq"
        ).fetchone() == (1,)


def test_two_databases_of_one_server_may_be_made_at_the_same_time(
    fresh_postgres: FreshPostgres,
) -> None:
    with fresh_postgres() as one, fresh_postgres() as two, ThreadPoolExecutor(4) as pool:
        made = [pool.submit(init_postgres, url, PASSWORD, PASSWORD) for url in (one, two, one, two)]
        for outcome in made:
            outcome.result()

        for url in (one, two):
            with psycopg.connect(login(url, APP_ROLE)) as app:
                assert app.execute("SELECT count(*) FROM rapport.stored_events").fetchone() == (0,)


@pytest.mark.usefixtures("database")  # which makes the role
def test_a_user_who_may_not_make_it_is_told(fresh_postgres: FreshPostgres) -> None:
    with fresh_postgres() as not_theirs, pytest.raises(LogError, match=r"may not make the log: .*connect as the owner"):
        init_postgres(login(not_theirs, ANALYST_ROLE))
