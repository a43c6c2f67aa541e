"""The program on both stores, each empty."""

from pathlib import Path
from urllib.parse import quote

import pytest

from infra.log.init import init_postgres
from tests.log.test_roles import PASSWORD
from tests.project.given import Program


@pytest.fixture(params=["sqlite", "postgres"])
def program(request: pytest.FixtureRequest, keys: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program on files, and on PostgreSQL as the application's role, in turn."""
    if request.param == "postgres":
        owner: str = request.getfixturevalue("postgres_database")
        init_postgres(owner, PASSWORD, PASSWORD)
        server = owner.rpartition("@")[2]
        monkeypatch.setenv("RAPPORT_STORE", f"postgresql://rapport_app:{quote(PASSWORD)}@{server}")
    return Program(keys.parent)


@pytest.fixture
def embedded(keys: Path) -> Program:
    """The program on files."""
    return Program(keys.parent)
