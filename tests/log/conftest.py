"""The log on both databases, each empty and under the fixed secret of the tenant `main`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from infra.keys import TenantKeys
from infra.log.init import init_postgres
from infra.log.log import EventLog
from infra.log.postgres import open_postgres_log
from infra.log.sqlite import open_sqlite_log

OpenLog = Callable[[TenantKeys], EventLog]


@pytest.fixture
def tenant_keys(keys: Path) -> TenantKeys:
    """The secrets of this test; the one of `main` is the same in every run."""
    return TenantKeys(keys)


@pytest.fixture
def app_url(postgres_database: str) -> str:
    """A database with a log, as the application's role sees it.

    The server's superuser takes on the role, so that tests which change its password do not meet.
    """
    init_postgres(postgres_database)
    return make_conninfo(**{**conninfo_to_dict(postgres_database), "options": "-c role=rapport_app"})


@pytest.fixture(params=["sqlite", "postgres"])
def open_log(request: pytest.FixtureRequest, rapport_home: Path) -> OpenLog:
    """Opens this test's log, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        return lambda keys: open_sqlite_log(rapport_home / "log.sqlite", keys.identity_of)
    url = request.getfixturevalue("app_url")
    return lambda keys: open_postgres_log(url, keys.identity_of)


@pytest.fixture
def log(open_log: OpenLog, tenant_keys: TenantKeys) -> Iterator[EventLog]:
    """This test's log."""
    opened = open_log(tenant_keys)
    yield opened
    opened.close()
