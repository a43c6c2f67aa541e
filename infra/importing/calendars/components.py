"""A file taken apart into calendars and their entries, before anything is parsed: at bounded cost, whatever it holds.

Only the properties that are made use of are kept, so that no picture, attachment or alarm is ever looked into.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.shared.errors import InvalidInput
from infra.importing.content_lines import (
    CUT_OFF,
    LONG_HEAD,
    MAX_DEPTH,
    MAX_PART,
    TOO_DEEP,
    TOO_LARGE,
    as_text,
    content_lines,
    has_long_head,
    name_of,
    value_of,
)

ENTRIES = ("VEVENT", "VTODO")
_ZONE = "VTIMEZONE"
_TIMES = frozenset({"DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "COMPLETED"})
_REVISION = frozenset({"UID", "SEQUENCE", "CREATED", "LAST-MODIFIED", "DTSTAMP", "STATUS"})
_WORDS = frozenset({"SUMMARY", "DESCRIPTION", "LOCATION", "ORGANIZER", "ATTENDEE", "PRIORITY", "CONFERENCE"})
_VIDEO = frozenset({"X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL"})
_KEPT = _TIMES | _REVISION | _WORDS | _VIDEO

NO_CALENDAR = InvalidInput("it is no calendar: it does not begin with BEGIN:VCALENDAR")


@dataclass(slots=True)
class Part:
    """An entry or a zone: its kind, the line it begins on, the lines that are kept, and what is wrong with it."""

    kind: str
    line: int
    lines: list[bytes] = field(default_factory=list)
    fault: InvalidInput | None = None
    size: int = 0

    def keep(self, line: bytes) -> None:
        """Keep a line, unless the part is too large already."""
        self.size += len(line)
        if self.size > MAX_PART or has_long_head(line):
            self.fault = self.fault or (TOO_LARGE if self.size > MAX_PART else LONG_HEAD)
        else:
            self.lines.append(line)

    def text(self) -> str:
        """The part as it can be parsed. Raises InvalidInput for what is wrong with it."""
        if self.fault is not None:
            raise self.fault
        return as_text([b"BEGIN:%b" % self.kind.encode(), *self.lines, b"END:%b" % self.kind.encode()])

    @property
    def raw(self) -> bytes:
        """What was kept, as a dead letter holds it."""
        return b"\r\n".join((b"BEGIN:%b" % self.kind.encode(), *self.lines, b""))


@dataclass(slots=True)
class Parts:
    """A calendar: the method it was sent by, if it was, its zones, and its entries."""

    method: str = ""
    zones: list[Part] = field(default_factory=list)
    entries: list[Part] = field(default_factory=list)


def calendars_of(raw: bytes) -> Iterator[Parts]:
    """The calendars of a file, each whole. Raises InvalidInput if it does not begin as one."""
    reader = _Reader()
    for number, line in content_lines(raw):
        done = reader.read(number, line)
        if done is not None:
            yield done
    last = reader.end()
    if last is not None:
        yield last


class _Reader:
    """Reads content lines. `depth` counts the components that a line stands in: an entry of a calendar has depth 2."""

    def __init__(self) -> None:
        self._depth = 0
        self._calendar: Parts | None = None
        self._part: Part | None = None
        self._begun = False

    def read(self, number: int, line: bytes) -> Parts | None:
        """Take the next line; gives the calendar that ends with it."""
        name = name_of(line)
        kind = value_of(line).upper() if name in {"BEGIN", "END"} else ""
        if not self._begun and (name, kind) != ("BEGIN", "VCALENDAR"):
            raise NO_CALENDAR
        self._begun = True
        if name == "BEGIN":
            self._begin(number, line, kind)
        elif name == "END":
            return self._end(line, kind)
        elif self._part is not None:
            self._take(line, name)
        elif self._calendar is not None and name == "METHOD" and self._depth == 1:
            self._calendar.method = value_of(line).upper()
        return None

    def end(self) -> Parts | None:
        """The calendar that the file ends in, if it does; an entry that it ends in is cut off."""
        if self._part is not None:
            self._part.fault = CUT_OFF
        return self._calendar

    def _begin(self, number: int, line: bytes, kind: str) -> None:
        if kind == "VCALENDAR" and self._part is None:
            self._calendar, self._depth = self._calendar or Parts(), 1
            return
        self._depth += 1
        if self._part is None and self._calendar is not None and self._depth == 2 and kind in {*ENTRIES, _ZONE}:
            self._part = Part(kind, number)
            (self._calendar.zones if kind == _ZONE else self._calendar.entries).append(self._part)
        elif self._part is not None:
            if self._depth > MAX_DEPTH:
                self._part.fault = TOO_DEEP
            if self._part.kind == _ZONE:
                self._part.keep(line)

    def _end(self, line: bytes, kind: str) -> Parts | None:
        self._depth = max(self._depth - 1, 0)
        if self._part is not None and self._depth == 1:
            self._part = None
        elif self._part is not None and self._part.kind == _ZONE:
            self._part.keep(line)
        elif kind == "VCALENDAR" and self._part is None and self._calendar is not None:
            done, self._calendar, self._depth = self._calendar, None, 0
            return done
        return None

    def _take(self, line: bytes, name: str) -> None:
        part = self._part
        if part is not None and (part.kind == _ZONE or (self._depth == 2 and name in _KEPT)):
            part.keep(line)
