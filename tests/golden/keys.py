"""The keys of the golden payloads, which no store holds: each is made from its number."""

import json
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.log.sealed import Stored, opened, sealed, stored_of
from infra.log.state import Encoded


class Boxed(NamedTuple):
    """A stored state taken apart: what stands open, and what is in its boxes."""

    open: dict[str, Any]
    contents: list[bytes]
    together: bytes | None


def cipher_of(number: int) -> AESGCM:
    """The cipher of the key with that number."""
    return AESGCM(sha256(b"golden key %d" % number).digest())


def seal_golden(tenant: str, event: Encoded) -> bytes:
    """The stored state of an event, each part under a key of its own."""
    return sealed(tenant, event, [(n, cipher_of(n), part.content) for n, part in enumerate(event.parts, 1)])


def open_golden(tenant: str, state: bytes) -> Boxed:
    """A stored state, opened."""
    stored = stored_of(state)
    open_part = {name: value for name, value in json.loads(state).items() if name != "sealed"}
    ciphers = {box.key: cipher_of(box.key) for box in stored.sealed}
    alone = [opened(tenant, Stored(stored.event_id, stored.subject_id, [box]), ciphers) for box in stored.sealed]
    return Boxed(open_part, [content for content in alone if content is not None], opened(tenant, stored, ciphers))
