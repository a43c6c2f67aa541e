"""The stored form of an event: UTF-8 JSON with the envelope, `data`, `ids`, and `personal` apart. **Format**.

id, source, subject, time, time_precision, actor, sequence, correlationid, causationid, traceparent
               as the sender gave them; times in UTC to the microsecond; what was not given is left out
importid       the run of `import` or `ingest` that took it, if one did; no part of the digest
event_id, subject_id, ids
               the ids of the event, its subject and every reference in data, in the form of data:
               `{"account": …, "contacts": […], "lines": [{"product": …}, {}]}`
digest         what tells a repeat from another event under the same id
doubts         what is doubtful in data, as codes and never as values: `[{"field": "phone", "doubt": "not_a_number"}]`;
               absent if nothing is, and no part of the digest: a library that knows more makes no repeat another event
data           the event's own fields, amounts as text, the personal ones left out; a reference whose key is personal
               reads `contact:id:<uuid>`
sealed         the personal fields and the references whose key is personal, in boxes: see parts.py and sealing.py
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal
from typing import Any
from uuid import UUID

import msgspec

from domain.catalog import BY_MODEL, current_data
from domain.shared.envelope import Envelope, TimePrecision
from domain.shared.event import Event
from domain.shared.fields import utc_text
from domain.shared.identity import Identity
from domain.shared.marks import marks_of
from domain.shared.quality import UNDOUBTED, Doubt, Quality
from domain.shared.references import ID_SOURCE, PERSONAL_SOURCES
from infra.log.parts import Part, parts_of
from infra.log.readable import readable

_encode = msgspec.json.Encoder(order="deterministic", decimal_format="number").encode
_decode = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode
_ALL_DIGITS = Context(prec=64)  # a custom number may have more than the 28 that Python keeps without it
_TRAIL = ("actor", "sequence", "correlationid", "causationid", "traceparent", "importid")


@dataclass(frozen=True, slots=True)
class Encoded:
    """An event about to be stored: the open part of its state, and its personal parts, which will be sealed."""

    event_id: UUID
    subject_id: UUID
    digest: str
    open: bytes
    parts: tuple[Part, ...]


def encode(envelope: Envelope, identity: Identity, open_custom: frozenset[str] = frozenset()) -> Encoded:
    """An event for the log. `open_custom` names the custom fields that are no personal data."""
    data = envelope.data.model_dump(mode="json", exclude_none=True)
    if envelope.data.custom:
        # A number stays a number: 1.5 and the text "1.5" are two facts.
        data["custom"] = {name: _custom(value) for name, value in envelope.data.custom.items()}
    else:
        del data["custom"]
    # The type's name without its version: a fact sent again after an upgrade is still the same fact.
    event_type = BY_MODEL[type(envelope.data)]
    digest = identity.digest(_encode([f"{event_type.area}.{event_type.action}", envelope.subject, data]))
    event_id, subject_id = identity.event(envelope.source, envelope.id), identity.thing(envelope.subject)
    keys: dict[UUID, str] = {}
    subject = _open_form(envelope.subject, subject_id, keys)
    ids = _replace_references(envelope, data, identity, keys)
    personal = _take_personal(envelope, data, open_custom)
    if envelope.quality.normal:
        personal["normal"] = dict(envelope.quality.normal)
    parts = parts_of(event_type.area, subject_id, _contacts(envelope, ids), personal, keys)
    state: dict[str, Any] = {
        "id": envelope.id,
        "event_id": event_id,
        "source": envelope.source,
        "subject": subject,
        "subject_id": subject_id,
        "time": utc_text(envelope.time),
        "time_precision": envelope.time_precision.value,
        "digest": digest,
        "data": data,
    }
    state.update({name: value for name in _TRAIL if (value := getattr(envelope, name)) is not None})
    if ids:
        state["ids"] = ids
    if envelope.quality.doubts:
        state["doubts"] = [{"field": one.field, "doubt": one.doubt} for one in envelope.quality.doubts]
    return Encoded(event_id, subject_id, digest, _encode(state), parts)


def _custom(value: object) -> object:
    if isinstance(value, Decimal):
        # One way to write a number: 12.5 and 12.50 are the same fact, and so are 0 and -0.
        return Decimal(f"{_ALL_DIGITS.plus(value.normalize(_ALL_DIGITS)):f}")
    return value


def decode(topic: str, state: bytes, tenant: str, unsealed: bytes | None = None) -> Envelope:
    """The event that a stored state holds, brought up to its type's current version.

    `unsealed` is what is personal in it, as far as there are keys; a field whose key was destroyed is None.
    """
    stored = _decode(state)
    data: dict[str, Any] = stored["data"]
    personal: dict[str, Any] = _decode(unsealed) if unsealed else {}
    keys = personal.pop("keys", {})
    quality = _quality(stored, personal.pop("normal", {}))
    custom = {**data.get("custom", {}), **personal.get("custom", {})}
    merged = {**data, **personal, "custom": custom}
    event_type, merged = current_data(topic, merged)
    if keys:
        _restore_references(event_type.model, merged, keys)
    return Envelope(
        tenant=tenant,
        id=stored["id"],
        source=stored["source"],
        type=event_type.name,
        subject=keys.get(str(stored["subject_id"]), stored["subject"]),
        time=datetime.fromisoformat(stored["time"]),
        data=readable(event_type.model, merged),
        time_precision=TimePrecision(stored["time_precision"]),
        quality=quality,
        **{name: stored.get(name) for name in _TRAIL},
    )


def _quality(stored: dict[str, Any], normal: dict[str, str]) -> Quality:
    doubts = stored.get("doubts")
    if not (doubts or normal):
        return UNDOUBTED
    return Quality(tuple(Doubt(one["field"], one["doubt"]) for one in doubts or ()), tuple(normal.items()))


class Trail(msgspec.Struct):
    """The parts of a stored state by which a repeat is known, or a void finds it; reading these alone is quick."""

    event_id: UUID
    digest: str
    causationid: str | None = None
    correlationid: str | None = None
    importid: str | None = None


trail_of = msgspec.json.Decoder(Trail).decode


def _replace_references(
    envelope: Envelope, data: dict[str, Any], identity: Identity, keys: dict[UUID, str]
) -> dict[str, Any]:
    """The ids of all references in data; those whose key is personal are replaced by their id on the way."""
    marks = marks_of(type(envelope.data))
    ids: dict[str, Any] = _replace_single(marks.single_refs, data, identity, keys)
    for name, _ in marks.list_refs:
        if data.get(name):
            ids[name] = [identity.thing(ref) for ref in data[name]]
            data[name] = [_open_form(ref, id_, keys) for ref, id_ in zip(data[name], ids[name], strict=True)]
    for name, refs in marks.part_refs:
        found = [_replace_single(refs, part, identity, keys) for part in data.get(name, ())]
        if any(found):
            ids[name] = found
    return ids


def _replace_single(
    refs: Iterable[tuple[str, str]], data: dict[str, Any], identity: Identity, keys: dict[UUID, str]
) -> dict[str, UUID]:
    ids: dict[str, UUID] = {}
    for name, _ in refs:
        if name in data:
            ids[name] = identity.thing(data[name])
            data[name] = _open_form(data[name], ids[name], keys)
    return ids


def _contacts(envelope: Envelope, ids: dict[str, Any]) -> list[UUID]:
    """The contacts that an event names in its data, each once."""
    marks = marks_of(type(envelope.data))
    found = [ids[name] for name, kind in marks.single_refs if kind == "contact" and name in ids]
    for name, kind in marks.list_refs:
        if kind == "contact":
            found += ids.get(name, [])
    return list(dict.fromkeys(found))


def _restore_references(model: type[Event], data: dict[str, Any], keys: dict[str, str]) -> None:
    """Put the references whose key is personal back in place of their ids."""
    marks = marks_of(model)
    _restore_single(marks.single_refs, data, keys)
    for name, _ in marks.list_refs:
        if data.get(name):
            data[name] = [_closed_form(ref, keys) for ref in data[name]]
    for name, refs in marks.part_refs:
        for part in data.get(name, ()):
            _restore_single(refs, part, keys)


def _restore_single(refs: Iterable[tuple[str, str]], data: dict[str, Any], keys: dict[str, str]) -> None:
    for name, _ in refs:
        if name in data:
            data[name] = _closed_form(data[name], keys)


def _closed_form(reference: str, keys: dict[str, str]) -> str:
    _, source, key = reference.split(":", 2)
    return keys.get(key, reference) if source == ID_SOURCE else reference


def _open_form(reference: str, id_: UUID, keys: dict[UUID, str]) -> str:
    kind, source, _ = reference.split(":", 2)
    if source not in PERSONAL_SOURCES:
        return reference
    keys[id_] = reference
    return f"{kind}:{ID_SOURCE}:{id_}"


def _take_personal(envelope: Envelope, data: dict[str, Any], open_custom: frozenset[str]) -> dict[str, Any]:
    taken = {name: data.pop(name) for name in marks_of(type(envelope.data)).personal & data.keys()}
    custom = taken.get("custom", {})
    opened = {name: value for name, value in custom.items() if name in open_custom}
    if opened:
        data["custom"] = opened
        taken["custom"] = {name: value for name, value in custom.items() if name not in open_custom}
    return {name: value for name, value in taken.items() if value != {}}
