"""Personal parts on their way into the log and out of it: sealed under their keys, opened where the key still is."""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.log.sealed import opened, sealed, stored_of
from infra.log.state import Encoded
from infra.sealing.boxes import NONCE_BYTES, letter_bound, seal, unseal
from infra.sealing.store import Key, KeyStore

_LETTER = "letter"  # the retention class of what could not be used


class Sealing:
    """Seals and opens the personal parts of events, and dead letters, with the keys of one store.

    All methods raise KeyStoreError when the store can't be used, and BoxError for a box that does not open with its
    key.
    """

    def __init__(self, store: KeyStore) -> None:
        self._store = store

    def seal(self, tenant: str, events: Sequence[Encoded]) -> list[bytes]:
        """The states of events as they are stored. Their keys are durable when this returns.

        A part that concerns a contact who was erased is left out: nobody could ever read it.
        """
        owners = {part.owner for event in events for part in event.parts if part.owner is not None}
        texts = [part.contacts for event in events for part in event.parts if part.owner is None]
        of_contacts = self._store.contact_keys(tenant, owners) if owners else {}
        ciphers = {owner: (key.number, AESGCM(key.secret)) for owner, key in of_contacts.items() if key is not None}
        of_texts = iter(self._store.text_keys(tenant, texts) if texts else ())
        return [sealed(tenant, event, _contents(event, ciphers, of_texts)) for event in events]

    def unseal(self, tenants: Sequence[str], states: Sequence[bytes | memoryview]) -> list[bytes | None]:
        """What is personal in each state, as a JSON object; None where there is nothing, or no key any more."""
        stored = list(map(stored_of, states))
        numbers: dict[str, set[int]] = defaultdict(set)
        for tenant, one in zip(tenants, stored, strict=True):
            if one.sealed:
                numbers[tenant].update([box.key for box in one.sealed])
        ciphers = {tenant: self._ciphers(tenant, wanted) for tenant, wanted in numbers.items()}
        return [
            opened(tenant, one, ciphers[tenant]) if one.sealed else None
            for tenant, one in zip(tenants, stored, strict=True)
        ]

    def seal_letters(self, tenant: str, letters: Mapping[UUID, bytes]) -> dict[UUID, tuple[int, bytes]]:
        """Dead letters, each under a key of its own: the key's number and the box."""
        keys = self._store.text_keys(tenant, [()] * len(letters), _LETTER)
        return {
            id_: (key.number, seal(AESGCM(key.secret), os.urandom(NONCE_BYTES), raw, _bound(tenant, id_, key)))
            for (id_, raw), key in zip(letters.items(), keys, strict=True)
            if key is not None  # which it never is: these keys are linked to nobody
        }

    def unseal_letters(self, tenant: str, letters: Mapping[UUID, tuple[int, bytes]]) -> dict[UUID, bytes | None]:
        """The bytes of dead letters as they came, from key numbers and boxes; None where the key was destroyed."""
        keys = self._store.keys(tenant, sorted({number for number, _ in letters.values()}))
        return {
            id_: unseal(AESGCM(key.secret), box, _bound(tenant, id_, key)) if (key := keys.get(number)) else None
            for id_, (number, box) in letters.items()
        }

    def _ciphers(self, tenant: str, numbers: set[int]) -> dict[int, AESGCM]:
        return {number: AESGCM(key.secret) for number, key in self._store.keys(tenant, sorted(numbers)).items()}


def _contents(
    event: Encoded, ciphers: Mapping[UUID, tuple[int, AESGCM]], of_texts: Iterator[Key | None]
) -> Iterator[tuple[int, AESGCM, bytes]]:
    for part in event.parts:
        if part.owner is None:
            key = next(of_texts)
            if key is not None:
                yield key.number, AESGCM(key.secret), part.content
        elif part.owner in ciphers:
            yield *ciphers[part.owner], part.content


def _bound(tenant: str, letter: UUID, key: Key) -> bytes:
    return letter_bound(tenant, letter, key.number)
