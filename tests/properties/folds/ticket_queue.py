"""The referee of ticket_queue."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds import ticket
from tests.properties.history import Recorded

LEFT_OUT = {
    "opened_on", "resolved_at", "closed_at", "rating", "first_response_seconds", "resolution_seconds", "first_event_at",
    "last_state", "replies", "escalated", "at_first_contact",
}  # fmt: skip
URGENCY = ["urgent", "high", "normal", "low"]


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """The tickets that are open or on hold."""
    return [
        {name: value for name, value in row.items() if name not in LEFT_OUT}
        | {"urgency": URGENCY.index(row["priority"] or "normal") + 1}
        for row in ticket.rows(events)
        if row["status"] in {"open", "on_hold"}
    ]
