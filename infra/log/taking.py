"""Taking a batch from outside: what is new goes to its stream, repeats change nothing, alerts to the dead letters."""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from consumers.ingest.messages import DeadLetter, Incoming, Taken
from consumers.ingest.quality import Check
from domain.catalog import Stream
from domain.shared.identity import Identity
from infra.log.burying import Burial
from infra.log.pending import Pending, pending, seal_new
from infra.log.rows import EventKey, Known, NewEvent, Standing
from infra.log.sealing import Sealing
from infra.log.session import Session

_OTHER_BODY = (
    "another event with this id from the same source is in the log already, and its type, subject or data differ; "
    "the first one stands"
)
_OTHER_STREAM = {
    Stream.OWN: "an activity from the same source has this id already, and stands; this is no activity",
    Stream.THING: "an event of a thing from the same source has this id already, and stands; this is an activity",
}


@dataclass(slots=True)
class Prepared:
    """An incoming event, and the same as it is about to be stored, before the log was asked about it."""

    incoming: Incoming
    event: Pending


@dataclass(slots=True)
class Sorted:
    """What a batch comes to: the new events by their place in it, and the rest.

    `again` has the ids of those among the new ones that stood before and were taken back.
    """

    fresh: list[tuple[int, Prepared]] = field(default_factory=list)
    again: set[tuple[str, UUID]] = field(default_factory=set)
    repeats: int = 0
    alerts: list[DeadLetter] = field(default_factory=list)


def prepare(
    incoming: Incoming, identity: Identity, open_custom: frozenset[str], check: Check | None = None
) -> Prepared:
    """Judge and encode an incoming event."""
    return Prepared(incoming, pending(incoming.envelope, identity, open_custom, check))


def take_batch(
    session: Session,
    batch: Sequence[Prepared],
    dead: Sequence[DeadLetter],
    burial: Burial,
    sealing: Sealing,
    *,
    again: bool = False,
) -> Taken:
    """Take a batch within one transaction. With `again`, events that were taken back are new ones."""
    if again:
        session.order_voids()
    found = _sort(batch, _known(session, batch), again=again)
    positions: list[int | None] = [None] * len(batch)
    for place, position in append_fresh(session, found, sealing).items():
        positions[place] = position
    buried = burial.bury(session, [*dead, *found.alerts])
    return Taken(positions, found.repeats, found.alerts, buried)


def sort_batch(session: Session, batch: Sequence[Prepared]) -> Sorted:
    """What is new in a batch, what the log holds already, and what is an alert. Nothing is written."""
    return _sort(batch, _known(session, batch))


def append_fresh(session: Session, found: Sorted, sealing: Sealing) -> dict[int, int]:
    """Seal and append what is new in a batch; returns the log's position of each by its place in the batch."""
    fresh = [prepared.event for _, prepared in found.fresh]
    if not fresh:
        return {}
    seal_new(fresh, sealing)
    given = session.insert(_in_streams(session, fresh, found.again))
    keys, standing, positions = [], [], {}
    for (place, _), event, position in zip(found.fresh, fresh, given, strict=True):
        positions[place] = position
        tenant, id_, digest = event.tenant, event.encoded.event_id, event.encoded.digest
        if (tenant, id_) in found.again:
            standing.append(Standing(tenant, id_, position, position, digest, event.stream, stands=True))
        elif event.stream is Stream.THING:
            keys.append(EventKey(tenant, id_, digest, position))
    if keys:
        session.insert_keys(keys)
    if standing:
        session.insert_standing(standing)
    return positions


def alert_reason(prepared_stream: Stream, digest: str, known: Known) -> str | None:
    """Why an event can't stand under an id that is known already; None if it is a repeat."""
    if known.stream is not prepared_stream:
        return _OTHER_STREAM[known.stream]
    return None if known.digest == digest else _OTHER_BODY


def _known(session: Session, batch: Sequence[Prepared]) -> dict[tuple[str, UUID], Known]:
    by_tenant = _grouped((prepared.event.tenant, prepared.event.encoded.event_id) for prepared in batch)
    return {
        (tenant, event_id): known
        for tenant, event_ids in by_tenant.items()
        for event_id, known in session.known(tenant, event_ids).items()
    }


def _sort(batch: Sequence[Prepared], known: dict[tuple[str, UUID], Known], *, again: bool = False) -> Sorted:
    found = Sorted()
    for place, prepared in enumerate(batch):
        stream, encoded = prepared.event.stream, prepared.event.encoded
        key = (prepared.event.tenant, encoded.event_id)
        first = known.get(key)
        if first is None or (again and not first.stands):
            known[key] = Known(None, encoded.digest, stream)  # later ones in this batch are judged by it
            found.fresh.append((place, prepared))
            if first is not None:
                found.again.add(key)
        elif reason := alert_reason(stream, encoded.digest, first):
            found.alerts.append(_alert(prepared.incoming, reason))
        else:
            found.repeats += 1
    return found


def _in_streams(session: Session, fresh: Sequence[Pending], again: Container[tuple[str, UUID]]) -> list[NewEvent]:
    """Give each event its stream and its version there. What is new in a stream of its own is the first there."""

    def has_others(event: Pending) -> bool:
        return event.stream is Stream.THING or (event.tenant, event.encoded.event_id) in again

    things = _grouped((event.tenant, event.stream_id) for event in fresh if has_others(event))
    last = {
        (tenant, stream): version
        for tenant, streams in things.items()
        for stream, version in session.versions(tenant, list(dict.fromkeys(streams))).items()
    }
    events = []
    for event in fresh:
        key = (event.tenant, event.stream_id)
        version = last.get(key, 0) + 1 if has_others(event) else 1
        last[key] = version
        events.append(event.as_version(version))
    return events


def _alert(incoming: Incoming, reason: str) -> DeadLetter:
    # Always the first of its kind: the same alert seen again, in this batch or another, is not another one.
    envelope = incoming.envelope
    return DeadLetter(
        envelope.tenant, incoming.origin, incoming.place, envelope.source, reason, "id", incoming.raw, nth=0
    )


def _grouped(pairs: Iterable[tuple[str, UUID]]) -> dict[str, list[UUID]]:
    groups: dict[str, list[UUID]] = defaultdict(list)
    for tenant, id_ in pairs:
        groups[tenant].append(id_)
    return groups
