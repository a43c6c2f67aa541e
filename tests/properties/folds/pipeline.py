"""The referee of pipeline."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds.pipelines_today import pipelines
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per pipeline."""
    return [
        {"tenant": tenant, "pipeline_id": pipeline_id, "name": pipeline.name, "reference": pipeline.reference}
        for (tenant, pipeline_id), pipeline in pipelines(events).items()
    ]
