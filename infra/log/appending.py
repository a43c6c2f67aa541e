"""Appending what a command decided: behind the version it was decided on, or not at all."""

from collections.abc import Sequence
from uuid import UUID

from domain.catalog import BY_MODEL, Stream
from domain.shared.envelope import Envelope
from domain.shared.errors import Conflict, InvalidInput
from domain.shared.identity import Identity
from infra.log.rows import EventKey, Known, NewEvent
from infra.log.session import Session
from infra.log.state import Encoded, encode
from infra.log.taking import alert_reason


def append_events(
    session: Session, envelopes: Sequence[Envelope], expected: int, identity: Identity, open_custom: frozenset[str]
) -> list[int]:
    """Append events of one tenant and thing within one transaction; returns their positions.

    Raises Conflict if the stream is not at version `expected`, InvalidInput if an id was used for another event.
    """
    tenant = envelopes[0].tenant
    encoded = [encode(envelope, identity, open_custom) for envelope in envelopes]
    known = session.known(tenant, [one.event_id for one in encoded])
    fresh = [
        (envelope, one)
        for envelope, one in zip(envelopes, encoded, strict=True)
        if not _is_repeat(envelope, one, known.get(one.event_id))
    ]
    positions = {event_id: one.position for event_id, one in known.items()}
    if fresh:
        events = _placed(session, fresh, expected)
        given = session.insert(events)
        positions |= {one.event_id: position for (_, one), position in zip(fresh, given, strict=True)}
        keys = [
            EventKey(tenant, one.event_id, one.digest, position)
            for (envelope, one), position in zip(fresh, given, strict=True)
            if _stream_of(envelope) is Stream.THING
        ]
        if keys:
            session.insert_keys(keys)
    return [position for one in encoded if (position := positions[one.event_id]) is not None]


def _placed(session: Session, fresh: Sequence[tuple[Envelope, Encoded]], expected: int) -> list[NewEvent]:
    things = {one.subject_id for envelope, one in fresh if _stream_of(envelope) is Stream.THING}
    version = _checked_version(session, fresh[0][0], things, expected)
    events = []
    for envelope, one in fresh:
        topic = BY_MODEL[type(envelope.data)].name
        if _stream_of(envelope) is Stream.THING:
            version += 1
            events.append(NewEvent(one.subject_id, version, topic, one.state, envelope.tenant))
        else:
            events.append(NewEvent(one.event_id, 1, topic, one.state, envelope.tenant))
    return events


def _checked_version(session: Session, first: Envelope, things: set[UUID], expected: int) -> int:
    if len(things) > 1:
        msg = "one call appends to one stream"
        raise ValueError(msg)
    versions = session.versions(first.tenant, list(things)) if things else {}
    version = next(iter(versions.values()), 0)
    if things and version != expected:
        raise Conflict(
            f"somebody else wrote about the same thing meanwhile: it was decided on version {expected}, "
            f"and now there are {version}"
        )
    return version


def _is_repeat(envelope: Envelope, encoded: Encoded, known: Known | None) -> bool:
    if known is None:
        return False
    reason = alert_reason(_stream_of(envelope), encoded.digest, known)
    if reason is not None:
        raise InvalidInput(reason, "id")
    return True


def _stream_of(envelope: Envelope) -> Stream:
    return BY_MODEL[type(envelope.data)].stream
