"""The referee of agent."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds import agent_history
from tests.properties.history import Recorded

_SHOWN = ("tenant", "agent_id", "name", "team", "office", "manager", "reference")


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per agent, as after its last event."""
    last = {(row["tenant"], row["agent_id"]): row for row in agent_history.rows(events)}
    return [{name: row[name] for name in _SHOWN} | {"is_active": not row["has_left"]} for row in last.values()]
