"""Ids that nobody outside can recompute: UUIDv8 from HMAC-SHA-256 with a secret per tenant, which is never rotated.

The same outside key always gives the same id, on every machine that holds the secret, without a look-up. **Format**:
what is hashed here can't be changed without rewriting history; the golden tests hold it.
"""

from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from domain.shared.references import ID_SOURCE

_CACHE_SIZE = 200_000
_BLOCK = 64  # bytes of a block of SHA-256
_INNER_PAD = bytes(byte ^ 0x36 for byte in range(256))
_OUTER_PAD = bytes(byte ^ 0x5C for byte in range(256))
_VERSION_8 = (8 << 76) | (2 << 62)  # version and variant of RFC 9562
_RANDOM_BITS = ~((15 << 76) | (3 << 62))


class Identity:
    """The ids of one tenant. `secret` is 32 random bytes that belong to the tenant for good."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            msg = "a tenant's secret has at least 16 bytes"
            raise ValueError(msg)
        # HMAC's two hashes, fed with the key once: copying them is quicker than `hmac`, which wraps each call.
        key = (sha256(secret).digest() if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\x00")
        self._inner = sha256(key.translate(_INNER_PAD))
        self._outer = sha256(key.translate(_OUTER_PAD))
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
        kind, source, key = reference.split(":", 2)
        return UUID(key) if source == ID_SOURCE else self._uuid("thing", kind, source, key)

    def _uuid(self, *parts: str) -> UUID:
        mac = self._mac(*[part.encode() for part in parts])
        return UUID(int=int.from_bytes(mac[:16], "big") & _RANDOM_BITS | _VERSION_8)

    def _mac(self, *parts: bytes) -> bytes:
        # Each part is preceded by its length, so that ("a", "bc") and ("ab", "c") differ.
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(b"".join([len(part).to_bytes(4, "big") + part for part in parts]))
        outer.update(inner.digest())
        return outer.digest()
