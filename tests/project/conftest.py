"""The program on both stores, each empty."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from consumers.project import catch_up as catching
from infra.log.init import init_postgres
from tests.log.test_roles import PASSWORD
from tests.project.given import Program


@pytest.fixture(params=["sqlite", "postgres"])
def program(request: pytest.FixtureRequest) -> Program:
    """The program on files, and on PostgreSQL as the application's role, in turn."""
    on_store: Program = request.getfixturevalue("embedded" if request.param == "sqlite" else "postgres_program")
    return on_store


@pytest.fixture
def embedded(keys: Path) -> Program:
    """The program on files."""
    return Program(keys.parent)


@pytest.fixture
def postgres_program(keys: Path, postgres_database: str, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program on PostgreSQL, as the application's role."""
    init_postgres(postgres_database, PASSWORD, PASSWORD)
    server = postgres_database.rpartition("@")[2]
    monkeypatch.setenv("RAPPORT_STORE", f"postgresql://rapport_app:{quote(PASSWORD)}@{server}")
    return Program(keys.parent)


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets how many events a batch has, and with it from how many on facts are staged first."""

    def set_to(size: int) -> None:
        for name in ("LIVE_BATCH", "STAGED_BATCH", "MANY"):
            monkeypatch.setattr(catching, name, size)

    return set_to
