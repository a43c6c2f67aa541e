"""`rapport export calendar`: meetings as a calendar."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from infra.cli.export_group import OutputOption, export_app, write
from infra.cli.periods import FromOption, OwnerOption, ToOption
from infra.cli.reading import Readers, WaitOption, When, reading
from infra.exporting.calendars import Attendee, Meeting, as_calendar

_MEETINGS = """
    SELECT * FROM meeting
    WHERE
        tenant = $1 AND starts_at IS NOT NULL
        AND (CAST($2 AS text) IS NULL OR owner = $2)
        AND (CAST($3 AS timestamptz) IS NULL OR starts_at >= $3)
        AND (CAST($4 AS timestamptz) IS NULL OR starts_at < $4)
    ORDER BY starts_at, meeting_id
"""
_WORDS = """
    SELECT h.meeting_id, h.action, m.subject_line, m.body, m.location
    FROM meeting_history AS h
    INNER JOIN personal.message AS m ON h.tenant = m.tenant AND h.event_id = m.event_id
    WHERE h.tenant = $1 AND h.contradiction IS NULL AND h.action IN ('scheduled', 'moved')
    ORDER BY h.meeting_id, h.n
"""
_PEOPLE = """
    SELECT t.thing_id, p.email, p.name
    FROM thing_contact AS t
    INNER JOIN personal.contact AS p ON t.tenant = p.tenant AND t.contact_id = p.contact_id
    WHERE t.tenant = $1 AND t.area = 'meeting' AND p.email IS NOT NULL
    ORDER BY t.thing_id, p.email
"""


@export_app.command("calendar")
def calendar(
    owner: OwnerOption = None,
    begins: FromOption = None,
    ends: ToOption = None,
    output: OutputOption = None,
    wait: WaitOption = None,
) -> None:
    """Write meetings as a calendar (iCalendar), with their words and people as far as you may read them.

    `--owner` are those that an agent organises, `--from` and `--to` the days of RAPPORT_TIMEZONE on which they begin.
    """
    with reading(personal=True, when=When(wait)) as found:
        zone = ZoneInfo(found.rapport.settings.timezone)
        parameters = [
            owner,
            None if begins is None else _midnight(begins, zone),
            None if ends is None else _midnight(ends + timedelta(days=1), zone),
        ]
        rows = found.reader.query(_MEETINGS, [found.tenant, *parameters]).as_dicts()
        meetings = _whole(rows, _words(found), _people(found))
    write(as_calendar(meetings, zone), output)


def _whole(
    rows: Sequence[dict[str, Any]], words: dict[UUID, dict[str, str]], people: dict[UUID, list[Attendee]]
) -> list[Meeting]:
    return [
        Meeting(
            meeting_id=row["meeting_id"],
            reference=row["reference"],
            status=row["status"],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            changed_at=row["last_event_at"],
            revision=row["moves"],
            people=people.get(row["meeting_id"], ()),
            **words.get(row["meeting_id"], {}),
        )
        for row in rows
    ]


def _words(found: Readers) -> dict[UUID, dict[str, str]]:
    """The words of each meeting: of when it was scheduled last, and of where it was said to be last."""
    words: dict[UUID, dict[str, str]] = {}
    for meeting, action, subject_line, body, location in _personal(found, _WORDS):
        if action == "scheduled":
            words[meeting] = {"subject_line": subject_line, "text": body, "location": location}
        elif location is not None:
            words.setdefault(meeting, {})["location"] = location
    return words


def _people(found: Readers) -> dict[UUID, list[Attendee]]:
    people: dict[UUID, list[Attendee]] = {}
    for meeting, email, name in _personal(found, _PEOPLE):
        people.setdefault(meeting, []).append(Attendee(email, name))
    return people


def _personal(found: Readers, statement: str) -> list[tuple[Any, ...]]:
    return found.reader.query(statement, [found.tenant]).rows if found.personal else []


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
