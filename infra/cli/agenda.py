"""`rapport agenda`: what an agent is to do, day by day: tasks that are due and meetings that are planned."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.text import Text

from infra.cli.app import app
from infra.cli.output import Format, FormatOption, for_people, show
from infra.cli.periods import FromOption, ToOption
from infra.cli.reading import AsOfOption, ClockOption, Readers, WaitOption, When, reading

_COLUMNS = (
    *("what", "id", "reference", "owner", "day", "at", "ends_at", "is_overdue", "priority", "channel"),
    *("contact_id", "contact", "subject_line"),
)
_TASKS = """
    SELECT 'task' AS what, task_id AS id, reference, owner, due_on, due_at AS at, priority, contact_id
    FROM task WHERE tenant = $1 AND status = 'open' AND (CAST($2 AS text) IS NULL OR owner = $2)
"""
# Who takes part stands in a list of names, as JSON.
_MEETINGS = """
    SELECT 'meeting' AS what, meeting_id AS id, reference, owner, starts_at AS at, ends_at, channel, contact_id
    FROM meeting
    WHERE
        tenant = $1 AND status = 'planned'
        AND (CAST($2 AS text) IS NULL OR owner = $2 OR position(CAST($3 AS text) IN agents) > 0)
"""
_NAMES = "SELECT contact_id, name FROM personal.contact WHERE tenant = $1 AND name IS NOT NULL AND contact_id IN ({})"
_SUBJECTS = """
    SELECT DISTINCT ON (about_id) about_id, subject_line FROM personal.message
    WHERE tenant = $1 AND subject_line IS NOT NULL AND about_id IN ({})
    ORDER BY about_id, occurred_at DESC, event_id
"""
_SIGNS = {"task": "☑", "meeting": "📅"}
_DAYS = 14

Row = dict[str, Any]


@app.command("agenda")
def agenda(
    owner: Annotated[
        str | None, typer.Option("--owner", help="of this agent; without it, of all", show_default=False)
    ] = None,
    first: FromOption = None,
    last: ToOption = None,
    *,
    personal: Annotated[bool, typer.Option(help="show names and texts, if you may read them")] = True,
    as_of: AsOfOption = None,
    clock: ClockOption = None,
    wait: WaitOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show what is to be done, day by day: open tasks and planned meetings. What is overdue stands first.

    Without --from it begins today, and shows what is overdue and tasks without a day too; without --to it shows two
    weeks. As of a date, that is today.
    """
    with reading(personal=personal, when=When(wait, as_of, clock)) as found:
        zone = ZoneInfo(found.rapport.settings.timezone)
        now = found.now()
        today = now.astimezone(zone).date()
        begin = first or today
        end = last or begin + timedelta(days=_DAYS - 1)
        rows = [_placed(row, zone, now, today) for row in _planned(found, owner)]
        shown = [row for row in rows if _is_shown(row, begin, end, all_due=first is None)]
        shown.sort(key=_order)
        _add_words(found, shown)
    if form is not Format.TABLE:
        show(shown, form, _COLUMNS)
    else:
        _print(shown, zone, begin, end)


def _planned(found: Readers, owner: str | None) -> list[Row]:
    tasks = found.reader.query(_TASKS, [found.tenant, owner]).as_dicts()
    as_json = None if owner is None else f'"{owner}"'
    return [*tasks, *found.reader.query(_MEETINGS, [found.tenant, owner, as_json]).as_dicts()]


def _placed(row: Row, zone: ZoneInfo, now: datetime, today: date) -> Row:
    """A row with its day, and whether that has passed: of a day when it is over, of a time at once."""
    at = row["at"]
    day = at.astimezone(zone).date() if at else row.get("due_on")
    overdue = row["what"] == "task" and (at < now if at else day is not None and day < today)
    blank = {"ends_at": None, "priority": None, "channel": None}
    return {**blank, **row, "day": day, "is_overdue": overdue}


def _is_shown(row: Row, begin: date, end: date, *, all_due: bool) -> bool:
    if row["day"] is None:
        return all_due
    return (begin <= row["day"] <= end) or (all_due and row["is_overdue"])


def _order(row: Row) -> tuple[Any, ...]:
    at = row["at"] or datetime.min.replace(tzinfo=UTC)  # what has no time comes before the first appointment
    return (not row["is_overdue"], row["day"] or date.max, at, str(row["id"]))


def _add_words(found: Readers, rows: Sequence[Row]) -> None:
    names = found.look_up(_NAMES, [row["contact_id"] for row in rows])
    subjects = found.look_up(_SUBJECTS, [row["id"] for row in rows])
    for row in rows:
        row["contact"], row["subject_line"] = names.get(row["contact_id"]), subjects.get(row["id"])


def _print(rows: Sequence[Row], zone: ZoneInfo, begin: date, end: date) -> None:
    console = Console(soft_wrap=True, highlight=False)
    if not rows:
        console.print(f"nothing is to be done from {begin} to {end}")
    for title, group in groupby(rows, key=_heading):
        console.print(Text(title, style="bold red" if title == "overdue" else "bold"))
        for row in group:
            console.print(Text(f"  {_line(row, zone, dated=title == 'overdue')}"))


def _heading(row: Row) -> str:
    if row["is_overdue"]:
        return "overdue"
    return f"{row['day']:%A, %Y-%m-%d}" if row["day"] else "no day"


def _line(row: Row, zone: ZoneInfo, *, dated: bool) -> str:
    clock = f"{row['at'].astimezone(zone):%H:%M}" if row["at"] else "     "
    when = f"{row['day']} {clock}" if dated else clock
    what = row["subject_line"] or row["reference"]
    parts = (what, row["contact"], row["priority"] if row["what"] == "task" else row["channel"], row["owner"])
    return f"{when}  {_SIGNS[row['what']]} {for_people(' · '.join(part for part in parts if part))}"
