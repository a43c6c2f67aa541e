"""The referee of kpi_service: quotients of what kpi_service_daily holds."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds import kpi_service_daily
from tests.properties.history import Recorded

KEPT = ("tenant", "day", "owner", "team", "channel", "priority", "opened", "resolved", "reopened", "closed",
        "backlog_change")  # fmt: skip
QUOTIENTS = {
    "first_response_seconds_mean": ("first_response_seconds", "first_responses"),
    "resolution_seconds_mean": ("resolution_seconds", "resolutions"),
    "reopened_per_resolved": ("reopened", "resolved"),
    "rating_mean": ("rating_sum", "ratings"),
    "satisfied_rate": ("satisfied", "ratings"),
}


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per day and group of tickets, with means and rates."""
    return [
        {name: row[name] for name in KEPT}
        | {name: float(row[above]) / row[below] if row[below] else None for name, (above, below) in QUOTIENTS.items()}
        | {"first_contact_rate": _first_contact_rate(row)}
        for row in kpi_service_daily.rows(events)
    ]


def _first_contact_rate(row: dict[str, Any]) -> float | None:
    return (row["first_contact"] - row["first_contact_reopened"]) / row["resolved"] if row["resolved"] else None
