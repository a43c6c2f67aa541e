"""Taking events back, and bringing them back, within one transaction: what is said, what it changes, and markers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec

from commands.command import SOURCE
from domain.catalog import BY_MODEL, BY_NAME, VOID, VOID_MADE, VOID_UNDONE, Stream
from domain.shared.envelope import Envelope
from domain.shared.errors import CommandRefused
from domain.shared.event import Event
from domain.shared.identity import Identity
from domain.voids.events import VoidMade, VoidMarked, VoidUndone
from domain.voids.ranges import as_ranges
from infra.log.pending import Pending, pending, seal_new
from infra.log.rows import Found, NewEvent, Standing, as_uuid
from infra.log.sealing import Sealing
from infra.log.session import Session
from infra.log.state import trail_of

_STREAM = "SELECT topic, notification_id FROM stored_events WHERE originator_id = :void AND tenant = :tenant"
_TAKEN = """
    SELECT event_id, event_position, digest, stream FROM event_standing
    WHERE tenant = :tenant AND position = :position ORDER BY event_position
"""


class Selected(NamedTuple):
    """What a void is to take back: `of` says by what the events are named, `what` is that name."""

    of: Literal["event", "import", "correlation"]
    what: str


@dataclass(frozen=True, slots=True)
class Saying:
    """Who takes something back, and why: whose log, by which ids, when."""

    tenant: str
    actor: str
    reason: str
    now: datetime
    identity: Identity
    sealing: Sealing


def select(session: Session, tenant: str, wanted: Selected) -> list[Found]:
    """The events that a void would take back: those that stand. Raises CommandRefused if there are none."""
    if wanted.of == "event":
        return [_one(session, tenant, UUID(wanted.what))]
    attribute = "importid" if wanted.of == "import" else "correlationid"
    held = session.holding(tenant, b'"%b":%b' % (attribute.encode(), msgspec.json.encode(wanted.what)))
    # The same bytes may stand elsewhere in a state, as a field of a source that is called so.
    found = [one for one in held if _may_go(one) and getattr(trail_of(one.state), attribute) == wanted.what]
    standing = those_that_stand(session, tenant, found)
    if not standing:
        gone = f"; all {len(found):,} that were are taken back already" if found else ", so check it"
        raise CommandRefused(f"no event with this {wanted.of} id stands in the log{gone}")
    return standing


def those_that_stand(session: Session, tenant: str, found: Sequence[Found]) -> list[Found]:
    """Those of the events that no void took back, and that nothing took the place of."""
    ids = [trail_of(one.state).event_id for one in found]
    standing = session.standing(tenant, ids) if ids else {}
    return [
        one
        for one, id_ in zip(found, ids, strict=True)
        if (row := standing.get(id_)) is None or (row.stands and row.event_position == one.position)
    ]


def make(session: Session, saying: Saying, void: UUID, wanted: Selected, found: Sequence[Found]) -> int:
    """Take the events back; returns the position of the event that says so."""
    takes = as_ranges(one.position for one in found)
    said = VoidMade(reason=saying.reason, of=wanted.of, what=wanted.what, events=len(found), takes=takes)
    position = _append(session, saying, void, said, 1, found)
    trails = [trail_of(one.state) for one in found]
    session.insert_standing(
        [
            Standing(
                saying.tenant, t.event_id, position, one.position, t.digest, BY_NAME[one.topic][0].stream, stands=False
            )
            for one, t in zip(found, trails, strict=True)
        ]
    )
    return position


def taken_by(session: Session, tenant: str, void: UUID) -> list[Found]:
    """The events that undoing a void would bring back. Raises CommandRefused if it can't be undone."""
    return session.at(tenant, [row.event_position for row in _rows_of(session, tenant, void)])


def undo(session: Session, saying: Saying, void: UUID, found: Sequence[Found]) -> int:
    """Let a void be as if it had not been; returns the position of the event that says so."""
    rows = _rows_of(session, saying.tenant, void)
    position = _append(session, saying, void, VoidUndone(reason=saying.reason), 2, found)
    session.insert_standing([row._replace(position=position, stands=True) for row in rows])
    return position


def _one(session: Session, tenant: str, event_id: UUID) -> Found:
    known = session.known(tenant, [event_id]).get(event_id)
    if known is None or known.position is None:
        raise CommandRefused("there is no such event in the log")
    if not known.stands:
        raise CommandRefused("this event is taken back already")
    return session.at(tenant, [known.position])[0]


def _may_go(one: Found) -> bool:
    return BY_NAME[one.topic][0].area != VOID


def _rows_of(session: Session, tenant: str, void: UUID) -> list[Standing]:
    """What a void took, if it stands and nothing took the place of what it took."""
    said = dict(session.rows(_STREAM, {"void": void, "tenant": tenant}))
    if VOID_MADE not in said:
        raise CommandRefused("there is no such void: `rapport sql 'SELECT * FROM void'` lists them")
    if VOID_UNDONE in said:
        raise CommandRefused("this void is undone already; to take the same back again, make another void")
    position = said[VOID_MADE]
    rows = [
        Standing(tenant, as_uuid(id_), position, event, digest, Stream(stream), stands=False)
        for id_, event, digest, stream in session.rows(_TAKEN, {"tenant": tenant, "position": position})
    ]
    now = session.standing(tenant, [row.event_id for row in rows])
    replaced = sum(now[row.event_id].stands for row in rows)
    if replaced:
        raise CommandRefused(
            f"{replaced:,} of the {len(rows):,} events were taken in again since, and both would count: "
            "void those first, by their import or one by one"
        )
    return rows


def _append(
    session: Session, saying: Saying, void: UUID, said: VoidMade | VoidUndone, version: int, found: Iterable[Found]
) -> int:
    """Append what is said of a void, and a marker to each stream it touches; returns the first one's position."""
    things = {one.stream_id: kind.area for one in found if (kind := BY_NAME[one.topic][0]).stream is Stream.THING}
    whole = f"{void}" if version == 1 else f"{void}:undone"
    marked = VoidMarked(void=str(void))
    events = [_pending(saying, whole, f"{VOID}:id:{void}", said)]
    events += [
        _pending(saying, f"{whole}:{n}", f"{area}:id:{id_}", marked) for n, (id_, area) in enumerate(things.items(), 1)
    ]
    seal_new(events, saying.sealing)
    last = session.versions(saying.tenant, list(things)) if things else {}
    versions = [version, *(last[thing] + 1 for thing in things)]
    rows: list[NewEvent] = [event.as_version(nth) for event, nth in zip(events, versions, strict=True)]
    return session.insert(rows)[0]


def _pending(saying: Saying, id_: str, subject: str, said: Event) -> Pending:
    envelope = Envelope(
        tenant=saying.tenant,
        id=id_,
        source=SOURCE,
        type=BY_MODEL[type(said)].name,
        subject=subject,
        time=saying.now,
        data=said,
        actor=saying.actor,
    )
    return pending(envelope, saying.identity, frozenset())
