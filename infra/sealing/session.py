"""What the key store needs of a database within one transaction. SQLite's and PostgreSQL's stand beside it."""

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID


class State(NamedTuple):
    """What tells a process that what it remembers is no longer so."""

    generation: int  # of the master key that new keys are wrapped by
    erasures: int  # how often something was erased


class MasterRow(NamedTuple):
    """What the store knows of a master key.

    While and after it takes over from the one before, each can be had by who holds the other: `onward` is this key
    wrapped by the one before, `back` that one wrapped by this.
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


class KeySession(Protocol):
    """The key store's statements, within one transaction."""

    def state(self) -> State:
        """What is remembered is right as long as this stays."""
        ...

    def masters(self) -> list[MasterRow]:
        """All master keys there ever were, in the order of their generations."""
        ...

    def draw(self, count: int) -> Sequence[int]:
        """So many new numbers, ascending. They are never drawn again, even if the transaction fails."""
        ...

    def erased(self, tenant: str, contacts: Collection[UUID]) -> set[UUID]:
        """Those of the contacts that were erased."""
        ...

    def contacts(self, tenant: str, contacts: Collection[UUID], retention: str) -> dict[UUID, tuple[int, bytes]]:
        """Number and wrapped key of those contacts that have one."""
        ...

    def add_contacts(self, tenant: str, retention: str, rows: Sequence[ContactRow]) -> None:
        """Add keys of contacts; one that the contact has already stays instead."""
        ...

    def add_texts(self, tenant: str, retention: str, rows: Sequence[TextRow]) -> None:
        """Add keys of texts."""
        ...

    def between(self, tenant: str, first: int, last: int) -> list[tuple[int, bytes]]:
        """Number and wrapped key of all keys from one number to another."""
        ...

    def among(self, tenant: str, numbers: Sequence[int]) -> list[tuple[int, bytes]]:
        """Number and wrapped key of the keys with these numbers."""
        ...

    def destroy_of_contact(self, tenant: str, contact: UUID) -> int:
        """Overwrite all keys of a contact and of the texts linked to it, and leave a tombstone. How many there were."""
        ...

    def destroy(self, tenant: str, number: int) -> None:
        """Overwrite one key."""
        ...
