"""A calendar's entries become meetings and tasks: whole, moved, and cancelled."""

import pytest

from tests.importing.read import Calendars, calendar, entry, read_calendar

KEY = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
VISIT = ("DTSTART:20260110T090000Z", "DTEND:20260110T100000Z", "SUMMARY:Visit")
NOTHING = "there is no event and no task in it, or none in the time that is taken"
LATER = ("DTSTART:20260111T090000Z", "DTEND:20260111T100000Z", "SUMMARY:Visit")
PEOPLE = (
    'ORGANIZER;CN="Park, Kim":mailto:Kim@Firm.example',
    "ATTENDEE;CN=Ada Berg;PARTSTAT=ACCEPTED:mailto:ada@example.org",
    "ATTENDEE:MAILTO:bob@example.org",
    "ATTENDEE;CUTYPE=ROOM:mailto:room-1@firm.example",
    "ATTENDEE:urn:uuid:not-by-mail",
)


def test_an_event_is_a_meeting() -> None:
    words = (
        "DESCRIPTION:Bring the\\noffer\\, please",
        "LOCATION:Hamburg",
        "X-GOOGLE-CONFERENCE:https://meet.example/x",
    )
    read = read_calendar(calendar(entry(*VISIT, *words, *PEOPLE)))

    meeting = read.one("meeting.scheduled")
    assert (meeting["subject"], meeting["source"], meeting["time"]) == (
        f"meeting:cal:{KEY}",
        "cal",
        "2026-01-05T10:00:00+00:00",
    )
    assert meeting["data"] == {
        "starts_at": "2026-01-10T09:00:00+00:00",
        "ends_at": "2026-01-10T10:00:00+00:00",
        "subject_line": "Visit",
        "text": "Bring the\noffer, please",
        "location": "Hamburg",
        "channel": "video",
        "contacts": ["contact:mail:kim@firm.example", "contact:mail:ada@example.org", "contact:mail:bob@example.org"],
    }
    assert read.faults == []


def test_who_is_of_us_is_no_contact() -> None:
    meeting = read_calendar(calendar(entry(*VISIT, *PEOPLE)), own=["firm.example"]).one("meeting.scheduled")

    assert (meeting["data"]["owner"], meeting["data"]["agents"]) == ("Park, Kim", ["Park, Kim"])
    assert meeting["data"]["contacts"] == ["contact:mail:ada@example.org", "contact:mail:bob@example.org"]


def test_people_outside_are_known_by_their_addresses_and_names() -> None:
    read = read_calendar(calendar(entry(*VISIT, *PEOPLE)), own=["firm.example"])

    known = [
        (one["subject"], *one["data"].items()) for one in read.all("contact.email_added", "contact.name_corrected")
    ]
    assert sorted(known) == [
        ("contact:mail:ada@example.org", ("email", "ada@example.org")),
        ("contact:mail:ada@example.org", ("name", "Ada Berg")),
        ("contact:mail:bob@example.org", ("email", "bob@example.org")),
    ]


@pytest.mark.parametrize(
    ("written", "starts", "ends"),
    [
        ("DTSTART:20260110T090000", "2026-01-10T08:00:00+00:00", None),  # a time of the zone that is given
        ("DTSTART;TZID=America/New_York:20260110T090000", "2026-01-10T14:00:00+00:00", None),
        ("DTSTART;TZID=W. Europe Standard Time:20260110T090000", "2026-01-10T08:00:00+00:00", None),
        ("DTSTART;VALUE=DATE:20260110", "2026-01-09T23:00:00+00:00", "2026-01-10T23:00:00+00:00"),
        ("DTSTART:20260110T090000Z\r\nDURATION:PT90M", "2026-01-10T09:00:00+00:00", "2026-01-10T10:30:00+00:00"),
    ],
)
def test_times_stand_in_their_zone_or_in_the_one_that_is_given(written: str, starts: str, ends: str | None) -> None:
    data = read_calendar(calendar(entry(written)), zone="Europe/Berlin").one("meeting.scheduled")["data"]

    assert (data["starts_at"], data.get("ends_at")) == (starts, ends)
    assert data.get("custom") == ({"all day": True} if "VALUE=DATE" in written else None)


def test_a_zone_that_the_calendar_brings_along_is_known_in_it_and_in_no_other() -> None:
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Firm\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\n"
        "TZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE"
    )
    event = entry("DTSTART;TZID=Firm:20260110T090000")
    read = read_calendar(calendar(event, zone), calendar(event))

    assert read.one("meeting.scheduled")["data"]["starts_at"] == "2026-01-10T06:00:00+00:00"
    assert read.faults == [
        ("file 2 line 4", "the zone of its DTSTART is not known, and the calendar does not bring it along")
    ]


def test_a_later_revision_moves_the_meeting() -> None:
    moved = entry(*LATER, "LOCATION:Berlin", "SEQUENCE:1", "LAST-MODIFIED:20260107T120000Z")
    read = read_calendar(calendar(moved, entry(*VISIT)))

    assert [event["type"] for event in read.events] == ["crm.meeting.scheduled.v1", "crm.meeting.moved.v1"]
    move = read.one("meeting.moved")
    assert (move["time"], move["subject"]) == ("2026-01-07T12:00:00+00:00", f"meeting:cal:{KEY}")
    assert move["data"] == {
        "starts_at": "2026-01-11T09:00:00+00:00",
        "ends_at": "2026-01-11T10:00:00+00:00",
        "location": "Berlin",
    }


def test_a_revision_that_comes_in_a_later_file_moves_it_too() -> None:
    calendars = Calendars()
    first = calendars.read(calendar(entry(*VISIT)))
    again = calendars.read(calendar(entry(*VISIT)))
    later = calendars.read(calendar(entry(*LATER, "SEQUENCE:1")))
    back = calendars.read(calendar(entry(*VISIT, "SEQUENCE:2")))

    assert again.events == first.events
    assert [read.one("meeting.moved")["data"]["starts_at"] for read in (later, back)] == [
        "2026-01-11T09:00:00+00:00",
        "2026-01-10T09:00:00+00:00",
    ]
    assert calendars.read(calendar(entry(*LATER, "SEQUENCE:1"))).events == later.events


@pytest.mark.parametrize("withdrawn", [("STATUS:CANCELLED", None), ("STATUS:CONFIRMED", "CANCEL")])
def test_what_is_cancelled_is_told_whole_and_then_cancelled(withdrawn: tuple[str, str | None]) -> None:
    status, method = withdrawn
    text = calendar(entry(*VISIT, status, "SEQUENCE:1", "LAST-MODIFIED:20260107T120000Z"), method=method)
    alone = read_calendar(text)
    calendars = Calendars()
    calendars.read(calendar(entry(*VISIT)))

    assert [event["type"] for event in alone.events] == ["crm.meeting.scheduled.v1", "crm.meeting.cancelled.v1"]
    assert [event["sequence"] for event in alone.events] == [6, 11]  # at one time, in this order
    assert [event["type"] for event in calendars.read(text).events] == ["crm.meeting.cancelled.v1"]


def test_an_identifier_that_may_name_a_person_stands_as_a_digest() -> None:
    subjects = [
        read_calendar(calendar(entry(*VISIT, uid=uid))).one("meeting.scheduled")["subject"]
        for uid in (KEY, "3h5k7l9m2n4p6q8r0s1t@google.com", "20260110-ada.berg@example.org", "ada")
    ]

    assert subjects[:2] == [f"meeting:cal:{KEY}", "meeting:cal:3h5k7l9m2n4p6q8r0s1t@google.com"]
    assert all(subject.startswith("meeting:cal:uid-") and "ada" not in subject for subject in subjects[2:])


def test_an_entry_without_any_stamp_has_no_known_time() -> None:
    meeting = read_calendar(calendar(entry(*VISIT, stamped=False))).one("meeting.scheduled")

    assert (meeting["time"], meeting["timeprecision"]) == ("1970-01-01T00:00:00Z", "unknown")


def test_a_to_do_is_a_task() -> None:
    todo = entry(
        "SUMMARY:Call Ada",
        "DUE;VALUE=DATE:20260120",
        "PRIORITY:1",
        "DESCRIPTION:About the offer",
        *PEOPLE,
        kind="VTODO",
    )
    task = read_calendar(calendar(todo), own=["kim@firm.example"]).one("task.planned")

    assert task["subject"] == f"task:cal:{KEY}"
    assert task["data"] == {
        "due_on": "2026-01-20",
        "subject_line": "Call Ada",
        "priority": "urgent",
        "contacts": ["contact:mail:ada@example.org", "contact:mail:bob@example.org"],
        "owner": "Park, Kim",
        "custom": {"description": "About the offer"},
    }


def test_a_task_is_rescheduled_completed_and_cancelled() -> None:
    calendars = Calendars()
    calendars.read(calendar(entry("DUE:20260120T120000Z", kind="VTODO")))
    later = calendars.read(calendar(entry("DUE:20260121T120000Z", "SEQUENCE:1", kind="VTODO")))
    done = calendars.read(
        calendar(
            entry("DUE:20260121T120000Z", "SEQUENCE:1", "STATUS:COMPLETED", "COMPLETED:20260119T080000Z", kind="VTODO")
        )
    )
    off = read_calendar(calendar(entry("STATUS:CANCELLED", kind="VTODO")))

    assert later.one("task.rescheduled")["data"] == {"due_at": "2026-01-21T12:00:00+00:00"}
    assert done.one("task.completed")["time"] == "2026-01-19T08:00:00+00:00"
    assert [event["type"] for event in off.events] == ["crm.task.planned.v1", "crm.task.cancelled.v1"]


def test_alarms_and_attachments_are_left_out() -> None:
    alarm = ("BEGIN:VALARM", "DTSTART:nonsense", "SUMMARY:Alarm", "END:VALARM")
    read = read_calendar(calendar(entry(*VISIT, *alarm, "ATTACH;ENCODING=BASE64;VALUE=BINARY:no base64!")))

    assert read.one("meeting.scheduled")["data"]["subject_line"] == "Visit"
    assert read.faults == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", NOTHING),
        ("Dear Ada", "it is no calendar: it does not begin with BEGIN:VCALENDAR"),
        (calendar(), NOTHING),
        (calendar(entry("SUMMARY:Visit")), "it does not say when it begins"),
        (calendar(entry("DTSTART:20260199T090000Z")), "its DTSTART can't be read"),
        (calendar(entry("DTSTART:99991231T235959", "DURATION:P9D")), "it has a time that no clock shows"),
        (calendar(entry(*VISIT))[:-60], "it is cut off: its END is missing"),
        (
            calendar(entry("DTSTART:20260110T090000Z", "SUMMARY:x")).encode().replace(b":x", b":\xff"),
            "the text is not UTF-8",
        ),
    ],
)
def test_what_can_not_be_read_says_why(text: str | bytes, reason: str) -> None:
    read = read_calendar(text)

    assert (read.events, read.reasons) == ([], [reason])


def test_a_broken_entry_takes_none_beside_it_along() -> None:
    read = read_calendar(calendar(entry("DTSTART:nonsense", uid="a" * 8), entry(*VISIT)))

    assert read.one("meeting.scheduled")["data"]["subject_line"] == "Visit"
    assert read.faults == [("file 1 line 4", "its DTSTART can't be read")]


def test_a_calendar_may_be_written_in_utf_16_or_with_a_mark_before_it() -> None:
    text = calendar(entry(*VISIT))

    for raw in (text.encode("utf-16"), text.encode("utf-8-sig"), text.replace("\r\n", "\n").encode()):
        assert read_calendar(raw).one("meeting.scheduled")["data"]["subject_line"] == "Visit"
