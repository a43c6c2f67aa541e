"""The referee of pipeline_stage."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds.pipelines_today import pipelines
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per stage."""
    return [
        {
            "tenant": tenant,
            "pipeline_id": pipeline_id,
            "stage_key": stage.key,
            "stage": pipeline.name_of(stage),
            "kind": stage.kind,
            "probability": stage.probability,
            "ordinal": ordinal,
            "is_retired": stage.retired,
            "ordinal_of_kind": 1 + [other for other in pipeline.stages if other.kind == stage.kind].index(stage),
        }
        for (tenant, pipeline_id), pipeline in pipelines(events).items()
        for ordinal, stage in enumerate(pipeline.stages, start=1)
    ]
