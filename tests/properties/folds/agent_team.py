"""The referee of agent_team."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds import agent_history
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per event under a name, of the agent who had the name first; each holds until the next."""
    by_name: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in agent_history.rows(events):
        if row["name"] is not None:
            by_name.setdefault((row["tenant"], row["name"]), []).append(row)
    found: list[dict[str, Any]] = []
    for (tenant, name), history in by_name.items():
        first = min(history, key=lambda row: (row["occurred_at"], row["agent_id"]))
        periods = [row for row in history if row["agent_id"] == first["agent_id"]]
        for place, row in enumerate(periods):
            found.append(
                {
                    "tenant": tenant,
                    "name": name,
                    "from_event_id": row["event_id"],
                    "valid_from": row["occurred_at"] if place > 0 else None,
                    "valid_to": periods[place + 1]["occurred_at"] if place + 1 < len(periods) else None,
                    "team": row["team"],
                    "office": row["office"],
                    "manager": row["manager"],
                }
            )
    return found
