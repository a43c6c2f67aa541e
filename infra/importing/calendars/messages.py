"""Calendars as the messages that an import takes: their entries, and at the end who was seen in them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from consumers.ingest.run import Message
from domain.shared.errors import InvalidInput
from infra.importing.calendars.components import Part, Parts, calendars_of
from infra.importing.calendars.entries import Entry, parse, use_zones
from infra.importing.calendars.occurrences import MOST_OCCURRENCES, Found, Window, occurrences
from infra.importing.calendars.people import people_of
from infra.importing.calendars.writing import Writer
from infra.importing.mailbox.contacts import Contacts
from infra.importing.pieces import Piece

_AROUND = timedelta(days=366)
# Series of a file that go on for ever and have no occurrence: it can take a second to look through one.
_MOST_BARREN = 100
_NOTHING = InvalidInput("there is no event and no task in it, or none in the time that is taken")
_TOO_BARREN = InvalidInput(
    f"more than {_MOST_BARREN} series of this file, which have no end, have no occurrence either"
)
_MORE = InvalidInput(
    f"it has more than {MOST_OCCURRENCES:,} occurrences in the time that is taken; the first are taken"
)
_KEPT = 1024 * 1024  # bytes of a file that is no calendar, for the dead letters


@dataclass(slots=True)
class CalendarMessages:
    """What was found, as events. Occurrences are taken from `begins` to `ends`.

    Without one of them, it is a year before or after the newest date that the calendar says of itself (when it was
    written, or an entry was made or changed), so that the same file gives the same events whenever it is read.
    """

    writer: Writer
    begins: date | None = None
    ends: date | None = None
    _contacts: Contacts = field(default_factory=Contacts)

    def messages(self, pieces: Iterable[Piece]) -> Iterator[Message]:
        """The events of all entries, faults for what can't be used, and the contacts."""
        for piece in pieces:
            yield from self._file(piece)
        for person, seen in self._contacts:
            yield Message(seen.place, self.writer.contact(person, seen.time))

    def _file(self, piece: Piece) -> Iterator[Message]:
        if piece.fault is not None:
            yield self._refused(piece.place, piece.raw[:_KEPT], piece.fault)
            return
        any_yet, series = False, _Series()
        try:
            for calendar in calendars_of(piece.raw):
                for message in self._calendar(calendar, piece.place, series):
                    any_yet = True
                    yield message
        except InvalidInput as fault:
            yield self._refused(piece.place, piece.raw[:_KEPT], fault)
            return
        if not any_yet:
            yield self._refused(piece.place, piece.raw[:_KEPT], _NOTHING)

    def _calendar(self, calendar: Parts, place: str, series: "_Series") -> Iterator[Message]:
        use_zones(calendar.zones)
        entries: list[Entry] = []
        for part in calendar.entries:
            try:
                entries.append(parse(part))
            except InvalidInput as fault:
                yield self._refused(f"{place} line {part.line}", part.raw, fault)
        window, withdrawn = self._window(entries), calendar.method == "CANCEL"
        for group in _grouped(entries):
            for entry in series.told(group, window):
                if isinstance(entry, Entry):
                    yield from self._entry(entry, place, cancelled=withdrawn or entry.status == "CANCELLED")
                else:
                    part, why = entry
                    yield self._refused(f"{place} line {part.line}", part.raw, why)

    def _entry(self, entry: Entry, place: str, *, cancelled: bool) -> Iterator[Message]:
        where = f"{place} line {entry.line}"
        try:
            events = list(self.writer.events(entry, cancelled=cancelled))
        except InvalidInput as fault:
            yield self._refused(where, entry.part.raw, fault)
            return
        others = people_of(entry).others(self.writer.own)
        self._contacts.note(others, where, entry.created or entry.modified)
        yield from (Message(where, event) for event in events)

    def _refused(self, place: str, raw: bytes, fault: InvalidInput) -> Message:
        return Message(place, raw, fault, self.writer.source)

    def _window(self, entries: Sequence[Entry]) -> Window:
        newest = max(filter(None, [entry.newest for entry in entries]), default=None)
        around = newest.date() if newest is not None else _begins(entries)
        around = min(max(around, date.min + _AROUND), date.max - _AROUND)
        return Window(self.begins or around - _AROUND, self.ends or around + _AROUND)


Refused = tuple[Part, InvalidInput]


@dataclass(slots=True)
class _Series:
    """Tells what of the entries of one file belongs together; `barren` counts the series that went on in vain."""

    barren: int = 0

    def told(self, group: Sequence[Entry], window: Window) -> Iterator[Entry | Refused]:
        """The entries to be told of a group with one identifier, older revisions first, and what is wrong with some."""
        series = [entry for entry in group if entry.repeats]
        if not series:
            yield from sorted(group, key=lambda entry: entry.revision)
            return
        newest = max(series, key=lambda entry: entry.revision)
        try:
            found = self._found(newest, [entry for entry in group if entry.recurrence is not None], window)
        except InvalidInput as fault:
            yield newest.part, fault
            return
        yield from found.entries
        if found.more:
            yield newest.part, _MORE

    def _found(self, series: Entry, changed: Sequence[Entry], window: Window) -> Found:
        if self.barren >= _MOST_BARREN:
            raise _TOO_BARREN
        found = occurrences(series, changed, window)
        self.barren += not found.entries and all("UNTIL" not in rule for rule in series.all("RRULE"))
        return found


def _begins(entries: Sequence[Entry]) -> date:
    """The last day on which an entry begins, for a calendar that says nothing of itself."""
    found = [date.min]
    for entry in entries:
        with suppress(InvalidInput):
            start = entry.moment("DTSTART")
            found += [start.date() if isinstance(start, datetime) else start] if start is not None else []
    return max(found)


def _grouped(entries: Iterable[Entry]) -> list[list[Entry]]:
    """The entries by what they are about, in the order in which they first appear."""
    groups: dict[tuple[str, str, int], list[Entry]] = {}
    for number, entry in enumerate(entries):
        groups.setdefault((entry.part.kind, entry.uid, 0 if entry.uid else number), []).append(entry)
    return list(groups.values())
