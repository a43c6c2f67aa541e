"""Meetings as a calendar that other programs read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress
from icalendar.prop import vText

_STATUS = {"planned": "CONFIRMED", "held": "CONFIRMED", "cancelled": "CANCELLED"}


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who is to come, by their address."""

    email: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Meeting:
    """What the tables show of a meeting. `changed_at` is when the last that is known of it happened."""

    meeting_id: UUID
    reference: str | None
    status: str
    starts_at: datetime
    ends_at: datetime | None
    changed_at: datetime
    revision: int
    subject_line: str | None = None
    text: str | None = None
    location: str | None = None
    people: Sequence[Attendee] = ()


def as_calendar(meetings: Iterable[Meeting], zone: ZoneInfo) -> str:
    """A calendar with an event for each meeting; whole days of `zone` are days."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Rapport//export//EN")
    for meeting in meetings:
        calendar.add_component(_event(meeting, zone))
    text: str = calendar.to_ical().decode()
    return text


def _event(meeting: Meeting, zone: ZoneInfo) -> Event:
    event = Event()
    event.add("uid", _uid(meeting))
    event.add("dtstamp", meeting.changed_at)
    event.add("sequence", meeting.revision)
    event.add("status", _STATUS[meeting.status])
    begins, ends = _days(meeting, zone) or (meeting.starts_at, meeting.ends_at)
    event.add("dtstart", begins)
    if ends is not None:
        event.add("dtend", ends)
    words = {"summary": meeting.subject_line, "description": meeting.text, "location": meeting.location}
    for name, value in words.items():
        if value:
            event.add(name, value)
    for person in meeting.people:
        address = vCalAddress(f"mailto:{person.email}")
        if person.name:
            # A parameter holds no double quotes and no line ends; other signs are quoted by the library.
            address.params["CN"] = vText(" ".join(person.name.replace('"', "'").split()))
        event.add("attendee", address, encode=False)
    return event


def _uid(meeting: Meeting) -> str:
    """The identifier that a calendar gave it, where it came from one; else one that is made of our id."""
    source, _, key = (meeting.reference or "").removeprefix("meeting:").partition(":")
    if source in {"", "id"} or "/" in key or key.startswith("uid-"):
        return f"urn:x-rapport:meeting:{meeting.meeting_id}"
    return key


def _days(meeting: Meeting, zone: ZoneInfo) -> tuple[date, date] | None:
    """The first day and the day behind the last, for a meeting of whole days."""
    if meeting.ends_at is None or meeting.ends_at - meeting.starts_at < timedelta(hours=20):
        return None
    begins, ends = meeting.starts_at.astimezone(zone), meeting.ends_at.astimezone(zone)
    return (begins.date(), ends.date()) if begins.time() == time() == ends.time() else None
