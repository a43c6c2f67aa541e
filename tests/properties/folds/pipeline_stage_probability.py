"""The referee of pipeline_stage_probability."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds.pipelines_today import pipelines
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per event that stated a stage; each holds until the next."""
    return [
        {
            "tenant": tenant,
            "pipeline_id": pipeline_id,
            "stage_key": stage.key,
            "from_event_id": event.event_id,
            "valid_from": event.envelope.time if place > 0 else None,
            "valid_to": stage.said[place + 1][0].envelope.time if place + 1 < len(stage.said) else None,
            "probability": probability,
        }
        for (tenant, pipeline_id), pipeline in pipelines(events).items()
        for stage in pipeline.stages
        for place, (event, probability) in enumerate(stage.said)
    ]
