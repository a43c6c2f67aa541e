"""The referee of freshness. When the tables took it in (`applied_at`) is no matter of events."""

from collections.abc import Sequence
from typing import Any

from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per tenant: its last event in the log."""
    last = {event.tenant: event for event in sorted(events, key=lambda event: event.position)}
    return [
        {"tenant": tenant, "position": event.position, "recorded_at": event.recorded_at}
        for tenant, event in last.items()
    ]
