"""What the key store needs of a database within one transaction. SQLite's and PostgreSQL's stand beside it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from infra.sealing.wrapping import DESTROYED


class State(NamedTuple):
    """What tells a process that what it remembers is no longer so."""

    generation: int  # of the master key that new keys are wrapped by
    erasures: int  # how often something was erased


class MasterRow(NamedTuple):
    """What the store knows of a master key.

    While it takes over from the one before, each can be had by who holds the other: `onward` is this key wrapped by
    the one before, `back` that one wrapped by this.
    """

    generation: int
    fingerprint: str
    onward: bytes | None
    back: bytes | None


class ContactRow(NamedTuple):
    """A new key of a contact."""

    number: int
    contact: UUID
    wrapped: bytes


class TextRow(NamedTuple):
    """A new key of a text, and the contacts whose erasure destroys it."""

    number: int
    wrapped: bytes
    contacts: Collection[UUID]


class StoredRow(NamedTuple):
    """A key as it is stored."""

    tenant: str
    number: int
    wrapped: bytes


class KeySession(Protocol):
    """A transaction. All of it is kept or nothing."""

    def rows(self, statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run a statement that both databases understand, with `:name` for parameters; returns its rows, if any."""
        ...

    def draw(self, count: int) -> Sequence[int]:
        """So many new numbers, ascending. What was committed with a number keeps it for good."""
        ...

    def skip_numbers(self) -> None:
        """Draw none of the numbers any more that a store of before may have drawn by now."""
        ...

    def erased(self, tenant: str, contacts: Collection[UUID]) -> set[UUID]:
        """Those of the contacts that were erased."""
        ...

    def contacts(self, tenant: str, contacts: Collection[UUID], retention: str) -> dict[UUID, tuple[int, bytes]]:
        """Number and wrapped key of those contacts that have one."""
        ...

    def add_contacts(self, tenant: str, retention: str, rows: Sequence[ContactRow]) -> list[UUID]:
        """Add keys of contacts; returns those who got one from somebody else meanwhile, which stays instead."""
        ...

    def add_texts(self, tenant: str, retention: str, rows: Sequence[TextRow]) -> None:
        """Add keys of texts."""
        ...

    def among(self, tenant: str, numbers: Sequence[int]) -> list[tuple[int, bytes]]:
        """Number and wrapped key of the keys with these numbers."""
        ...

    def destroy_of(self, tenant: str, contact: UUID) -> int:
        """Overwrite all keys of a contact and of the texts linked to it, and leave a tombstone. How many there were."""
        ...

    def behind(self, tenant: str, number: int, limit: int) -> list[StoredRow]:
        """The keys that follow this one in the store's own order, at most `limit` of them."""
        ...

    def rewrap(self, old: Sequence[StoredRow], wrapped: Sequence[bytes]) -> None:
        """Put another wrapped form in the place of each, unless it is no longer what it was: destroyed stays so."""
        ...


def state_of(session: KeySession) -> State:
    """What is remembered of the store is right as long as this stays."""
    statement = "SELECT (SELECT max(generation) FROM master_key), erasures FROM store"
    return State(*session.rows(statement, {})[0])


def masters_of(session: KeySession) -> list[MasterRow]:
    """All master keys there ever were, in the order of their generations."""
    found = session.rows("SELECT generation, fingerprint, onward, back FROM master_key ORDER BY generation", {})
    return list(map(MasterRow._make, found))


def between(session: KeySession, tenant: str, first: int, last: int) -> list[tuple[Any, ...]]:
    """Number and wrapped key of all keys from one number to another."""
    return session.rows(
        "SELECT number, wrapped FROM data_key WHERE tenant = :tenant AND number BETWEEN :first AND :last",
        {"tenant": tenant, "first": first, "last": last},
    )


def destroy(session: KeySession, tenant: str, number: int) -> None:
    """Overwrite one key."""
    session.rows(
        "UPDATE data_key SET wrapped = :destroyed WHERE tenant = :tenant AND number = :number",
        {"destroyed": DESTROYED, "tenant": tenant, "number": number},
    )


def count_erasure(session: KeySession) -> None:
    """Let all processes know that what they remember may be destroyed."""
    session.rows("UPDATE store SET erasures = erasures + 1", {})
