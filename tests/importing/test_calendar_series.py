"""What repeats is told by its occurrences: in a window of its own, changed ones as they are, and a thousand at most."""

import time
from datetime import date

import pytest

from infra.importing.calendars.occurrences import MOST_OCCURRENCES
from tests.importing.read import Calendars, Read, calendar, entry, read_calendar

KEY = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
WEEKLY = (
    "DTSTART;TZID=Europe/Berlin:20260323T090000",
    "DURATION:PT1H",
    "RRULE:FREQ=WEEKLY;COUNT=3",
    "SUMMARY:Jour fixe",
)
DAILY = ("DTSTART:20260101T090000Z", "RRULE:FREQ=DAILY")


def starts(read: Read) -> list[str]:
    return [event["data"]["starts_at"] for event in read.all("meeting.scheduled")]


def test_each_occurrence_is_a_meeting_at_the_hour_of_its_zone() -> None:
    read = read_calendar(calendar(entry(*WEEKLY)))

    assert [(event["subject"], event["data"]["starts_at"]) for event in read.all("meeting.scheduled")] == [
        (f"meeting:cal:{KEY}/20260323T080000Z", "2026-03-23T08:00:00+00:00"),
        (f"meeting:cal:{KEY}/20260330T070000Z", "2026-03-30T07:00:00+00:00"),  # summer time has begun
        (f"meeting:cal:{KEY}/20260406T070000Z", "2026-04-06T07:00:00+00:00"),
    ]
    assert {event["correlationid"] for event in read.events} == {KEY}
    assert {event["data"]["ends_at"][11:13] for event in read.events} == {"09", "08"}


def test_an_occurrence_that_was_moved_cancelled_or_taken_out() -> None:
    moved = entry(
        "RECURRENCE-ID;TZID=Europe/Berlin:20260330T090000", "DTSTART;TZID=Europe/Berlin:20260331T110000", "SEQUENCE:1"
    )
    off = entry(
        "RECURRENCE-ID;TZID=Europe/Berlin:20260406T090000",
        "DTSTART;TZID=Europe/Berlin:20260406T090000",
        "DURATION:PT1H",
        "STATUS:CANCELLED",
    )
    whole = calendar(entry(*WEEKLY, "EXDATE;TZID=Europe/Berlin:20260323T090000"), moved, off)
    read = read_calendar(whole)

    assert [(event["type"].split(".")[2], event["subject"].rpartition("/")[2]) for event in read.events] == [
        ("scheduled", "20260330T070000Z"),
        ("scheduled", "20260406T070000Z"),
        ("cancelled", "20260406T070000Z"),
    ]
    assert starts(read)[0] == "2026-03-31T09:00:00+00:00"
    # What was known before is moved, and the others stay as they were told.
    calendars = Calendars()
    before = calendars.read(calendar(entry(*WEEKLY)))
    later = calendars.read(whole)
    assert [
        (event["type"].split(".")[2], event["id"] in {e["id"] for e in before.events}) for event in later.events
    ] == [
        ("moved", False),
        ("scheduled", True),
        ("cancelled", False),
    ]


def test_an_occurrence_whose_series_is_elsewhere_stands_alone() -> None:
    read = read_calendar(calendar(entry("RECURRENCE-ID:20260330T070000Z", "DTSTART:20260331T090000Z")))

    assert read.one("meeting.scheduled")["subject"] == f"meeting:cal:{KEY}/20260330T070000Z"


def test_days_repeat_as_days() -> None:
    read = read_calendar(
        calendar(entry("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=YEARLY;COUNT=2")), zone="Europe/Berlin"
    )

    assert [event["subject"].rpartition("/")[2] for event in read.events] == ["20260101", "20270101"]
    assert starts(read)[0] == "2025-12-31T23:00:00+00:00"


def test_additional_dates_are_occurrences() -> None:
    dates = "RDATE:20260215T090000Z,20260220T100000Z"

    assert len(starts(read_calendar(calendar(entry("DTSTART:20260201T090000Z", dates))))) == 3


def test_a_series_without_end_is_told_a_year_around_the_newest_date_of_its_calendar() -> None:
    old = entry("DTSTART:20100101T090000Z", "RRULE:FREQ=MONTHLY")  # stamped in January 2026
    read = read_calendar(calendar(old))

    assert (starts(read)[0][:7], starts(read)[-1][:7], len(starts(read))) == ("2025-02", "2027-01", 24)
    assert read == read_calendar(calendar(old))
    assert read.faults == []


def test_a_calendar_without_stamps_is_told_around_the_day_its_last_entry_begins() -> None:
    text = calendar(entry("DTSTART:20100101T090000Z", "RRULE:FREQ=MONTHLY", stamped=False))

    assert (starts(read_calendar(text))[0][:7], starts(read_calendar(text))[-1][:7]) == ("2010-01", "2011-01")


def test_the_window_can_be_given() -> None:
    read = Calendars().read(calendar(entry(*DAILY)), begins=date(2026, 2, 1), ends=date(2026, 2, 8))

    assert (starts(read)[0][:10], len(starts(read))) == ("2026-02-01", 7)


def test_of_a_rule_no_more_than_a_thousand_occurrences_are_taken_and_that_is_said() -> None:
    read = Calendars().read(calendar(entry(*DAILY)), begins=date(2026, 1, 1), ends=date(2100, 1, 1))

    assert len(starts(read)) == MOST_OCCURRENCES
    assert read.reasons == ["it has more than 1,000 occurrences in the time that is taken; the first are taken"]


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("FREQ=SECONDLY", "it repeats by the hour, the minute or the second; that is no appointment"),
        (
            "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
            "it repeats by the hour, the minute or the second; that is no appointment",
        ),
        (
            "FREQ=WEEKLY;BYMONTH=2;BYSETPOS=9",
            "its rule of repetition can't be followed: BYSETPOS by the day or the week",
        ),
        ("FREQ=NEVER", "its RRULE can't be read"),
        ("RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8", "its rule of repetition can't be followed"),
    ],
)
def test_a_rule_that_is_none_says_why(rule: str, reason: str) -> None:
    assert read_calendar(calendar(entry("DTSTART:20260101T090000Z", f"RRULE:{rule}"))).reasons == [reason]


@pytest.mark.parametrize(
    "rule",
    ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=7;BYDAY=TU", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"],
)
def test_a_rule_that_never_comes_true_is_not_followed_up_to_the_year_9999(rule: str) -> None:
    # Of 2026 the first of January is a Thursday; the entry's own day is its one occurrence.
    begun = time.perf_counter()
    read = read_calendar(
        calendar(*[entry("DTSTART:20260101T090000Z", f"RRULE:{rule}", uid=f"{n:016}") for n in range(50)])
    )

    assert len(starts(read)) == 50
    assert time.perf_counter() - begun < 10


def test_too_many_series_that_give_nothing_are_given_up_on() -> None:
    never = [entry("DTSTART:20400101T090000Z", "RRULE:FREQ=YEARLY", uid=f"{n:016}") for n in range(102)]

    read = read_calendar(calendar(*never[:60]) + calendar(*never[60:]))

    assert (read.events, len(read.faults)) == ([], 2)
    assert "have no occurrence either" in read.reasons[0]
