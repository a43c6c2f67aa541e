"""The referee of pipeline_label."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds.pipelines_today import pipelines
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per word that names a stage."""
    return [
        {
            "tenant": tenant,
            "pipeline_id": pipeline_id,
            "label": label,
            "stage_key": stage.key,
            "stage": pipeline.name_of(stage),
            "kind": stage.kind,
            "probability": stage.probability,
            "ordinal": 1 + pipeline.stages.index(stage),
        }
        for (tenant, pipeline_id), pipeline in pipelines(events).items()
        for label, stage in pipeline.labels().items()
    ]
