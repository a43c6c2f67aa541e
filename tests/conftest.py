"""What all tests share: a real PostgreSQL and Kafka, a home of their own, the shared data, and the rule on skips.

Nothing here pretends: databases are real, and a test that can't have what it needs fails. The one reason to skip is
that the folder of shared data, which is no part of the repository, is not beside it.
"""

import itertools
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from infra.log.sealing import Sealing
from infra.sealing.master import MasterSource
from infra.sealing.sqlite_store import SqliteKeyStore
from infra.services import kafka, postgres

PROJECT = Path(__file__).resolve().parents[1]
SHARED_DATA = PROJECT.parent / "shared" / "data"
REASON_TO_SKIP = "no shared data"
SECRET = bytes(range(32))  # a tenant's secret for tests that compare ids

# `ci` draws the same examples every time, so that a green commit stays green; `long` looks for what it missed. A
# test leaves max_examples alone, or scales what the profile says, so that `make test-long` reaches it.
_SLOW_IS_FINE = [HealthCheck.too_slow]  # an example may fill two databases
settings.register_profile(
    "ci", deadline=None, max_examples=40, derandomize=True, print_blob=True, suppress_health_check=_SLOW_IS_FINE
)
settings.register_profile(
    "long", deadline=None, max_examples=1000, print_blob=True, suppress_health_check=_SLOW_IS_FINE
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

_numbers = itertools.count(1)
_R = TypeVar("_R", pytest.TestReport, pytest.CollectReport)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A superuser's URL of a real PostgreSQL: RAPPORT_TEST_POSTGRES, or the clone's own, started if need be."""
    return os.environ.get("RAPPORT_TEST_POSTGRES") or postgres.start()


@pytest.fixture(scope="session")
def kafka_servers() -> str:
    """The address of a real Kafka: RAPPORT_TEST_KAFKA, or the clone's own, started if need be.

    All tests share it: topics and groups have names of their own.
    """
    return os.environ.get("RAPPORT_TEST_KAFKA") or kafka.start()


@pytest.fixture(scope="session")
def fresh_postgres(postgres_url: str) -> Callable[[], AbstractContextManager[str]]:
    """Makes databases: `with fresh_postgres() as url: …` has an empty one, and drops it afterwards.

    For tests that need several, or one per hypothesis example; others take `postgres_database`.
    """

    @contextmanager
    def fresh() -> Iterator[str]:
        # Workers of xdist are processes, so that the process id keeps their databases apart.
        name = sql.Identifier(database := f"test_{os.getpid()}_{next(_numbers)}")
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
            try:
                yield make_url(postgres_url, database)
            finally:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    return fresh


def make_url(url: str, database: str) -> str:
    """The same server's URL for another database."""
    head, slash, tail = url.rpartition("/")
    _, question, options = tail.partition("?")
    changed = f"{head}{slash}{database}{question}{options}"
    make_conninfo(changed)  # raises if the URL was of a form that this does not understand
    return changed


@pytest.fixture
def postgres_database(fresh_postgres: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """The owner's URL of an empty database of this test's own."""
    with fresh_postgres() as url:
        yield url


@pytest.fixture
def rapport_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty RAPPORT_HOME; all other settings are at their defaults, whatever the shell says."""
    for name in [name for name in os.environ if name.startswith("RAPPORT_") and not name.startswith("RAPPORT_TEST_")]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("RAPPORT_HOME", str(home))
    return home


@pytest.fixture
def keys(rapport_home: Path) -> Path:
    """The folder of keys in RAPPORT_HOME, with a fixed secret for the tenant `main`: ids are the same in every run."""
    folder = rapport_home / "keys"
    folder.mkdir(mode=0o700)
    secret = folder / "main.identity"
    secret.touch(mode=0o600)
    secret.write_bytes(SECRET)
    return folder


@pytest.fixture
def sealing(keys: Path) -> Iterator[Sealing]:
    """Sealing with the keys of this test's RAPPORT_HOME."""
    with sealing_in(keys) as made:
        yield made


@contextmanager
def sealing_in(folder: Path) -> Iterator[Sealing]:
    """Sealing with keys in a folder, for tests that need several."""
    store = SqliteKeyStore(folder / "keys.sqlite", MasterSource(folder / "master.key", None), lambda: False)
    try:
        yield Sealing(store)
    finally:
        store.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the project; without it the test is skipped, and that alone may skip one."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"{REASON_TO_SKIP}: {SHARED_DATA} is not there")
    return SHARED_DATA


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn every other skip of a test, and every expected failure, into a failure."""
    report = yield
    return _without_leave(report)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn every other skip of a whole file into a failure."""
    report = yield
    return _without_leave(report)


def _without_leave(report: _R) -> _R:
    if report.outcome == "skipped" and not (reason := _reason(report)).startswith(REASON_TO_SKIP):
        report.outcome = "failed"
        report.longrepr = f"skipped, which only '{REASON_TO_SKIP}: …' may be a reason for: {reason}"
    return report


def _reason(report: Any) -> str:
    expected_failure = getattr(report, "wasxfail", None)
    if expected_failure is not None:
        del report.wasxfail
        return f"expected to fail: {expected_failure}"
    # A skip's longrepr is (file, line, "Skipped: reason").
    return str(report.longrepr[2]).removeprefix("Skipped: ")
