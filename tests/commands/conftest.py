"""A log on both databases for commands, and a clock that the test winds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from infra.keys import TenantKeys
from infra.log.init import init_postgres
from infra.log.log import EventLog
from infra.log.postgres import open_postgres_log
from infra.log.sealing import Sealing
from infra.log.sqlite import open_sqlite_log


@pytest.fixture(params=["sqlite", "postgres"])
def log(request: pytest.FixtureRequest, rapport_home: Path, keys: Path, sealing: Sealing) -> Iterator[EventLog]:
    """An empty log, on SQLite and on PostgreSQL in turn, the latter as the application's role sees it."""
    identity_of = TenantKeys(keys).identity_of
    if request.param == "sqlite":
        opened: EventLog = open_sqlite_log(rapport_home / "log.sqlite", identity_of, sealing)
    else:
        owner: str = request.getfixturevalue("postgres_database")
        init_postgres(owner)
        url = make_conninfo(owner, options="-c role=rapport_app")
        opened = open_postgres_log(url, identity_of, sealing)
    yield opened
    opened.close()
