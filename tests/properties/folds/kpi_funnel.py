"""The referee of kpi_funnel."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.properties.folds import deal_funnel, pipeline_stage
from tests.properties.history import Recorded

COUNTS = (
    "entered", "moved_on", "here_now", "won", "lost", "won_from_here", "lost_from_here", "timed_entries", "timed_stays"
)  # fmt: skip
Cohort = tuple[Any, ...]  # tenant, month, pipeline_id


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per month, pipeline and stage, whether a deal was in it or the pipeline has it now."""
    stages = pipeline_stage.rows(events)
    cohorts: dict[Cohort, list[dict[str, Any]]] = {}
    for deal in deal_funnel.rows(events):
        cohorts.setdefault((deal["tenant"], deal["month"], deal["pipeline_id"]), []).append(deal)
    return [row for cohort, deals in cohorts.items() for row in _steps(cohort, deals, stages)]


def _steps(cohort: Cohort, deals: list[dict[str, Any]], stages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    tenant, month, pipeline_id = cohort
    ours = [stage for stage in stages if (stage["tenant"], stage["pipeline_id"]) == (tenant, pipeline_id)]
    ordinals = {(stage["stage_key"], stage["kind"]): stage["ordinal"] for stage in ours}
    names = {(stage["stage_key"], stage["kind"]): stage["stage"] for stage in ours if not stage["is_retired"]}
    names |= {(deal["stage_key"], deal["stage_kind"]): deal["stage"] for deal in deals}
    return [
        {
            "tenant": tenant,
            "month": month,
            "pipeline_id": pipeline_id,
            "pipeline": deals[0]["pipeline"],
            "ordinal": ordinals.get(step),
            "stage_key": step[0],
            "stage": name,
            "stage_kind": step[1],
            "opened": len({deal["deal_id"] for deal in deals}),
            **_counted([deal for deal in deals if (deal["stage_key"], deal["stage_kind"]) == step]),
        }
        for step, name in names.items()
    ]


def _counted(deals: list[dict[str, Any]]) -> dict[str, Any]:
    counts: dict[str, Any] = dict.fromkeys(COUNTS, 0) | {"seconds_to_enter": Decimal(0), "seconds_inside": Decimal(0)}
    for deal in deals:
        counts["entered"] += 1
        counts["moved_on"] += deal["moved_on"]
        counts["here_now"] += deal["is_current"]
        if deal["status"] != "open":
            counts[deal["status"]] += 1
            counts[f"{deal['status']}_from_here"] += deal["closed_from_here"]
        for seconds, count in (("seconds_to_enter", "timed_entries"), ("seconds_inside", "timed_stays")):
            if deal[seconds] is not None:
                counts[count] += 1
                counts[seconds] += deal[seconds]
    return counts
