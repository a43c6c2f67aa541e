"""What decisions need to know about a pipeline: its stages as they stand, and every name they answered to.

Stages stand in the order of the last reordering, those it does not name behind it as they were born, the retired ones
behind all. A stage that a later definition leaves out is retired; facts from sources may still name it.
"""

from collections.abc import Iterable
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
    """A stage as it stands. `key` is permanent, `name` is the current name, `names` all names it was given since.

    `stated` counts the pipeline's events up to the last that stated the stage; `born` is its place without reordering.
    """

    key: str
    name: str
    kind: StageKind
    probability: Decimal
    retired: bool = False
    names: tuple[str, ...] = ()
    stated: int = 0
    born: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline as it stands, its stages first to last. Without any event it has no name and no stages.

    `events` counts its events, `defined` those up to the last definition; `order` is the last reordering since then.
    `renames` holds every key and name of a renaming, which may stand before the stage itself.
    """

    name: str | None = None
    stages: tuple[PipelineStage, ...] = ()
    events: int = 0
    defined: int = 0
    order: tuple[str, ...] = ()
    renames: tuple[tuple[str, str], ...] = ()

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
    """The pipeline after an event. What names no stage of it changes nothing now, a new name excepted."""
    pipeline = replace(pipeline, events=pipeline.events + 1)
    match event:
        case PipelineDefined():
            pipeline = _define(pipeline, event)
        case PipelineStageAdded():
            pipeline = _state(pipeline, event.stage, event.kind, event.probability, place=0)
        case PipelineStageRenamed():
            pipeline = replace(pipeline, renames=(*pipeline.renames, (event.stage, event.name)))
        case PipelineStagesReordered():
            pipeline = replace(pipeline, order=tuple(dict.fromkeys(event.order)))
        case PipelineStageRetired():
            retired = tuple(replace(s, retired=True) if s.key == event.stage else s for s in pipeline.stages)
            pipeline = replace(pipeline, stages=retired)
        case _:
            assert_never(event)
    return _arranged(pipeline)


def fold(envelopes: Iterable[Envelope]) -> Pipeline:
    """The pipeline after all its events, given in the models' order. Events of other things change nothing."""
    pipeline = UNDEFINED
    for envelope in envelopes:
        if isinstance(envelope.data, PipelineEvent):
            pipeline = evolve(pipeline, envelope.data)
    return pipeline


def _define(pipeline: Pipeline, event: PipelineDefined) -> Pipeline:
    """The stages replace those before, which stay known as retired; renamings hold on, since keys are permanent."""
    gone = tuple(replace(s, retired=True, born=(s.stated, 0)) for s in pipeline.stages)
    pipeline = replace(pipeline, name=event.name, stages=gone, defined=pipeline.events, order=())
    for place, stage in enumerate(event.stages, start=1):
        pipeline = _state(pipeline, stage.stage, stage.kind, stage.probability, place)
    return pipeline


def _state(pipeline: Pipeline, key: str, kind: StageKind, probability: Decimal, place: int) -> Pipeline:
    """A stage stated anew is live and keeps its place, if the last definition knows it; else it is born now."""
    now = pipeline.events
    before = next((s for s in pipeline.stages if s.key == key), None)
    born = before.born if before and before.stated >= pipeline.defined else (now, place)
    stage = PipelineStage(key, key, kind, probability, stated=now, born=born)
    return replace(pipeline, stages=(*(s for s in pipeline.stages if s.key != key), stage))


def _arranged(pipeline: Pipeline) -> Pipeline:
    """The same pipeline with its stages in order and under their names."""
    place = {key: at for at, key in enumerate(pipeline.order)}
    ordered = sorted(pipeline.stages, key=lambda s: (s.retired, place.get(s.key, len(place)), s.born, s.key))
    return replace(pipeline, stages=tuple(_named(stage, pipeline.renames) for stage in ordered))


def _named(stage: PipelineStage, renames: Iterable[tuple[str, str]]) -> PipelineStage:
    names = tuple(name for key, name in renames if key == stage.key)
    return replace(stage, name=names[-1] if names else stage.key, names=names)
