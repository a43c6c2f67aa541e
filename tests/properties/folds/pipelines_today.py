"""Pipelines as they are defined today, one event after the other: what deals and boards are judged by."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.pipelines.events import (
    PipelineDefined,
    PipelineStageAdded,
    PipelineStageRenamed,
    PipelineStageRetired,
    PipelineStagesReordered,
)
from tests.properties.history import Recorded, by_thing


@dataclass(eq=False)
class Stage:
    """A stage. `said` has every event that stated it, with the probability it gave."""

    key: str
    kind: str
    probability: Decimal
    retired: bool = False
    dropped: bool = False
    said: list[tuple[Recorded, Decimal]] = field(default_factory=list)

    def probability_at(self, time: datetime) -> Decimal:
        """The probability that held then; the first one held for all time before it was said."""
        begun = [probability for event, probability in self.said[1:] if event.envelope.time <= time]
        return begun[-1] if begun else self.said[0][1]


@dataclass(eq=False)
class Pipeline:
    """A pipeline. `base` has its stages in the order in which they stand if none is retired."""

    name: str
    reference: str
    base: list[Stage] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def stages(self) -> list[Stage]:
        """The stages in order, retired ones last."""
        return sorted(self.base, key=lambda stage: stage.retired)

    def name_of(self, stage: Stage) -> str:
        """What the stage is called now."""
        return next((name for key, name in reversed(self.renamed) if key == stage.key), stage.key)

    def labels(self) -> dict[str, Stage]:
        """Every word that means a stage: a key before a name, and the first stage in order before others."""
        named = {name: stage for stage in reversed(self.stages) for key, name in self.renamed if key == stage.key}
        return named | {stage.key: stage for stage in self.stages}

    def first_of(self, kind: str) -> Stage | None:
        """The first stage of a kind."""
        return next((stage for stage in self.stages if stage.kind == kind), None)


def pipelines(events: Sequence[Recorded]) -> dict[tuple[str, UUID], Pipeline]:
    """Every pipeline that has events of its own, by (tenant, pipeline)."""
    found = {}
    for thing, history in by_thing(events, "pipeline").items():
        naming = [event for event in history if event.action == "defined"] or history
        pipeline = Pipeline(naming[-1].open_subject.split(":", 2)[2], naming[-1].open_subject)
        for event in history:
            _evolve(pipeline, event)
        found[thing] = pipeline
    return found


def _evolve(pipeline: Pipeline, event: Recorded) -> None:
    match event.envelope.data:
        case PipelineDefined() as defined:
            pipeline.name = defined.name
            _begin_anew(pipeline)
            for part in defined.stages:
                _state(pipeline, event, part.stage, part.kind, part.probability)
        case PipelineStageAdded() as added:
            _state(pipeline, event, added.stage, added.kind, added.probability)
        case PipelineStageRenamed() as renamed:
            pipeline.renamed.append((renamed.stage, renamed.name))
        case PipelineStagesReordered() as reordered:
            known = {stage.key: stage for stage in pipeline.base if not stage.dropped}
            named = [known[key] for key in dict.fromkeys(reordered.order) if key in known]
            pipeline.base = [*named, *(stage for stage in pipeline.base if stage not in named)]
        case PipelineStageRetired() as retired:
            for stage in pipeline.base:
                if stage.key == retired.stage:
                    stage.retired = True


def _begin_anew(pipeline: Pipeline) -> None:
    """All stages are dropped, in the order in which they were last spoken of, until the definition states them."""
    for stage in pipeline.base:
        stage.retired = stage.dropped = True
    pipeline.base.sort(key=lambda stage: (stage.said[-1][0].order, stage.key))


def _state(pipeline: Pipeline, event: Recorded, key: str, kind: str, probability: Decimal) -> None:
    stage = next((stage for stage in pipeline.base if stage.key == key), None)
    if stage is None or stage.dropped:
        pipeline.base = [other for other in pipeline.base if other is not stage]
        stage = stage or Stage(key, kind, probability)
        pipeline.base.append(stage)
    stage.kind, stage.probability, stage.retired, stage.dropped = kind, probability, False, False
    stage.said = [said for said in stage.said if said[0] is not event] + [(event, probability)]
