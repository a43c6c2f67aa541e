"""The keys that personal data is sealed with, in a store of their own: what is the same on both databases."""

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar
from uuid import UUID

from infra.sealing.errors import KeyStoreError
from infra.sealing.master import MasterSource
from infra.sealing.ranges import in_ranges
from infra.sealing.ring import Ring, load_ring
from infra.sealing.session import ContactRow, KeySession, TextRow
from infra.sealing.wrapping import DESTROYED, SECRET_BYTES, purpose_of_key

T = TypeVar("T")
KEY_FORMAT = 1
_REMEMBERED = 200_000  # keys of contacts


@dataclass(frozen=True, slots=True)
class Key:
    """A data key, unwrapped. `number` names it in what it sealed."""

    number: int
    secret: bytes


class KeyStore(ABC):
    """Data keys, one per contact and retention class and one per text, each wrapped by the master key.

    Opens on first use. All methods may be called by several threads, and several processes may use one store; what a
    method gives is durable. All raise KeyStoreError when the store or the master key can't be used.
    """

    def __init__(self, source: MasterSource) -> None:
        self._source = source
        self._ring: Ring | None = None
        self._erasures = -1
        self._known: dict[tuple[str, str, UUID], Key | None] = {}
        self._lock = threading.RLock()

    def contact_keys(
        self, tenant: str, contacts: Collection[UUID], retention: str = "profile"
    ) -> dict[UUID, Key | None]:
        """The key of each contact in a retention class, made where missing; None for a contact that was erased."""
        with self._lock:
            if self._read(lambda session: self._look_up(session, tenant, contacts, retention)):
                self._write(lambda session: self._make(session, tenant, contacts, retention))
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
            self._refresh(session)
            wanted, ranges, single = in_ranges(numbers)
            found = [row for first, last in ranges for row in session.between(tenant, first, last) if row[0] in wanted]
            found += session.among(tenant, single)
            return {key.number: key for key in self._unwrapped(tenant, found) if key is not None}

        with self._lock:
            return self._read(work) if numbers else {}

    def erase_contact(self, tenant: str, contact: UUID) -> int:
        """Destroy the contact's keys and those of all texts linked to it, for good. How many there were.

        The contact is never given a key again, nor is a text that is linked to it.
        """
        with self._lock:
            destroyed = self._write(lambda session: session.destroy_of_contact(tenant, contact))
            self._known.clear()
            self._settle()
            return destroyed

    def erase_key(self, tenant: str, number: int) -> None:
        """Destroy one key, for good; what it sealed can't be read any more."""
        with self._lock:
            self._write(lambda session: session.destroy(tenant, number))
            self._known.clear()
            self._settle()

    @abstractmethod
    def close(self) -> None:
        """Close all connections. The store opens again when it is used again."""

    @abstractmethod
    def _run(self, work: Callable[[KeySession], T], *, write: bool) -> T:
        """Run `work` in a transaction, and commit it durably if it writes."""

    def _read(self, work: Callable[[KeySession], T]) -> T:
        return self._run(work, write=False)

    def _write(self, work: Callable[[KeySession], T]) -> T:
        try:
            return self._run(work, write=True)
        except BaseException:
            self._known.clear()  # it may hold keys that were never committed
            raise

    @abstractmethod
    def _settle(self) -> None:
        """After an erasure is committed: let nothing of it stay where the database keeps what it wrote before."""

    def _refresh(self, session: KeySession) -> Ring:
        """Drop what other processes made untrue since the last look, by erasing or by rotating the master key."""
        state = session.state()
        if state.erasures != self._erasures:
            self._known.clear()
            self._erasures = state.erasures
        if self._ring is None or state.generation != self._ring.newest.generation:
            self._ring = load_ring(session.masters(), self._source)
        return self._ring

    def _look_up(self, session: KeySession, tenant: str, contacts: Collection[UUID], retention: str) -> list[UUID]:
        """Learn the keys that there are; gives the contacts that have none."""
        self._refresh(session)
        unknown = [contact for contact in contacts if (tenant, retention, contact) not in self._known]
        if not unknown:
            return []
        found = session.contacts(tenant, unknown, retention)
        for contact, key in zip(found, self._unwrapped(tenant, found.values()), strict=True):
            self._known[tenant, retention, contact] = key
        return [contact for contact in unknown if contact not in found]

    def _make(self, session: KeySession, tenant: str, contacts: Collection[UUID], retention: str) -> None:
        self._refresh(session)
        missing = self._look_up(session, tenant, contacts, retention)  # others may have been quicker
        erased = session.erased(tenant, missing)
        new = sorted(set(missing) - erased)  # in one order, so that processes do not wait for each other in a ring
        wrapped = self._new(session, tenant, len(new))
        rows = [ContactRow(key.number, contact, kept) for contact, (key, kept) in zip(new, wrapped, strict=True)]
        if rows:
            session.add_contacts(tenant, retention, rows)
            self._look_up(session, tenant, new, retention)
        self._known.update({(tenant, retention, contact): None for contact in erased})

    def _make_texts(
        self, session: KeySession, tenant: str, links: Sequence[Collection[UUID]], retention: str
    ) -> list[Key | None]:
        self._refresh(session)
        everybody = {contact for contacts in links for contact in contacts}
        erased = session.erased(tenant, everybody) if everybody else set()
        sealable = [contacts for contacts in links if erased.isdisjoint(contacts)] if erased else links
        made = self._new(session, tenant, len(sealable))
        rows = [TextRow(key.number, kept, contacts) for (key, kept), contacts in zip(made, sealable, strict=True)]
        if rows:
            session.add_texts(tenant, retention, rows)
        keys = iter([key for key, _ in made])
        return [next(keys) if not erased or erased.isdisjoint(contacts) else None for contacts in links]

    def _new(self, session: KeySession, tenant: str, count: int) -> list[tuple[Key, bytes]]:
        """New keys, each with its wrapped form."""
        if not count:
            return []
        chance, numbers, purpose = os.urandom(SECRET_BYTES * count), session.draw(count), purpose_of_key(tenant)
        secrets = [chance[at : at + SECRET_BYTES] for at in range(0, len(chance), SECRET_BYTES)]
        purposes = [purpose + number.to_bytes(8, "big") for number in numbers]
        wrapped = self._refresh(session).newest.wrap(secrets, purposes)
        return list(zip(map(Key, numbers, secrets), wrapped, strict=True))

    def _unwrapped(self, tenant: str, rows: Iterable[tuple[int, bytes]]) -> list[Key | None]:
        if self._ring is None:
            return []
        unwrap, purpose = self._ring.unwrap, purpose_of_key(tenant)
        return [
            Key(number, unwrap(wrapped, purpose + number.to_bytes(8, "big"))) if wrapped != DESTROYED else None
            for number, wrapped in rows
        ]

    def _forget_oldest(self) -> None:
        surplus = len(self._known) - _REMEMBERED
        if surplus > 0:
            for name in list(islice(self._known, surplus + _REMEMBERED // 4)):
                del self._known[name]


def refuse_newer(version: int) -> None:
    """Raise KeyStoreError if a later program made the store."""
    if version > KEY_FORMAT:
        raise KeyStoreError(
            f"the key store has format {version}, which is newer than this program (format {KEY_FORMAT}): "
            "upgrade Rapport"
        )
