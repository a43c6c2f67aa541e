"""A contact's page, for people: short lines, and the timeline by day with a sign for each kind."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from infra.cli.output import for_people
from infra.cli.story import text_of, what_of

SIGNS = {
    "call": "☎", "email": "✉", "chat": "💬", "social": "🌐", "sms": "📱", "letter": "📨", "note": "📝",
    "presentation": "📊", "visit": "👣", "form": "📋", "document": "📄", "cart": "🛒", "meeting": "📅", "task": "☑",
    "deal": "💼", "ticket": "🎫", "order": "📦", "subscription": "🔁", "contact": "👤",
}  # fmt: skip
_NO_SIGN = "•"
_THINGS = frozenset({"deal", "ticket", "meeting", "task", "order", "subscription"})
Part = dict[str, Any]
Line = tuple[str, str]


def print_page(page: Part, timeline: Sequence[Part], zone: ZoneInfo, *, full: bool) -> None:
    """Print the page. With `full` there is more of the timeline than this."""
    console = Console(soft_wrap=True, highlight=False)
    console.print(Text(_title(page), style="bold"))
    for name, line in _lines(page, zone):
        console.print(Text.assemble((f"  {name:14}", "dim"), for_people(line)))
    for day, events in groupby(timeline, key=lambda row: _day(row, zone)):
        console.print(Text(f"\n{day}", style="bold"))
        for row in events:
            console.print(Text(f"  {_event(row, zone)}"))
    if full:
        who, oldest = page["reference"] or page["contact_id"], timeline[-1]["event_id"]
        console.print(Text(f"\nwhat is older: rapport timeline {who} --before {oldest}", style="dim"))


def _title(page: Part) -> str:
    named = page.get("name") or page["reference"] or f"contact:id:{page['contact_id']}"
    return f"{named}, {page['job_title']}" if page.get("job_title") else str(named)


def _lines(page: Part, zone: ZoneInfo) -> Iterator[Line]:
    """The lines above the timeline; what is not known has none."""
    if page.get("name") and page["reference"]:
        yield "known as", page["reference"] + _linked(page["linked_contacts"])
    yield from _each("account", (_joined(row["account"], row["role"]) for row in page["accounts"]))
    yield from _each("e-mail", (_labelled(row["email"], row["label"]) for row in page["emails"]))
    yield from _each("telephone", (_labelled(row["phone"], row["label"]) for row in page["phones"]))
    places = ("street", "postal_code", "city", "region", "country")
    yield from _each(
        "address", (_labelled(_joined(*(row[part] for part in places)), row["label"]) for row in page["addresses"])
    )
    yield from _each("profile", (f"{row['network']}: {row['profile']}" for row in page["profiles"]))
    for name, key in (("owner", "owner"), ("language", "language"), ("prefers", "preferred_channel")):
        if page[key]:
            yield name, page[key]
    if page["tags"]:
        yield "tags", ", ".join(page["tags"])
    yield from _each("consent", map(_consent, page["consents"]))
    yield from _open_things(page, zone)


def _open_things(page: Part, zone: ZoneInfo) -> Iterator[Line]:
    yield from _each(
        "deal", (_joined(row["title"] or row["reference"], row["stage"], _money(row)) for row in page["deals"])
    )
    yield from _each(
        "ticket",
        (_joined(row["subject_line"] or row["reference"], row["status"], row["priority"]) for row in page["tickets"]),
    )
    yield from _each(
        "task",
        (_joined(row["subject_line"] or row["reference"], _due(row, zone), row["owner"]) for row in page["tasks"]),
    )
    yield from _each(
        "meeting",
        (_joined(row["subject_line"] or row["reference"], _time(row["starts_at"], zone)) for row in page["meetings"]),
    )
    yield from _each(
        "order",
        (
            _joined(row["number"] or row["reference"], _time(row["placed_at"], zone), _money(row))
            for row in page["orders"]
        ),
    )
    yield from _each(
        "subscription",
        (_joined(row["plan"] or row["reference"], _money(row), row["every"]) for row in page["subscriptions"]),
    )


def _each(name: str, lines: Any) -> Iterator[Line]:
    """Lines under one name, which stands before the first."""
    for number, line in enumerate(lines):
        yield ("" if number else name), line


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def _labelled(value: str, label: str | None) -> str:
    return f"{value} ({label})" if label else value


def _linked(others: int) -> str:
    return f" and {others - 1} more" if others and others > 1 else ""


def _consent(row: Part) -> str:
    channel = "every channel" if row["channel"] == "all" else row["channel"]
    return f"{row['purpose']} by {channel}: {'given' if row['given'] else 'withdrawn'}"


def _money(row: Part) -> str | None:
    amount: Decimal | None = row["amount"]
    return None if amount is None else f"{for_people(amount)} {row['currency'] or ''}".strip()


def _due(row: Part, zone: ZoneInfo) -> str | None:
    if row["due_at"] is not None:
        return f"due {_time(row['due_at'], zone)}"
    return f"due {row['due_on']:%Y-%m-%d}" if row["due_on"] else None


def _time(time: datetime | None, zone: ZoneInfo) -> str | None:
    return f"{time.astimezone(zone):%Y-%m-%d %H:%M}" if time else None


def _day(row: Part, zone: ZoneInfo) -> str:
    return (
        "on a day not known"
        if row["time_precision"] == "unknown"
        else f"{row['occurred_at'].astimezone(zone):%Y-%m-%d}"
    )


def _event(row: Part, zone: ZoneInfo) -> str:
    clock = f"{row['occurred_at'].astimezone(zone):%H:%M}" if row["time_precision"] == "instant" else "     "
    # An activity's type says what it was, such as a call; that of a thing only what happened to it.
    what = f"{row['kind']} {what_of(row)}" if row["kind"] in _THINGS else what_of(row)
    said = for_people(_joined(what, text_of(row), row["agent"] or row["actor"]))
    return f"{clock}  {SIGNS.get(row['kind'], _NO_SIGN)} {said}"
