"""The keys that made-up logs are sealed with: a real store, one for all histories of a process."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from infra.log.sealing import Sealing
from infra.sealing.master import MasterSource
from infra.sealing.sqlite_store import SqliteKeyStore
from infra.sealing.store import KeyStore


class Keyring(NamedTuple):
    """A key store, and the sealing with its keys."""

    store: KeyStore
    sealing: Sealing
    folder: "TemporaryDirectory[str]"  # goes with the process


@cache
def keyring() -> Keyring:
    """The keys of this process."""
    folder = TemporaryDirectory()
    store = SqliteKeyStore(
        Path(folder.name) / "keys.sqlite", MasterSource(Path(folder.name) / "master.key", None), lambda: False
    )
    return Keyring(store, Sealing(store), folder)
