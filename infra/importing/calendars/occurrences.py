"""The occurrences of a repeating entry: those in a window, and of them the first thousand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import recurring_ical_events
from icalendar import Calendar
from icalendar.cal.component import Component

from domain.shared.errors import InvalidInput
from infra.importing.calendars.entries import Entry, Moment, moment_of, quietly

MOST_OCCURRENCES = 1_000  # of one rule
_TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNKNOWN_RULE = InvalidInput("its rule of repetition can't be followed", "RRULE")


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when occurrences are taken."""

    begins: date
    ends: date


@dataclass(frozen=True, slots=True)
class Found:
    """The occurrences, in their order, and whether there are more of them in the window."""

    entries: Sequence[Entry]
    more: bool


def occurrences(series: Entry, changed: Sequence[Entry], window: Window) -> Found:
    """The occurrences of a series in the window, those that were changed as they are now.

    Raises InvalidInput for a rule that can't be followed.
    """
    begins = series.moment("DTSTART")
    if begins is None:
        raise InvalidInput("it repeats, and does not say when it begins", "DTSTART")
    rules = series.all("RRULE")
    for rule in rules:
        _refuse_too_often(rule)
    if rules and not any(_can_match(rule, begins, window) for rule in rules):
        series = _without_rules(series)
    found: list[Entry] = []
    for year in _each_year(_query(series, changed), window):
        known = {_comparable(entry.recurrence) for entry in found}  # what goes on over the new year is in both
        entries = _entries(year, series, changed)
        found += [entry for entry in entries if _comparable(entry.recurrence) not in known]
        if len(found) > MOST_OCCURRENCES:
            break
    return Found(found[:MOST_OCCURRENCES], len(found) > MOST_OCCURRENCES)


def _query(series: Entry, changed: Sequence[Entry]) -> Any:
    calendar = Calendar()
    for entry in (series, *changed):
        calendar.add_component(entry.component)
    try:
        with quietly():
            return recurring_ical_events.of(calendar, components=[series.part.kind])
    except Exception:  # noqa: BLE001 - what a library stumbles over in a file from outside, it may say in any way
        raise _UNKNOWN_RULE from None


def _each_year(query: Any, window: Window) -> Iterator[list[Component]]:
    """What is in the window year by year: a rule that never ends is not followed further than it has to be."""
    begins = window.begins
    while begins < window.ends:
        ends = min(window.ends, begins + timedelta(days=366))
        try:
            with quietly():
                yield query.between(begins, ends)
        except Exception:  # noqa: BLE001 - as above
            raise _UNKNOWN_RULE from None
        begins = ends


def _entries(components: Sequence[Component], series: Entry, changed: Sequence[Entry]) -> list[Entry]:
    by_time = {_comparable(one.recurrence): one for one in sorted(changed, key=lambda one: one.revision)}
    entries = []
    for one in components:
        recurrence = moment_of(one, "RECURRENCE-ID")
        said_by = by_time.get(_comparable(recurrence), series)
        one["SEQUENCE"] = said_by.sequence  # the library gives all of them the highest of the series
        entries.append(Entry(one, said_by.part, series.uid, recurrence))
    return sorted(entries, key=lambda entry: _comparable(entry.recurrence))


def _refuse_too_often(rule: dict[str, list[object]]) -> None:
    if _first(rule, "FREQ") in _TOO_OFTEN:
        raise InvalidInput("it repeats by the hour, the minute or the second; that is no appointment", "RRULE")
    if "BYSETPOS" in rule and _first(rule, "FREQ") in {"DAILY", "WEEKLY"}:
        raise InvalidInput("its rule of repetition can't be followed: BYSETPOS by the day or the week", "RRULE")


def _can_match(rule: dict[str, list[object]], begins: Moment, window: Window) -> bool:
    """Whether any day of the window can be one of the rule's.

    Whoever follows a rule that gives nothing looks through all days up to the year 9999, so it is not followed.
    """
    first = begins.date() if isinstance(begins, datetime) else begins
    step = max(_numbers(rule, "INTERVAL"), default=1) if _first(rule, "FREQ") == "DAILY" else 1
    months, days = _numbers(rule, "BYMONTH"), _numbers(rule, "BYMONTHDAY")
    weekdays = {str(one)[-2:].upper() for one in rule.get("BYDAY", [])}
    day = max(first, window.begins)
    for _ in range(max(0, (window.ends - day).days) + 1):
        fits = (day - first).days % max(step, 1) == 0 and (not months or day.month in months)
        if fits and (not weekdays or _WEEKDAYS[day.weekday()] in weekdays) and (not days or _in_month(day, days)):
            return True
        day += timedelta(days=1)
    return False


def _numbers(rule: dict[str, list[object]], name: str) -> set[int]:
    try:
        return {int(str(one)) for one in rule.get(name, [])}
    except ValueError:  # such as a month of another calendar
        raise _UNKNOWN_RULE from None


def _in_month(day: date, wanted: set[int]) -> bool:
    last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return day.day in wanted or day.day - last.day - 1 in wanted


def _without_rules(series: Entry) -> Entry:
    component = series.component.copy()
    del component["RRULE"]
    return Entry(component, series.part, series.uid, series.recurrence)


def _first(rule: dict[str, list[object]], name: str) -> object:
    found = rule.get(name)
    value = found[0] if isinstance(found, list) and found else found
    return value.upper() if isinstance(value, str) else value


def _comparable(moment: Moment | None) -> datetime:
    if moment is None:
        return datetime.min.replace(tzinfo=UTC)
    whole = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return whole.replace(tzinfo=UTC) if whole.tzinfo is None else whole
