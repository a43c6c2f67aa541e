"""The referee of kpi_service_median: exact fractions, rounded once."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tests.properties.folds import ticket
from tests.properties.history import Recorded

MEASURES = ("first_response_seconds", "resolution_seconds", "events")


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """Medians and 90th percentiles of the tickets that began in a month: of all, by team, and by team and owner."""
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
        | {f"{name}_median": _percentile(50, [t[name] for t in tickets]) for name in MEASURES}
        | {f"{name}_p90": _percentile(90, [t[name] for t in tickets]) for name in MEASURES[:2]}
        for group, tickets in groups.items()
    ]


def _percentile(percent: int, values: list[Any]) -> float | None:
    """The value so far up among those that are known; between two of them, in proportion."""
    known = sorted(Fraction(value) for value in values if value is not None)
    if not known:
        return None
    place, rest = divmod(percent * (len(known) - 1), 100)
    return float(known[place] + (known[min(place + 1, len(known) - 1)] - known[place]) * Fraction(rest, 100))
