"""The referee of kpi_service_median."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from tests.properties.folds import ticket
from tests.properties.history import Recorded

MEASURES = ("first_response_seconds", "resolution_seconds", "events")


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """Medians of the tickets that began in a month: of all, by team, and by team and owner."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in ticket.rows(events):
        if row["opened_on"] is not None:
            month = (row["tenant"], row["opened_on"].replace(day=1))
            team, owner = row["team"] or "(none)", row["owner"] or "(none)"
            for part in (("(all)", "(all)"), (team, "(all)"), (team, owner)):
                groups.setdefault((*month, *part), []).append(row)
    return [
        dict(zip(("tenant", "month", "team", "owner"), group, strict=True))
        | {"tickets": len(tickets)}
        | {f"{name}_median": _median([t[name] for t in tickets if t[name] is not None]) for name in MEASURES}
        for group, tickets in groups.items()
    ]


def _median(values: list[Any]) -> float | None:
    return float(median(values)) if values else None
