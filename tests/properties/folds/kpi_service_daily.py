"""The referee of kpi_service_daily: the flow of tickets, added up."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.properties.folds import ticket_flow
from tests.properties.folds.ticket_flow import COUNTS, GROUP, SECONDS
from tests.properties.history import Recorded

KEY = ("tenant", "day", *GROUP)
TELLING = ("opened", "resolved", "reopened", "closed", "first_responses", "ratings", "backlog_change")


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per day and group of tickets with whom anything happened."""
    days: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in ticket_flow.rows(events):
        key = tuple(row[name] for name in KEY)
        day = days.setdefault(key, dict.fromkeys(COUNTS, 0) | dict.fromkeys(SECONDS, Decimal(0)))
        for name in (*COUNTS, *SECONDS):
            day[name] += row[name]
    return [dict(zip(KEY, key, strict=True)) | day for key, day in days.items() if any(day[name] for name in TELLING)]
