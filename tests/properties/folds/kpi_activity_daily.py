"""The referee of kpi_activity_daily."""

from collections.abc import Sequence
from typing import Any

from domain.activities.events import CallLogged, EmailReceived, EmailSent, FormSubmitted, SocialMessageLogged
from domain.catalog import BY_MODEL
from tests.properties.folds import meeting
from tests.properties.folds.owners import team_at
from tests.properties.history import Recorded

CHANNELS = {
    "call": "phone", "email": "email", "chat": "chat", "sms": "sms", "letter": "post", "visit": "web", "form": "web",
    "cart": "web",
}  # fmt: skip


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per day and sort of activity; meetings count on the day they were held."""
    team = team_at(events)
    days: dict[tuple[Any, ...], dict[str, int]] = {}
    for event in events:
        if event.area == "activity" and event.known_on is not None:
            data = event.envelope.data
            agent: str | None = getattr(data, "agent", None)
            of = (*_sort(event), agent or "(none)", team(event.tenant, agent, event.envelope.time) or "(none)")
            _count(days.setdefault((event.tenant, event.known_on, *of), _nothing()), data)
    for row in meeting.rows(events):
        if (held_on := row["held_on"]) is not None:
            owner, tenant = row["owner"], row["tenant"]
            sort = ("meeting", "(none)", row["channel"] or "(none)")
            key = (tenant, held_on, *sort, owner or "(none)", team(tenant, owner, row["held_at"]) or "(none)")
            _count_meeting(days.setdefault(key, _nothing()), row)
    names = ("tenant", "day", "kind", "direction", "channel", "owner", "team")
    return [dict(zip(names, key, strict=True)) | counts for key, counts in days.items()]


def direction(event: Recorded) -> str | None:
    """Whether it was to us or from us, if its type or the event says so."""
    match event.envelope.data:
        case EmailReceived() | FormSubmitted():
            return "inbound"
        case EmailSent():
            return "outbound"
    return getattr(event.envelope.data, "direction", None)


def _sort(event: Recorded) -> tuple[str, str, str]:
    data, kind = event.envelope.data, BY_MODEL[type(event.envelope.data)].kind
    channel = data.network if isinstance(data, SocialMessageLogged) else CHANNELS.get(kind, "(none)")
    return kind, direction(event) or "(none)", channel


def _nothing() -> dict[str, int]:
    return dict.fromkeys(("activities", "missed", "timed", "seconds"), 0)


def _count(counts: dict[str, int], data: Any) -> None:
    counts["activities"] += 1
    counts["missed"] += isinstance(data, CallLogged) and data.outcome not in {None, "connected"}
    _count_time(counts, getattr(data, "duration_seconds", None))


def _count_meeting(counts: dict[str, int], row: dict[str, Any]) -> None:
    counts["activities"] += 1
    counts["missed"] += row["outcome"] == "no_show"
    _count_time(counts, row["duration_seconds"])


def _count_time(counts: dict[str, int], seconds: int | None) -> None:
    if seconds is not None:
        counts["timed"] += 1
        counts["seconds"] += seconds
