"""The keys that personal data is sealed with, in a store of their own: what is the same on both databases."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from itertools import islice
from operator import attrgetter
from typing import TypeVar
from uuid import UUID

from infra.sealing.data_keys import Key, new_keys, unwrapped
from infra.sealing.errors import KeyStoreError
from infra.sealing.master import MasterSource
from infra.sealing.ranges import in_ranges
from infra.sealing.ring import Ring, load_ring
from infra.sealing.session import (
    ContactRow,
    KeySession,
    TextRow,
    between,
    count_erasure,
    destroy,
    masters_of,
    state_of,
)

__all__ = ["Key", "KeyStore", "KeyStoreError"]

T = TypeVar("T")
_REMEMBERED = 200_000  # keys of contacts


class KeyStore(ABC):
    """Data keys, one per contact and retention class and one per text, each wrapped by the master key.

    Opens on first use. All methods may be called by several threads, and several processes may use one store; what a
    method gives is durable. All raise KeyStoreError when the store or the master key can't be used.
    """

    def __init__(self, source: MasterSource) -> None:
        self.source = source
        self._ring: Ring | None = None
        self._erasures = 0
        self._known: dict[tuple[str, str, UUID], Key | None] = {}
        self._lock = threading.RLock()

    @property
    @abstractmethod
    def place(self) -> str:
        """Where the keys are, in words that give no password away."""

    @abstractmethod
    def is_made(self) -> bool:
        """Whether the store is there. It is not made by asking."""

    @abstractmethod
    def make(self, *, lost: bool = False) -> None:
        """Make the store if it is not there; it then has the master key of `source`, which is made too if it can be.

        `lost`: although the log was sealed with keys that are lost, or this is an older copy; it then gives no number
        again that it may have given since that copy was made.
        """

    @abstractmethod
    def close(self) -> None:
        """Close all connections. The store opens again when it is used again."""

    @abstractmethod
    def run(self, work: Callable[[KeySession], T], *, write: bool, alone: bool = False) -> T:
        """Run `work` in a transaction and commit it durably if it writes; `alone`, while nobody else writes."""

    @abstractmethod
    def settle(self) -> None:
        """Let nothing that was overwritten stay where the database keeps what it wrote before, as far as it can."""

    def contact_keys(
        self, tenant: str, contacts: Collection[UUID], retention: str = "profile"
    ) -> dict[UUID, Key | None]:
        """The key of each contact in a retention class, made where missing; None for a contact that was erased."""
        with self._lock:
            if self.run(lambda session: self._missing(session, tenant, contacts, retention), write=False):
                self._write(lambda session: self._make_missing(session, tenant, contacts, retention))
            found = {contact: self._known[tenant, retention, contact] for contact in contacts}
            self._forget_oldest()
            return found

    def text_keys(self, tenant: str, links: Sequence[Collection[UUID]], retention: str = "text") -> list[Key | None]:
        """A new key for each text, which goes with any of the contacts it is linked to; None if one is erased.

        All are made in one transaction, in the order of `links`, with ascending numbers.
        """
        if not links:
            return []
        with self._lock:
            return self._write(lambda session: self._make_texts(session, tenant, links, retention))

    def keys(self, tenant: str, numbers: Collection[int]) -> dict[int, Key]:
        """The keys with these numbers, as far as they are there and were not destroyed."""

        def work(session: KeySession) -> dict[int, Key]:
            ring = self.refresh(session)
            wanted, ranges, single = in_ranges(numbers)
            found = [row for first, last in ranges for row in between(session, tenant, first, last) if row[0] in wanted]
            if single:
                found += session.among(tenant, single)
            return {key.number: key for key in unwrapped(ring, tenant, found) if key is not None}

        if not numbers:
            return {}
        with self._lock:
            return self.run(work, write=False)

    def erase_contact(self, tenant: str, contact: UUID) -> int:
        """Destroy the contact's keys and those of all texts linked to it, for good. How many there were.

        The contact is never given a key again, nor is a text that is linked to it.
        """
        return self._erase(lambda session: session.destroy_of(tenant, contact))

    def erase_key(self, tenant: str, number: int) -> None:
        """Destroy one key, for good; what it sealed can't be read any more."""
        self._erase(lambda session: destroy(session, tenant, number))

    def refresh(self, session: KeySession) -> Ring:
        """The master keys, after dropping what others made untrue since the last look, by erasing or by rotating."""
        state = state_of(session)
        if state.erasures != self._erasures:
            self._known.clear()
            self._erasures = state.erasures
        if self._ring is None or state.generation != self._ring.newest.generation:
            self._ring = load_ring(masters_of(session), self.source)
        return self._ring

    def _write(self, work: Callable[[KeySession], T], *, alone: bool = False) -> T:
        try:
            return self.run(work, write=True, alone=alone)
        except BaseException:
            self._known.clear()  # it may hold keys that were never committed
            raise

    def _erase(self, destroying: Callable[[KeySession], T]) -> T:
        def work(session: KeySession) -> T:
            count_erasure(session)
            return destroying(session)

        with self._lock:
            destroyed = self._write(work, alone=True)
            self._known.clear()
            self.settle()
            return destroyed

    def _missing(self, session: KeySession, tenant: str, contacts: Collection[UUID], retention: str) -> list[UUID]:
        """Learn the keys that there are; gives the contacts that have none."""
        ring = self.refresh(session)
        unknown = [contact for contact in contacts if (tenant, retention, contact) not in self._known]
        if not unknown:
            return []
        found = session.contacts(tenant, unknown, retention)
        for contact, key in zip(found, unwrapped(ring, tenant, found.values()), strict=True):
            self._known[tenant, retention, contact] = key
        return [contact for contact in unknown if contact not in found]

    def _make_missing(self, session: KeySession, tenant: str, contacts: Collection[UUID], retention: str) -> None:
        missing = self._missing(session, tenant, contacts, retention)  # others may have been quicker
        erased = self._erased(session, tenant, missing)
        # In one order, so that of two processes with the same contacts none waits for what the other waits with.
        new = sorted(set(missing) - erased, key=attrgetter("int"))
        keys, wrapped = new_keys(session, self.refresh(session), tenant, len(new))
        self._known.update({(tenant, retention, contact): key for contact, key in zip(new, keys, strict=True)})
        self._known.update({(tenant, retention, contact): None for contact in erased})
        rows = [ContactRow(key.number, contact, kept) for key, contact, kept in zip(keys, new, wrapped, strict=True)]
        for contact in session.add_contacts(tenant, retention, rows) if rows else []:
            del self._known[tenant, retention, contact]
        self._missing(session, tenant, new, retention)

    def _make_texts(
        self, session: KeySession, tenant: str, links: Sequence[Collection[UUID]], retention: str
    ) -> list[Key | None]:
        ring = self.refresh(session)
        erased = self._erased(session, tenant, {contact for contacts in links for contact in contacts})
        if not erased:
            return list(_add_texts(session, ring, tenant, links, retention))
        kept = [contacts for contacts in links if erased.isdisjoint(contacts)]
        keys = iter(_add_texts(session, ring, tenant, kept, retention))
        return [next(keys) if erased.isdisjoint(contacts) else None for contacts in links]

    def _erased(self, session: KeySession, tenant: str, contacts: Collection[UUID]) -> set[UUID]:
        # As long as nobody ever was, nobody need be looked up.
        return session.erased(tenant, contacts) if contacts and self._erasures else set()

    def _forget_oldest(self) -> None:
        surplus = len(self._known) - _REMEMBERED
        if surplus > 0:
            for name in list(islice(self._known, surplus + _REMEMBERED // 4)):
                del self._known[name]


def _add_texts(
    session: KeySession, ring: Ring, tenant: str, links: Sequence[Collection[UUID]], retention: str
) -> list[Key]:
    keys, wrapped = new_keys(session, ring, tenant, len(links))
    if keys:
        rows = [TextRow(key.number, kept, contacts) for key, kept, contacts in zip(keys, wrapped, links, strict=True)]
        session.add_texts(tenant, retention, rows)
    return keys
