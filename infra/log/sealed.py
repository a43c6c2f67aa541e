"""How sealed parts stand in a stored state: at its end, `"sealed":[{"key":number,"box":"base64"}]`. **Format**.

A box per event and key; see infra/sealing/boxes.py for what a box is, and parts.py for what it holds.
"""

import os
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.log.parts import merged
from infra.log.state import Encoded
from infra.sealing.boxes import NONCE_BYTES, as_text, event_bound, from_text, seal, unseal


class Box(msgspec.Struct):
    """A sealed part, and the number of its key."""

    key: int
    box: str


class Stored(msgspec.Struct):
    """What of a stored state it takes to open it; reading these alone is quick."""

    event_id: str
    subject_id: str
    sealed: list[Box] = []


stored_of = msgspec.json.Decoder(Stored).decode


def sealed(tenant: str, event: Encoded, contents: Iterable[tuple[int, AESGCM, bytes]]) -> bytes:
    """The state of an event with these contents, each under the key of that number."""
    if not event.parts:
        return event.open
    boxes, event_id, subject_id = [], str(event.event_id), str(event.subject_id)
    for number, cipher, content in contents:
        bound = event_bound(tenant, event_id, subject_id, number)
        box = as_text(seal(cipher, os.urandom(NONCE_BYTES), content, bound))
        boxes.append(b'{"key":%d,"box":"%b"}' % (number, box))
    return b'%b,"sealed":[%b]}' % (event.open[:-1], b",".join(boxes)) if boxes else event.open


def opened(tenant: str, stored: Stored, ciphers: Mapping[int, AESGCM]) -> bytes | None:
    """What is personal in an event as far as there are keys, as a JSON object; None if that is nothing."""
    found: Sequence[bytes] = [
        unseal(ciphers[one.key], from_text(one.box), event_bound(tenant, stored.event_id, stored.subject_id, one.key))
        for one in stored.sealed
        if one.key in ciphers
    ]
    return merged(found)
