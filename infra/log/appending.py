"""Appending what a command decided: behind the version it was decided on, or not at all."""

from collections.abc import Sequence
from uuid import UUID

from domain.catalog import Stream
from domain.shared.errors import Conflict, InvalidInput
from infra.log.pending import Pending, seal_new
from infra.log.rows import EventKey, Known, NewEvent
from infra.log.sealing import Sealing
from infra.log.session import Session
from infra.log.taking import alert_reason


def append_events(session: Session, events: Sequence[Pending], expected: int, sealing: Sealing) -> list[int]:
    """Append events of one tenant and thing within one transaction; returns their positions.

    Raises Conflict if the stream is not at version `expected`, InvalidInput if an id was used for another event.
    """
    tenant = events[0].tenant
    known = session.known(tenant, [event.encoded.event_id for event in events])
    fresh = [event for event in events if not _is_repeat(event, known.get(event.encoded.event_id))]
    positions = {event_id: one.position for event_id, one in known.items()}
    if fresh:
        version = _checked_version(session, fresh, expected)
        seal_new(fresh, sealing)
        given = session.insert(_placed(fresh, version))
        positions |= {event.encoded.event_id: position for event, position in zip(fresh, given, strict=True)}
        keys = [
            EventKey(tenant, event.encoded.event_id, event.encoded.digest, position)
            for event, position in zip(fresh, given, strict=True)
            if event.stream is Stream.THING
        ]
        if keys:
            session.insert_keys(keys)
    return [position for event in events if (position := positions[event.encoded.event_id]) is not None]


def _placed(fresh: Sequence[Pending], version: int) -> list[NewEvent]:
    rows = []
    for event in fresh:
        version += event.stream is Stream.THING
        rows.append(event.as_version(version if event.stream is Stream.THING else 1))
    return rows


def _checked_version(session: Session, fresh: Sequence[Pending], expected: int) -> int:
    things: set[UUID] = {event.encoded.subject_id for event in fresh if event.stream is Stream.THING}
    if len(things) > 1:
        msg = "one call appends to one stream"
        raise ValueError(msg)
    versions = session.versions(fresh[0].tenant, list(things)) if things else {}
    version = next(iter(versions.values()), 0)
    if things and version != expected:
        raise Conflict(
            f"somebody else wrote about the same thing meanwhile: it was decided on version {expected}, "
            f"and now there are {version}"
        )
    return version


def _is_repeat(event: Pending, known: Known | None) -> bool:
    if known is None:
        return False
    reason = alert_reason(event.stream, event.encoded.digest, known)
    if reason is not None:
        raise InvalidInput(reason, "id")
    return True
