"""The referee of agent_history."""

from collections.abc import Sequence
from typing import Any

from tests.properties.history import Recorded, by_thing


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per event of an agent, with what is known after it."""
    found: list[dict[str, Any]] = []
    for (tenant, agent_id), history in by_thing(events, "agent").items():
        known: dict[str, Any] = {"name": None, "team": None, "office": None, "manager": None}
        for n, event in enumerate(history, start=1):
            known |= {name: value for name in known if (value := getattr(event.envelope.data, name, None)) is not None}
            found.append(
                {
                    "tenant": tenant,
                    "agent_id": agent_id,
                    "event_id": event.event_id,
                    "position": event.position,
                    "n": n,
                    "occurred_at": event.envelope.time,
                    "event_type": event.envelope.type,
                    "reference": event.open_subject,
                    **known,
                    "has_left": event.action == "left",
                }
            )
    return found
