"""The personal parts of an event: what will stand in one box each, by whose key seals it. **Format**."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from domain.shared.references import CONVERSED

_encode = msgspec.json.Encoder(order="deterministic", decimal_format="number").encode
_decode = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what is personal in an event, as a JSON object: fields, `custom`, and `keys` (id → reference).

    `normal` (field → value) has the normal form of checked fields where it is not what was given; empty if there is
    none.

    It is sealed under the key of `owner`; without an owner it is a text, under a key of its own that is linked to
    `contacts`, so that erasing any of them destroys it. What names a message or a conversation goes with the text: no
    key is made for it, and it names nobody once the text is gone.
    """

    owner: UUID | None
    contacts: Sequence[UUID]
    content: bytes


def parts_of(
    area: str, subject: UUID, contacts: Sequence[UUID], fields: dict[str, Any], keys: Mapping[UUID, str]
) -> tuple[Part, ...]:
    """The parts of an event: its personal `fields`, and the references in `keys`, each under the key of what it names.

    What is said of a contact is the contact's own; all other words concern every contact that the event names.
    """
    text: dict[str, Any] = {} if area == "contact" else fields
    owned: dict[UUID, dict[str, Any]] = {subject: fields} if fields and area == "contact" else {}
    for id_, reference in keys.items():
        held = text if reference.partition(":")[0] in CONVERSED else owned.setdefault(id_, {})
        held.setdefault("keys", {})[str(id_)] = reference
    texts = (Part(None, tuple(contacts), _encode(text)),) if text else ()
    return (*texts, *(Part(owner, (), _encode(held)) for owner, held in owned.items()))


def merged(parts: Sequence[bytes]) -> bytes | None:
    """What the parts of one event come to together, as a JSON object; None if there are none."""
    if len(parts) < 2:
        return parts[0] if parts else None
    whole: dict[str, Any] = {}
    keys: dict[str, str] = {}
    for part in map(_decode, parts):
        keys |= part.pop("keys", {})
        whole |= part
    if keys:
        whole["keys"] = keys
    return _encode(whole)
