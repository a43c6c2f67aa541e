"""`rapport tickets`: the queue of tickets to work on."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from infra.cli.app import app
from infra.cli.output import Format, FormatOption, show
from infra.cli.reading import AsOfOption, ClockOption, Readers, WaitOption, When, reading

_COLUMNS = (
    *(
        "ticket_id",
        "reference",
        "status",
        "priority",
        "owner",
        "team",
        "channel",
        "contact_id",
        "contact",
        "subject_line",
    ),
    *("opened_at", "age_seconds", "waiting_since", "waiting_seconds", "waiting_for", "first_response_at"),
    *("last_event_at", "last_label", "events", "reopened"),
)
_QUEUE = """
    SELECT q.* FROM ticket_queue AS q
    WHERE
        q.tenant = $1 AND (CAST($2 AS text) IS NULL OR q.owner = $2)
        AND (CAST($3 AS text) IS NULL OR q.status = $3)
    ORDER BY q.urgency, q.waiting_since NULLS LAST, q.opened_at NULLS LAST, q.ticket_id
    LIMIT $4
"""
_NAMES = "SELECT contact_id, name FROM personal.contact WHERE tenant = $1 AND name IS NOT NULL AND contact_id IN ({})"
_SUBJECTS = """
    SELECT DISTINCT ON (about_id) about_id, subject_line FROM personal.message
    WHERE tenant = $1 AND kind = 'ticket' AND subject_line IS NOT NULL AND about_id IN ({})
    ORDER BY about_id, occurred_at DESC, event_id
"""


class Status(StrEnum):
    """Which tickets of the queue."""

    OPEN = "open"
    ON_HOLD = "on_hold"


@app.command("tickets")
def tickets(
    owner: Annotated[str | None, typer.Option("--owner", help="those this agent holds", show_default=False)] = None,
    status: Annotated[Status | None, typer.Option("--status", help="those in this status", show_default=False)] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="how many at most")] = 50,
    as_of: AsOfOption = None,
    clock: ClockOption = None,
    wait: WaitOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show the tickets that are open or on hold, the most urgent first, and how old they are now."""
    with reading(personal=True, when=When(wait, as_of, clock)) as found:
        rows = _rows(found, [owner, status.value if status else None, limit])
        now = found.now()
    for row in rows:
        row["age_seconds"], row["waiting_seconds"] = _since(row["opened_at"], now), _since(row["waiting_since"], now)
    if form is not Format.TABLE:
        show(rows, form, _COLUMNS)
    elif not rows:
        typer.echo("no ticket is open or on hold")
    else:
        _show_queue(rows)


def _rows(found: Readers, wanted: list[Any]) -> list[dict[str, Any]]:
    rows = found.reader.query(_QUEUE, [found.tenant, *wanted]).as_dicts()
    names = found.look_up(_NAMES, [row["contact_id"] for row in rows])
    subjects = found.look_up(_SUBJECTS, [row["ticket_id"] for row in rows])
    return [
        {**row, "contact": names.get(row["contact_id"]), "subject_line": subjects.get(row["ticket_id"])} for row in rows
    ]


def _since(time: datetime | None, now: datetime) -> int | None:
    return int((now - time).total_seconds()) if time is not None else None


def _show_queue(rows: list[dict[str, Any]]) -> None:
    shown = [
        {
            **{name: row[name] for name in ("status", "priority", "owner", "channel", "events")},
            "ticket": row["reference"],
            "about": row["subject_line"] or row["last_label"],
            "contact": row["contact"],
            "age": age_words(row["age_seconds"]),
            "waiting": age_words(row["waiting_seconds"]),
        }
        for row in rows
    ]
    wanted = ("ticket", "status", "priority", "owner", "contact", "about", "channel", "age", "waiting", "events")
    filled = [name for name in wanted if any(row[name] not in {None, ""} for row in shown)]
    show(shown, Format.TABLE, filled)


def age_words(seconds: int | None) -> str:
    """A length of time, short enough for a column."""
    if seconds is None:
        return ""
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 2 * 86400:
        return f"{seconds // 3600} h"
    return f"{seconds // 86400:,} d"
