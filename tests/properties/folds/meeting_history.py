"""The referee of meeting_history: one event of a meeting after the other."""

from collections.abc import Sequence
from typing import Any

from domain.meetings.events import MeetingMoved, MeetingScheduled
from tests.properties.folds.said import of_history
from tests.properties.history import Recorded, by_thing


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per event of a meeting."""
    return [row for history in by_thing(events, "meeting").values() for row in _rows_of_meeting(history)]


def _rows_of_meeting(history: Sequence[Recorded]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    status, scheduled, starts_at, ends_at = "planned", False, None, None
    for n, event in enumerate(history, start=1):
        before, data = status, event.envelope.data
        contradiction = _contradiction(event, status, scheduled=scheduled)
        if contradiction is None:
            if event.action in {"held", "cancelled"}:
                status = event.action
            elif status == "cancelled":  # scheduled anew
                status = "planned"
            scheduled |= event.action == "scheduled"
            if isinstance(data, MeetingScheduled | MeetingMoved):
                starts_at, ends_at = data.starts_at, data.ends_at
        found.append(
            {
                **of_history(event, "meeting", n),
                "status": status,
                "changed": n == 1 or status != before,
                "contradiction": contradiction,
                "starts_at": starts_at,
                "ends_at": ends_at,
            }
        )
    return found


def _contradiction(event: Recorded, status: str, *, scheduled: bool) -> str | None:
    if event.action == "scheduled":
        return "already_scheduled" if scheduled and status != "cancelled" else None
    return None if status == "planned" else status
