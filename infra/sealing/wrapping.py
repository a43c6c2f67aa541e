"""Keys under keys: how a data key is kept in the store, which never sees it in the open.

**Format**: a wrapped key has 62 bytes: the generation of the master key (2), nonce (12), the key's 32 bytes encrypted
and the tag (16), by AES-256-GCM; what it is a key for is authenticated with it. It has the same size whatever happens
to it, so that a store overwrites it in its place: 62 zeros stand where a key was destroyed.
"""

import os
from collections.abc import Sequence
from hashlib import sha256
from hmac import digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.sealing.errors import KeyStoreError

SECRET_BYTES = 32
DESTROYED = bytes(62)
_NONCE_BYTES = 12
_HEAD = 2
_TAIL = _HEAD + _NONCE_BYTES


class MasterKey:
    """A master key of one generation: it wraps other keys, and has a fingerprint that does not give it away."""

    def __init__(self, secret: bytes, generation: int) -> None:
        self.secret = secret
        self.generation = generation
        self.fingerprint = fingerprint_of(secret)
        self._cipher = AESGCM(secret)
        self._head = generation.to_bytes(_HEAD, "big")

    def wrap(self, secrets: Sequence[bytes], purposes: Sequence[bytes]) -> list[bytes]:
        """Each secret, wrapped for its purpose."""
        chance, encrypt, head = os.urandom(_NONCE_BYTES * len(secrets)), self._cipher.encrypt, self._head
        nonces = [chance[at : at + _NONCE_BYTES] for at in range(0, len(chance), _NONCE_BYTES)]
        return [
            head + nonce + encrypt(nonce, secret, purpose)
            for nonce, secret, purpose in zip(nonces, secrets, purposes, strict=True)
        ]

    def unwrap(self, wrapped: bytes, purpose: bytes) -> bytes:
        """The secret. Raises KeyStoreError if it was changed, or wrapped for something else."""
        try:
            return self._cipher.decrypt(wrapped[_HEAD:_TAIL], wrapped[_TAIL:], purpose)
        except (InvalidTag, ValueError):
            raise KeyStoreError(
                "a key in the key store is damaged, or was put there by somebody else: restore the store from a backup"
            ) from None


def fingerprint_of(master_secret: bytes) -> str:
    """Names a master key without giving it away."""
    return digest(master_secret, b"rapport master key", sha256)[:8].hex()


def generation_of(wrapped: bytes) -> int:
    """Which master key wrapped it."""
    return int.from_bytes(wrapped[:_HEAD], "big")
