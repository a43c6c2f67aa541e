"""Key stores for the tests: each database's, opened as often as wanted, like by several processes."""

import secrets
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import psycopg
from pydantic import SecretStr

from infra.sealing.master import MasterSource
from infra.sealing.postgres_store import PostgresKeyStore
from infra.sealing.sqlite_store import SqliteKeyStore
from infra.sealing.store import KeyStore

OpenStore = Callable[[], KeyStore]


def contact() -> UUID:
    """Somebody new."""
    return UUID(bytes=secrets.token_bytes(16))


def never() -> bool:
    """The log holds nothing sealed."""
    return False


def on_sqlite(folder: Path, master: str | None = None) -> KeyStore:
    """The store in a folder; `master` is what RAPPORT_MASTER_KEY holds."""
    return SqliteKeyStore(folder / "keys.sqlite", source(folder, master), never)


def on_postgres(url: str, folder: Path, master: str | None = None) -> KeyStore:
    """The store in a database, made if need be; the master key's file is in `folder`."""
    store = PostgresKeyStore(url, source(folder, master), never)
    store.make()
    return store


def source(folder: Path, master: str | None = None) -> MasterSource:
    """The master key in a folder, or given."""
    return MasterSource(folder / "master.key", SecretStr(master) if master else None)


def empty(url: str) -> None:
    """Take a store out of a database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS rapport_keys CASCADE")
