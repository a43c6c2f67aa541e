"""The referee of kpi_backlog_daily: for each day, who is in which backlog at its end."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tests.properties.folds import kpi_service_daily
from tests.properties.folds.ticket_flow import GROUP
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per day and group that has tickets in its backlog."""
    daily = kpi_service_daily.rows(events)
    found: list[dict[str, Any]] = []
    for tenant in {row["tenant"] for row in daily}:
        changes = [row for row in daily if row["tenant"] == tenant]
        backlog: Counter[tuple[str, ...]] = Counter()
        day, last_day = min(row["day"] for row in changes), max(row["day"] for row in changes)
        while day <= last_day:
            for row in changes:
                if row["day"] == day:
                    backlog[tuple(row[name] for name in GROUP)] += row["backlog_change"]
            found += [
                {"tenant": tenant, "day": day, **dict(zip(GROUP, group, strict=True)), "open_tickets": count}
                for group, count in backlog.items()
                if count
            ]
            day += timedelta(days=1)
    return found
