"""The log on both databases, each empty and under the fixed secret of the tenant `main`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from infra.keys import TenantKeys
from infra.log.init import init_postgres
from infra.log.log import EventLog
from infra.log.postgres import open_postgres_log
from infra.log.sealing import Sealing
from infra.log.sqlite import open_sqlite_log

OpenLog = Callable[[TenantKeys], EventLog]
LOG_TABLES = (
    "stored_events",
    "event_key",
    "event_standing",
    "dead_letter",
    "dead_letter_attempt",
    "consumer_offset",
    "tenant",
    "log_format",
)


@pytest.fixture
def tenant_keys(keys: Path) -> TenantKeys:
    """The secrets of this test; the one of `main` is the same in every run."""
    return TenantKeys(keys)


@pytest.fixture(scope="session")
def log_database(fresh_postgres: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """The owner's URL of a database with a log, which the tests use one after the other."""
    with fresh_postgres() as url:
        init_postgres(url)
        yield url


@pytest.fixture
def owner_url(log_database: str) -> str:
    """The owner's URL of a database with an empty log, as `rapport init` leaves it."""
    with psycopg.connect(log_database, autocommit=True) as owner:
        owner.execute(f"TRUNCATE rapport.{', rapport.'.join(LOG_TABLES)}".encode())
        owner.execute("SELECT setval('rapport.stored_events_notification_id_seq', 0)")
        owner.execute("INSERT INTO rapport.log_format VALUES (2)")
    return log_database


@pytest.fixture
def app_url(owner_url: str) -> str:
    """The same as the application's role sees it.

    The server's superuser takes on the role, so that tests which change its password do not meet.
    """
    return make_conninfo(owner_url, options="-c role=rapport_app")


@pytest.fixture(params=["sqlite", "postgres"])
def open_log(request: pytest.FixtureRequest, rapport_home: Path, sealing: Sealing) -> OpenLog:
    """Opens this test's log, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        return lambda keys: open_sqlite_log(rapport_home / "log.sqlite", keys.identity_of, sealing)
    url = request.getfixturevalue("app_url")
    return lambda keys: open_postgres_log(url, keys.identity_of, sealing)


@pytest.fixture
def log(open_log: OpenLog, tenant_keys: TenantKeys) -> Iterator[EventLog]:
    """This test's log."""
    opened = open_log(tenant_keys)
    yield opened
    opened.close()
