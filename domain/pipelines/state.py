"""What decisions need to know about a pipeline: its stages as they stand, and every name they answered to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import assert_never

from domain.pipelines.events import (
    PipelineDefined,
    PipelineStageAdded,
    PipelineStageRenamed,
    PipelineStageRetired,
    PipelineStagesReordered,
    StageKind,
)
from domain.shared.envelope import Envelope

PipelineEvent = (
    PipelineDefined | PipelineStageAdded | PipelineStageRenamed | PipelineStagesReordered | PipelineStageRetired
)


@dataclass(frozen=True, slots=True)
class PipelineStage:
    """A stage as it stands. `key` is permanent, `name` is the current name, `names` all names it ever had."""

    key: str
    name: str
    kind: StageKind
    probability: Decimal
    retired: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline as it stands, its stages first to last. Without any event it has no name and no stages."""

    name: str | None = None
    stages: tuple[PipelineStage, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all stages in order, the retired ones too."""
        return tuple(stage.key for stage in self.stages)

    @property
    def live(self) -> tuple[PipelineStage, ...]:
        """The stages that deals can go to."""
        return tuple(stage for stage in self.stages if not stage.retired)

    @property
    def first(self) -> PipelineStage | None:
        """The stage a deal begins in if nobody says which."""
        return next(iter(self.stages), None)

    def stage(self, label: str) -> PipelineStage | None:
        """The stage that `label` names: by its key, or else the first in order that ever had this name."""
        by_key = next((s for s in self.stages if s.key == label), None)
        return by_key or next((s for s in self.stages if label in s.names), None)

    def first_of(self, kind: StageKind) -> PipelineStage | None:
        """The first stage of a kind, in order."""
        return next((s for s in self.stages if s.kind == kind), None)


UNDEFINED = Pipeline()


def evolve(pipeline: Pipeline, event: PipelineEvent) -> Pipeline:
    """The pipeline after an event. What names no stage of it changes nothing."""
    match event:
        case PipelineDefined():
            # The new stages replace the old, with whatever the old were called: a definition is a fresh start.
            pipeline = Pipeline(event.name)
            for stage in event.stages:
                if stage.stage not in pipeline.keys:
                    pipeline = _state_stage(pipeline, stage.stage, stage.kind, stage.probability)
            return pipeline
        case PipelineStageAdded():
            return _state_stage(pipeline, event.stage, event.kind, event.probability)
        case PipelineStageRenamed():
            return _change(pipeline, event.stage, lambda s: replace(s, name=event.name, names=(*s.names, event.name)))
        case PipelineStagesReordered():
            return _reorder(pipeline, event.order)
        case PipelineStageRetired():
            return _change(pipeline, event.stage, lambda s: replace(s, retired=True))
        case _:
            assert_never(event)


def fold(envelopes: Iterable[Envelope]) -> Pipeline:
    """The pipeline after all its events, given in the models' order. Events of other things change nothing."""
    pipeline = UNDEFINED
    for envelope in envelopes:
        if isinstance(envelope.data, PipelineEvent):
            pipeline = evolve(pipeline, envelope.data)
    return pipeline


def _state_stage(pipeline: Pipeline, key: str, kind: StageKind, probability: Decimal) -> Pipeline:
    """A stage at the end; one that exists is stated anew in its place, and is live again."""
    if key in pipeline.keys:
        return _change(pipeline, key, lambda s: replace(s, kind=kind, probability=probability, retired=False))
    return replace(pipeline, stages=(*pipeline.stages, PipelineStage(key, key, kind, probability, names=(key,))))


def _change(pipeline: Pipeline, key: str, change: Callable[[PipelineStage], PipelineStage]) -> Pipeline:
    return replace(pipeline, stages=tuple(change(s) if s.key == key else s for s in pipeline.stages))


def _reorder(pipeline: Pipeline, order: Iterable[str]) -> Pipeline:
    place = {key: at for at, key in enumerate(dict.fromkeys(order))}
    # Sorting is stable: stages that are not named keep their order behind the named ones.
    return replace(pipeline, stages=tuple(sorted(pipeline.stages, key=lambda s: place.get(s.key, len(place)))))
