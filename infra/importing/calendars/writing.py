"""Entries of a calendar as CloudEvents: what is planned, what was moved, and what will not be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from domain.shared.errors import InvalidInput
from infra.importing.calendars.entries import Entry, Moment, end_of, in_utc
from infra.importing.calendars.people import People, people_of
from infra.importing.keys import Digest, key_of
from infra.importing.mailbox import events as mails
from infra.importing.mailbox.addresses import Person
from infra.importing.mailbox.own import Own

# Where an entry tells no time at all of itself. It orders, and no day and no duration rests on it.
STAND_IN = "1970-01-01T00:00:00Z"
_PRIORITIES = ("", "urgent", "high", "high", "high", "normal", "low", "low", "low", "low")
_ACTIONS = ("scheduled", "planned", "moved", "rescheduled", "completed", "cancelled")
_VIDEO = ("CONFERENCE", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL")

# The form that a thing had in the event of an id, as the log holds it; None if it holds no such event.
Told = Callable[[str], str | None]
Data = dict[str, Any]
_encode = msgspec.json.Encoder().encode
_canonical = msgspec.json.Encoder(order="deterministic").encode


@dataclass(slots=True)
class Thing:
    """A meeting or a task that an entry is about: its kind and key, and what its first and its later forms say."""

    kind: str
    key: str
    first: tuple[str, Data]
    later: tuple[str, Data]


@dataclass(slots=True)
class Writer:
    """Writes the events of one source. `zone` is where a time without a zone stands, `own` has the addresses of ours.

    `digest` makes ids; it is keyed, so that nobody can guess from an id what an entry says. `told` knows what stands in
    the log: a thing is scheduled once, and what a calendar says of it later, in whatever file, moves it.
    """

    source: str
    zone: ZoneInfo
    own: Own
    digest: Digest
    told: Told
    _written: dict[str, str] = field(default_factory=dict)

    def events(self, entry: Entry, *, cancelled: bool) -> Iterator[bytes]:
        """The events of an entry. Raises InvalidInput, before the first, for one that makes none."""
        thing = self._task(entry) if entry.part.kind == "VTODO" else self._meeting(entry)
        name = f"calendar:{thing.kind}:{thing.key}"
        # What changes with each form: the revision too, since what was moved back is where it was before.
        form = f"{entry.sequence}:{self.digest(_canonical(thing.later[1]))}"
        first = f"{name}:{thing.first[0]}"
        before = self._written.get(first) or self.told(first)
        if before is None or before == form:
            self._written[first] = form
            yield self._event(entry, thing, thing.first, first, form)
        elif not cancelled:
            yield self._event(entry, thing, thing.later, f"{name}:{thing.later[0]}:{form}")
        if cancelled:
            yield self._event(entry, thing, ("cancelled", {}), f"{name}:cancelled:{form}")
        elif entry.part.kind == "VTODO" and (entry.status == "COMPLETED" or "COMPLETED" in entry.component):
            yield self._event(entry, thing, ("completed", {}), f"{name}:completed:{form}")

    def contact(self, person: Person, seen_at: datetime | None) -> bytes:
        """That somebody in an entry can be reached at an address, or has a name: as it is told of mailboxes too."""
        return mails.Writer(self.source, self.own, self.digest).address(person, seen_at)

    def _meeting(self, entry: Entry) -> Thing:
        start = entry.moment("DTSTART")
        if start is None:
            raise InvalidInput("it does not say when it begins", "DTSTART")
        people = people_of(entry)
        moved = {
            "starts_at": _written(in_utc(start, self.zone)),
            "ends_at": _written(end_of(entry, start, self.zone)),
            "location": entry.text("LOCATION") or None,
        }
        scheduled = {
            **moved,
            "subject_line": entry.text("SUMMARY"),
            "text": entry.text("DESCRIPTION"),
            "channel": "video" if any(map(entry.text, _VIDEO)) else None,
            "contacts": self._contacts(people),
            "agents": people.ours(self.own),
            "owner": self._owner(people),
            "custom": {} if isinstance(start, datetime) else {"all day": True},
        }
        return Thing("meeting", self._key(entry), ("scheduled", scheduled), ("moved", moved))

    def _task(self, entry: Entry) -> Thing:
        due, start = entry.moment("DUE"), entry.moment("DTSTART")
        if due is None and start is not None and "DURATION" in entry.component:
            due = end_of(entry, start, self.zone)
        people = people_of(entry)
        when = _due(due, self.zone)
        description = entry.text("DESCRIPTION")
        planned = {
            **when,
            "subject_line": entry.text("SUMMARY"),
            "priority": _priority(entry),
            "contacts": self._contacts(people),
            "owner": next(iter(people.ours(self.own)), None),
            "custom": {"description": description} if description else {},
        }
        return Thing("task", self._key(entry), ("planned", planned), ("rescheduled", when))

    def _contacts(self, people: People) -> list[str]:
        return [f"contact:mail:{person.address}" for person in people.others(self.own)]

    def _owner(self, people: People) -> str | None:
        organiser = people.organiser
        ours = organiser is not None and organiser.address in self.own
        return (organiser.name or organiser.address) if organiser and ours else None

    def _key(self, entry: Entry) -> str:
        key = key_of(entry.uid or entry.part.text(), self.digest)
        return key if entry.recurrence is None else f"{key}/{_as_key(entry.recurrence)}"

    def _event(self, entry: Entry, thing: Thing, said: tuple[str, Data], id_: str, form: str | None = None) -> bytes:
        action, data = said
        begins = action in {"scheduled", "planned"} and entry.sequence == 0
        time = entry.created or entry.modified if begins else entry.modified or entry.created
        if action == "completed":
            time = entry.completed or time
        event = self._envelope(id_, f"{thing.kind}.{action}", f"{thing.kind}:{self.source}:{thing.key}", time)
        event["sequence"] = entry.sequence * len(_ACTIONS) + _ACTIONS.index(action)
        if form is not None:
            event["causationid"] = form
        if entry.recurrence is not None:
            event["correlationid"] = thing.key.partition("/")[0]
        return _encode({**event, "data": {name: value for name, value in data.items() if value}})

    def _envelope(self, id_: str, type_: str, subject: str, time: datetime | None) -> dict[str, Any]:
        known = {"time": STAND_IN, "timeprecision": "unknown"} if time is None else {"time": time.isoformat()}
        type_ = f"crm.{type_}.v1"
        return {"specversion": "1.0", "id": id_, "source": self.source, "type": type_, "subject": subject, **known}


def _due(due: Moment | None, zone: ZoneInfo) -> Data:
    if due is None:
        return {"due_on": None, "due_at": None}
    if isinstance(due, datetime):
        return {"due_on": None, "due_at": _written(in_utc(due, zone))}
    return {"due_on": due.isoformat(), "due_at": None}


def _priority(entry: Entry) -> str | None:
    try:
        return _PRIORITIES[int(entry.text("PRIORITY") or 0)] or None
    except (ValueError, IndexError):
        return None


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _as_key(moment: Moment) -> str:
    if not isinstance(moment, datetime):
        return f"{moment:%Y%m%d}"
    # A time without a zone stays one: the key must not depend on where the calendar is read.
    return f"{moment:%Y%m%dT%H%M%S}" if moment.tzinfo is None else f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
