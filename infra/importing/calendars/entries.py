"""An entry of a calendar, parsed: what it says of itself and of its revision, with times that have a zone."""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Event, Timezone, Todo
from icalendar.cal.component import Component
from icalendar.timezone import tzp

from domain.shared.errors import InvalidInput
from infra.importing.calendars.components import Part
from infra.importing.content_lines import name_of

_NEEDED = frozenset({"DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"})
_KINDS: dict[str, type[Component]] = {"VEVENT": Event, "VTODO": Todo}
_DATES = frozenset({"RDATE", "EXDATE"})
_MOST_DATES = 10_000
_MOST_SEQUENCE = 2**31 - 1
_NOBODY_KNEW = 1970  # programs write a year long ago where they don't know when an entry was made
Moment = datetime | date


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry, or one of its occurrences. `recurrence` says which: the time at which the rule has it."""

    component: Component
    part: Part
    uid: str
    recurrence: Moment | None

    @property
    def line(self) -> int:
        """The line of the file that it begins on."""
        return self.part.line

    @property
    def sequence(self) -> int:
        """How many times it was revised, as its program says."""
        try:
            return max(0, min(int(self.component.get("SEQUENCE", 0)), _MOST_SEQUENCE))
        except (TypeError, ValueError):
            return 0

    @property
    def status(self) -> str:
        """CONFIRMED, CANCELLED, COMPLETED, …; empty if it says nothing."""
        return self.text("STATUS").upper()

    @property
    def repeats(self) -> bool:
        """Whether it stands for several occurrences."""
        return self.recurrence is None and ("RRULE" in self.component or "RDATE" in self.component)

    @property
    def revision(self) -> tuple[int, datetime]:
        """What tells a later revision from an earlier one."""
        return self.sequence, self.modified or datetime.min.replace(tzinfo=UTC)

    @property
    def created(self) -> datetime | None:
        """When it was made."""
        return self._stamp("CREATED")

    @property
    def modified(self) -> datetime | None:
        """When it became what it is; what a program sends out anew is stamped with that time."""
        return self._stamp("LAST-MODIFIED") or self._stamp("DTSTAMP")

    @property
    def completed(self) -> datetime | None:
        """When it was done."""
        return self._stamp("COMPLETED")

    @property
    def newest(self) -> datetime | None:
        """The newest time that it says of itself."""
        return max(filter(None, map(self._stamp, ("CREATED", "LAST-MODIFIED", "DTSTAMP"))), default=None)

    def text(self, name: str) -> str:
        """A property's text; the first, if there are several; empty if it has none."""
        found = self.component.get(name)
        value = found[0] if isinstance(found, list) and found else found
        return "" if value is None else str(value).strip()

    def all(self, name: str) -> list[Any]:
        """The values of a property that can stand several times."""
        found = self.component.get(name)
        return found if isinstance(found, list) else [] if found is None else [found]

    def moment(self, name: str) -> Moment | None:
        """A time or a day that a property gives."""
        return moment_of(self.component, name)

    def _stamp(self, name: str) -> datetime | None:
        try:
            found = self.moment(name)
        except InvalidInput:
            return None  # it only orders
        if not isinstance(found, datetime) or found.year <= _NOBODY_KNEW:
            return None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def use_zones(zones: Iterable[Part]) -> None:
    """Let the zones that a calendar brings along be known while it is read, and those of other calendars no more."""
    tzp.use_zoneinfo()
    for zone in zones:
        try:
            with quietly():
                tzp.cache_timezone_component(Timezone.from_ical(zone.text()))
        except Exception:  # noqa: BLE001, S112 - as below; whoever refers to it is told that it is not known
            continue


@contextmanager
def quietly() -> Iterator[None]:
    """Let the libraries guess without a word: what they say quotes the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def parse(part: Part) -> Entry:
    """The entry. Raises InvalidInput if it can't be read."""
    text = part.text()
    if sum(line.count(b",") for line in part.lines if name_of(line) in _DATES) > _MOST_DATES:
        raise InvalidInput(f"it lists more than {_MOST_DATES:,} dates")
    try:
        with quietly():
            component = _KINDS[part.kind].from_ical(text)
    except Exception:  # noqa: BLE001 - what a library stumbles over in a file from outside, it may say in any way
        raise InvalidInput("it can't be read as an entry of a calendar") from None
    if isinstance(component, list):  # which it is not: a part is one component
        raise InvalidInput("it can't be read as an entry of a calendar")
    wrong = [name for name, _ in component.errors if name in _NEEDED]
    if wrong:
        raise InvalidInput(f"its {wrong[0]} can't be read", wrong[0])
    return Entry(component, part, str(component.get("UID", "")).strip(), moment_of(component, "RECURRENCE-ID"))


def moment_of(component: Component, name: str) -> Moment | None:
    """The time or the day that a property gives; a time without a zone if it is meant to be one everywhere."""
    found = component.get(name)
    value = found[0] if isinstance(found, list) else found
    if value is None:
        return None
    moment = getattr(value, "dt", None)
    if not isinstance(moment, date):
        raise InvalidInput(f"its {name} is no time", name)
    if isinstance(moment, datetime) and moment.tzinfo is None and "TZID" in value.params:
        raise InvalidInput(f"the zone of its {name} is not known, and the calendar does not bring it along", name)
    return moment


def in_utc(moment: Moment, zone: ZoneInfo) -> datetime:
    """The instant: a day begins at midnight, and a time without a zone stands, in `zone`."""
    whole = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    try:
        return (whole.replace(tzinfo=zone) if whole.tzinfo is None else whole).astimezone(UTC)
    except (OverflowError, ValueError):
        raise InvalidInput("it has a time that no clock shows") from None


def end_of(entry: Entry, start: Moment, zone: ZoneInfo) -> datetime | None:
    """When an entry ends, by its end or its duration; a day ends with the next one. None if it does not say."""
    end = entry.moment("DTEND")
    if end is not None:
        return in_utc(end, zone)
    found = entry.component.get("DURATION")
    length = getattr(found, "dt", None)
    try:
        if isinstance(length, timedelta):
            return in_utc(start + length, zone)
        return None if isinstance(start, datetime) else in_utc(start + timedelta(days=1), zone)
    except OverflowError:
        raise InvalidInput("it has a time that no clock shows") from None
