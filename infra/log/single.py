"""SQLite takes one consumer of topics: a second one would only wait for the first one's transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.log.errors import LogError
from infra.publishing.lock import OwnerLock


@contextmanager
def only_consumer(home: Path) -> Iterator[None]:
    """Be the one consumer of topics that writes into the log in `home`. Raises LogError while another process is."""
    lock = OwnerLock(home / "ingest.lock")
    if not lock.take():
        raise LogError(
            f"a process{_named(lock.holder())} takes topics into this log already, and with SQLite there can be one:"
            " stop it first, or keep the log in PostgreSQL"
        )
    try:
        yield
    finally:
        lock.release()


def _named(pid: int | None) -> str:
    return f" ({pid})" if pid else ""
