"""The referee of contradiction."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds import (
    deal_history,
    meeting_history,
    order_history,
    subscription_history,
    task_history,
    ticket_history,
)
from tests.properties.history import Recorded

HISTORIES = (deal_history, ticket_history, meeting_history, task_history, order_history, subscription_history)


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per event that does not fit what else is known of its thing."""
    return [
        {"thing": row["reference"], "reason": row["contradiction"]}
        | {name: row[name] for name in ("tenant", "event_id", "event_type", "occurred_at", "position")}
        for history in HISTORIES
        for row in history.rows(events)
        if row["contradiction"] is not None
    ]
