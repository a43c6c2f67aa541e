"""Boxes: bytes sealed under a data key, so that they can be read only where the key is, and only in their place.

A box is the nonce, the ciphertext and the tag of AES-256-GCM, one behind the other. What it is bound to is
authenticated with it: a box that is put into another event, another tenant or under another key does not open.
**Format**: the golden tests hold it.
"""

from binascii import a2b_base64, b2a_base64
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.shared.errors import RapportError

NONCE_BYTES = 12
TAG_BYTES = 16


class BoxError(RapportError):
    """A box that does not open with its key: it, its place or the key is not what it was when it was sealed."""


def seal(cipher: AESGCM, nonce: bytes, content: bytes, bound: bytes) -> bytes:
    """The box that holds `content`, bound to its place. `nonce` is 12 bytes never used with the key before."""
    return nonce + cipher.encrypt(nonce, content, bound)


def unseal(cipher: AESGCM, box: bytes, bound: bytes) -> bytes:
    """What a box holds. Raises BoxError if it was sealed under another key, for another place, or was changed."""
    try:
        return cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):
        raise BoxError(
            "sealed data can't be opened with its key: the log and the key store do not belong together, or one of "
            "them was changed; restore both from the same backup, or point RAPPORT_KEYS to the right key store"
        ) from None


def event_bound(tenant: str, event_id: str | UUID, subject_id: str | UUID, key: int) -> bytes:
    """What a part of an event is bound to. The one part that may hold blanks, the tenant, stands last."""
    return f"event {key} {event_id} {subject_id} {tenant}".encode()


def letter_bound(tenant: str, letter_id: str | UUID, key: int) -> bytes:
    """What the bytes of a dead letter are bound to."""
    return f"letter {key} {letter_id} {tenant}".encode()


def as_text(box: bytes) -> bytes:
    """A box as JSON holds it: base64, with its padding, on one line."""
    return b2a_base64(box, newline=False)


def from_text(text: str) -> bytes:
    """The box that a text holds. Raises BoxError if it is no base64."""
    try:
        return a2b_base64(text, strict_mode=True)
    except ValueError:
        raise BoxError("sealed data in the log are no base64: the log was changed; restore it from a backup") from None
