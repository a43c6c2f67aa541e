"""The referee of contradiction."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds import deal_history, ticket_history
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per event of a deal or a ticket that does not fit."""
    return [
        {"thing": row["reference"], "reason": row["contradiction"]}
        | {name: row[name] for name in ("tenant", "event_id", "event_type", "occurred_at", "position")}
        for row in [*deal_history.rows(events), *ticket_history.rows(events)]
        if row["contradiction"] is not None
    ]
