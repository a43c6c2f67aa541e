"""Ids that nobody outside can recompute: UUIDv8 from HMAC-SHA-256 with a secret per tenant, which is never rotated.

The same outside key always gives the same id, on every machine that holds the secret, without a look-up. **Format**:
what is hashed here can't be changed without rewriting history; the golden tests hold it.
"""

import hmac
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from domain.shared.references import ID_SOURCE, parse_reference

_CACHE_SIZE = 200_000


class Identity:
    """The ids of one tenant. `secret` is 32 random bytes that belong to the tenant for good."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            msg = "a tenant's secret has at least 16 bytes"
            raise ValueError(msg)
        self._keyed = hmac.new(secret, digestmod=sha256)
        self.thing = lru_cache(_CACHE_SIZE)(self._thing)

    def event(self, source: str, event_id: str) -> UUID:
        """The id of an event by the (source, id) its sender gave it."""
        return self._uuid("event", source, event_id)

    def dead_letter(self, origin: str, raw: bytes, nth: int) -> UUID:
        """The id of the nth equal unusable message from one origin, so that reading a file again adds nothing."""
        return self._uuid("dead-letter", origin, sha256(raw).hexdigest(), str(nth))

    def digest(self, canonical: bytes) -> str:
        """What tells a repeat from another event under the same id: 32 hexadecimal digits over canonical bytes."""
        return self._mac(b"digest", canonical)[:16].hex()

    def fingerprint(self) -> str:
        """Names the secret without giving it away; a log remembers it, to refuse another tenant's secret."""
        return self._mac(b"fingerprint")[:16].hex()

    def _thing(self, reference: str) -> UUID:
        """The id of the thing that a reference (in normal form) names."""
        ref = parse_reference(reference)
        return UUID(ref.key) if ref.source == ID_SOURCE else self._uuid("thing", ref.kind, ref.source, ref.key)

    def _uuid(self, *parts: str) -> UUID:
        raw = bytearray(self._mac(*(part.encode() for part in parts))[:16])
        raw[6] = (raw[6] & 0x0F) | 0x80  # version 8
        raw[8] = (raw[8] & 0x3F) | 0x80  # variant of RFC 9562
        return UUID(bytes=bytes(raw))

    def _mac(self, *parts: bytes) -> bytes:
        # Each part is preceded by its length, so that ("a", "bc") and ("ab", "c") differ.
        keyed = self._keyed.copy()
        for part in parts:
            keyed.update(len(part).to_bytes(4, "big"))
            keyed.update(part)
        return keyed.digest()
