"""A real log to take messages into."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.keys import TenantKeys
from infra.log.log import EventLog
from infra.log.sealing import Sealing
from infra.log.sqlite import open_sqlite_log


@pytest.fixture
def log(keys: Path, rapport_home: Path, sealing: Sealing) -> Iterator[EventLog]:
    """An empty log on SQLite, under the fixed secret of the tenant `main`."""
    opened = open_sqlite_log(rapport_home / "log.sqlite", TenantKeys(keys).identity_of, sealing)
    yield opened
    opened.close()
