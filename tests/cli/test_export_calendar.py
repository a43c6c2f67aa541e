"""Meetings as a calendar, as typed."""

from pathlib import Path

import pytest

from tests.cli.conftest import Message, filled
from tests.importing.read import Calendars, calendar, entry
from tests.project.given import Program

TIME = "2026-01-05T12:00:00Z"
KEY = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


@pytest.fixture
def meetings(program: Program, message: Message) -> Program:
    """A meeting that was moved, a cancelled one, and one of whole days, of two agents."""
    later = "2026-01-06T12:00:00Z"
    ada, two = "contact:mail:ada@example.org", f"meeting:team:{KEY}"
    visit = {"starts_at": "2026-02-10T09:00:00Z", "ends_at": "2026-02-10T10:00:00Z", "subject_line": "Visit; Ada, Köln"}
    return filled(
        program,
        [
            message("contact.added", ada, TIME, name='Ada "the" Berg', email="ada@example.org"),
            message("meeting.scheduled", "meeting:crm:1", TIME, **visit, owner="Kim", text="one\ntwo", contacts=[ada]),
            message("meeting.moved", "meeting:crm:1", later, starts_at="2026-02-11T09:00:00Z", location="Bonn"),
            message("meeting.scheduled", two, TIME, starts_at="2026-03-10T09:00:00Z", owner="Lee"),
            message("meeting.cancelled", two, "2026-01-07T12:00:00Z"),
            message(
                "meeting.scheduled",
                "meeting:crm:3",
                TIME,
                starts_at="2026-04-01T00:00:00Z",
                ends_at="2026-04-03T00:00:00Z",
            ),
        ],
    )


def lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\n ", "").split("\n")


def test_meetings_are_a_calendar_that_other_programs_read(meetings: Program, tmp_path: Path) -> None:
    path = tmp_path / "meetings.ics"

    assert meetings("export", "calendar", "--output", str(path)).exit_code == 0

    read = Calendars().read(path.read_bytes())
    assert read.faults == []
    assert [
        (event["type"].split(".")[2], event["data"].get("starts_at"))
        for event in read.all("meeting.scheduled", "meeting.cancelled")
    ] == [
        ("scheduled", "2026-02-11T09:00:00+00:00"),
        ("scheduled", "2026-03-10T09:00:00+00:00"),
        ("cancelled", None),
        ("scheduled", "2026-04-01T00:00:00+00:00"),
    ]
    first, second, _, days = read.all("meeting.scheduled", "meeting.cancelled")
    assert first["data"] == {
        "starts_at": "2026-02-11T09:00:00+00:00",
        "subject_line": "Visit; Ada, Köln",
        "text": "one\ntwo",
        "location": "Bonn",
        "contacts": ["contact:mail:ada@example.org"],
    }
    assert read.one("contact.name_corrected")["data"] == {"name": "Ada 'the' Berg"}
    assert second["subject"] == f"meeting:cal:{KEY}"
    assert (days["data"]["ends_at"], days["data"]["custom"]) == ("2026-04-03T00:00:00+00:00", {"all day": True})


def test_an_export_can_be_of_an_agent_and_of_some_days(meetings: Program) -> None:
    of_kim = lines(meetings("export", "calendar", "--owner", "Kim").stdout)
    of_march = lines(meetings("export", "calendar", "--from", "2026-03-10", "--to", "2026-03-10").stdout)

    assert [line for line in of_kim if line.startswith("DTSTART")] == ["DTSTART:20260211T090000Z"]
    assert sorted(line for line in of_march if line.startswith(("DTSTART", "STATUS"))) == [
        "DTSTART:20260310T090000Z",
        "STATUS:CANCELLED",
    ]


def test_what_was_imported_from_a_calendar_keeps_its_identifier(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "team.ics"
    path.write_text(calendar(entry("DTSTART:20260110T090000Z"), entry("DTSTART:20260111T090000Z", uid="ada")))
    assert program("import", str(path), "--source", "team").exit_code == 0

    exported = lines(program("export", "calendar").stdout)

    kept, made = (line for line in exported if line.startswith("UID"))
    assert kept == f"UID:{KEY}"
    assert made.startswith("UID:urn:x-rapport:meeting:")


def test_a_day_that_is_none(meetings: Program) -> None:
    result = meetings("export", "calendar", "--from", "soon")

    assert (result.exit_code, "is no day" in result.stderr) == (2, True)
