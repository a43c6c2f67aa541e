"""The referee of kpi_funnel_rate: quotients of what kpi_funnel holds."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds import kpi_funnel
from tests.properties.history import Recorded

KEPT = (
    "tenant", "month", "pipeline_id", "pipeline", "ordinal", "stage_key", "stage", "stage_kind", "opened", "entered"
)  # fmt: skip


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per month, pipeline and stage, with rates and means."""
    return [
        {name: row[name] for name in KEPT}
        | {
            "entered_rate": row["entered"] / row["opened"],
            "moved_on_rate": _quotient(row["moved_on"], row["entered"]) if row["stage_kind"] == "open" else None,
            "win_rate": _quotient(row["won"], row["entered"]),
            "lost_from_here_rate": _quotient(row["lost_from_here"], row["entered"]),
            "days_to_enter": _quotient(float(row["seconds_to_enter"]) / 86400, row["timed_entries"]),
            "days_inside": _quotient(float(row["seconds_inside"]) / 86400, row["timed_stays"]),
        }
        for row in kpi_funnel.rows(events)
    ]


def _quotient(part: float, whole: int) -> float | None:
    return part / whole if whole else None
