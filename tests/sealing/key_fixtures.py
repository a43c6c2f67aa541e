"""The key store on both databases, each empty, for the tests that take these fixtures over."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from infra.sealing.store import KeyStore
from tests.sealing.key_stores import OpenStore, empty, on_postgres, on_sqlite


@pytest.fixture(scope="session")
def keys_database(fresh_postgres: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """A database for keys, which the tests use one after the other."""
    with fresh_postgres() as url:
        yield url


@pytest.fixture
def keys_url(keys_database: str) -> str:
    """The same, with no key store in it yet."""
    empty(keys_database)
    return keys_database


@pytest.fixture(params=["sqlite", "postgres"])
def open_store(request: pytest.FixtureRequest, keys: Path) -> Iterator[OpenStore]:
    """Opens this test's store, on SQLite and on PostgreSQL in turn; each time as another process would."""
    url = request.getfixturevalue("keys_url") if request.param == "postgres" else None
    opened: list[KeyStore] = []

    def open_one() -> KeyStore:
        opened.append(on_postgres(url, keys) if url else on_sqlite(keys))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: OpenStore) -> KeyStore:
    """This test's store."""
    return open_store()
