"""Calendars and cards, as an import reads them: texts in, events and faults out."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from consumers.ingest.edge import Edge
from consumers.ingest.run import Message
from infra.importing.calendars.messages import CalendarMessages
from infra.importing.calendars.writing import Writer
from infra.importing.cards import writing as cards
from infra.importing.cards.messages import CardMessages
from infra.importing.mailbox.own import Own
from infra.importing.pieces import Piece

NOW = datetime(2026, 6, 1, tzinfo=UTC)
STAMPED = ("DTSTAMP:20260105T100000Z", "CREATED:20260105T100000Z")


def digest(body: bytes) -> str:
    return sha256(body).hexdigest()[:32]


@dataclass
class Read:
    """What came of some files: events by what happened, as the edge takes them, and faults."""

    events: list[dict[str, Any]] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)

    def all(self, *types: str) -> list[dict[str, Any]]:
        """The events of these types, such as `meeting.scheduled`."""
        wanted = {f"crm.{one}.v1" for one in types}
        return [event for event in self.events if event["type"] in wanted]

    def one(self, type_: str) -> dict[str, Any]:
        """The one event of a type."""
        (event,) = self.all(type_)
        return event

    @property
    def reasons(self) -> list[str]:
        """What was wrong."""
        return [reason for _, reason in self.faults]


def taken(messages: Iterable[Message]) -> Read:
    """What an import makes of messages: each event goes through the edge, which must take it."""
    edge, read = Edge("main", "UTC", lambda: NOW), Read()
    for message in messages:
        if message.fault is not None:
            read.faults.append((message.place, message.fault.reason))
        else:
            edge.read(message.raw)
            read.events.append(json.loads(message.raw))
    return read


class Calendars:
    """Reads calendars one after the other into one log, which knows what earlier ones told."""

    def __init__(self, zone: str = "UTC", own: Iterable[str] = ()) -> None:
        self._log: dict[str, str | None] = {}
        self._zone, self._own = ZoneInfo(zone), Own(own)

    def read(self, *texts: str | bytes, begins: date | None = None, ends: date | None = None) -> Read:
        """What an import of these files gives; the log holds it from then on."""
        told: Callable[[str], str | None] = self._log.get
        writer = Writer("cal", self._zone, self._own, digest, told)
        read = taken(CalendarMessages(writer, begins, ends).messages(_pieces(texts)))
        for event in read.events:
            self._log.setdefault(event["id"], event.get("causationid"))
        return read


def read_calendar(*texts: str | bytes, **how: Any) -> Read:
    """What an import of calendars gives into an empty log."""
    return Calendars(**how).read(*texts)


def read_cards(*texts: str | bytes) -> Read:
    """What an import of cards gives."""
    return taken(CardMessages(cards.Writer("book", digest)).messages(_pieces(texts)))


def calendar(*entries: str, method: str | None = None) -> str:
    """A calendar with these entries."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *([f"METHOD:{method}"] if method else [])]
    return "\r\n".join([*head, *entries, "END:VCALENDAR", ""])


def entry(
    *lines: str, kind: str = "VEVENT", stamped: bool = True, uid: str = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
) -> str:
    """An entry with an identifier, and stamped."""
    return "\r\n".join([f"BEGIN:{kind}", f"UID:{uid}", *(STAMPED if stamped else ()), *lines, f"END:{kind}"])


def card(*lines: str, version: str = "3.0") -> str:
    """A card."""
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def _pieces(texts: Iterable[str | bytes]) -> Iterable[Piece]:
    for number, text in enumerate(texts, 1):
        yield Piece(f"file {number}", text.encode() if isinstance(text, str) else text)
