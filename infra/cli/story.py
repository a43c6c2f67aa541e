"""The events of a person's timeline, as commands show them: filtered, page by page, with their texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from infra.cli.reading import Readers
from infra.errors import Misused

# The order of the timeline is (occurred_at, sequence NULLS LAST, event_id); this is it in a form that compares.
_PLACE = "(occurred_at, coalesce(sequence, 9223372036854775807), event_id)"
_PLACE_OF = f"SELECT {_PLACE[1:-1]} FROM contact_timeline WHERE tenant = $1 AND contact_id = $2 AND event_id = $3"
_EVENTS = """
    SELECT * FROM contact_timeline
    WHERE tenant = $1 AND contact_id = $2 AND {}
    ORDER BY occurred_at DESC, sequence DESC NULLS FIRST, event_id DESC
    LIMIT $3
"""
FIRST_EVENTS = _EVENTS.format("true")
_BODIES = "SELECT event_id, body FROM personal.message WHERE tenant = $1 AND event_id IN ({})"
_SUBJECTS = "SELECT event_id, subject_line FROM personal.message WHERE tenant = $1 AND event_id IN ({})"
COLUMNS = (
    *("contact_id", "occurred_at", "time_precision", "position", "kind", "event_type", "actor", "agent"),
    *("about", "event_id", "subject_line", "body"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: `limit` at most, older than `before` (a time, or an event), of some kinds, from and to a day.

    Days are those of the zone; without kinds, all.
    """

    limit: int
    before: UUID | datetime | None = None
    kinds: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


def events_of(found: Readers, person: UUID, wanted: Wanted) -> list[dict[str, Any]]:
    """The person's events, the latest first, with subject_line and body where this user may read them."""
    parameters: list[Any] = [found.tenant, person, wanted.limit]
    conditions = ["true"]

    def add(condition: str, *values: Any) -> None:
        places = [f"${len(parameters) + n}" for n in range(1, len(values) + 1)]
        conditions.append(condition.format(*places))
        parameters.extend(values)

    if isinstance(wanted.before, UUID):
        place = found.reader.query(_PLACE_OF, [found.tenant, person, wanted.before]).rows
        if not place:
            raise Misused("--before names an event that is not in this timeline")
        add(f"{_PLACE} < (CAST({{}} AS timestamptz), CAST({{}} AS bigint), CAST({{}} AS uuid))", *place[0])
    elif wanted.before is not None:
        add("occurred_at < CAST({} AS timestamptz)", wanted.before)
    if wanted.kinds:
        add(f"kind IN ({', '.join(['{}'] * len(wanted.kinds))})", *wanted.kinds)
    zone = ZoneInfo(found.rapport.settings.timezone)
    if wanted.first is not None:
        add("occurred_at >= CAST({} AS timestamptz)", _midnight(wanted.first, zone))
    if wanted.last is not None:
        add("occurred_at < CAST({} AS timestamptz)", _midnight(wanted.last + timedelta(days=1), zone))
    rows = found.reader.query(_EVENTS.format(" AND ".join(conditions)), parameters).as_dicts()
    _add_texts(found, rows)
    return rows


def before_of(text: str) -> UUID | datetime:
    """What --before says: an event's id, or a time. Raises Misused for anything else."""
    try:
        return UUID(text)
    except ValueError:
        pass
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise Misused("--before takes a time, such as 2026-03-01 or 2026-03-01T12:00:00Z, or an event's id") from None
    return time if time.tzinfo else time.replace(tzinfo=ZoneInfo("UTC"))


def kinds_of(kinds: Sequence[str] | None) -> tuple[str, ...]:
    """What --kind says. Raises Misused for a kind that no event has."""
    if not kinds:
        return ()
    from domain.catalog import EVENT_TYPES  # which takes longer to load than most reads do

    known = sorted({event_type.kind for event_type in EVENT_TYPES})
    for kind in kinds:
        if kind not in known:
            raise Misused(f"'{kind[:40]}' is no kind of event; known are {', '.join(known)}")
    return tuple(kinds)


def what_of(row: dict[str, Any]) -> str:
    """What happened, in the words of the event's type."""
    return str(row["event_type"]).split(".")[2].replace("_", " ")


def text_of(row: dict[str, Any], width: int = 60) -> str:
    """The first line of what was said."""
    line = (row["subject_line"] or row["body"] or "").strip().split("\n", 1)[0]
    return line if len(line) <= width else f"{line[: width - 1]}…"


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _add_texts(found: Readers, rows: list[dict[str, Any]]) -> None:
    events = [row["event_id"] for row in rows]
    subjects, bodies = found.look_up(_SUBJECTS, events), found.look_up(_BODIES, events)
    for row in rows:
        row["subject_line"], row["body"] = subjects.get(row["event_id"]), bodies.get(row["event_id"])
