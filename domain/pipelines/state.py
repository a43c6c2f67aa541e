"""What decisions need to know about a pipeline: its stages as they stand, and every name they answered to.

Retired stages stand behind the live ones. A stage that a later definition leaves out is retired too, since deals were
in it and facts from sources may still name it; brought back, it is born anew, while one that was only retired comes
back to its place.
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

    `dropped`: a later definition left it out. `stated` counts the pipeline's events up to the last that stated it.
    """

    key: str
    name: str
    kind: StageKind
    probability: Decimal
    retired: bool = False
    dropped: bool = False
    names: tuple[str, ...] = ()
    stated: int = 0


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline as it stands. Without any event it has no name and no stages.

    `base` holds the stages in the order they have when none is retired, `renames` the key and name of every renaming,
    which may stand before its stage. `events` counts the pipeline's events.
    """

    name: str | None = None
    base: tuple[PipelineStage, ...] = ()
    renames: tuple[tuple[str, str], ...] = ()
    events: int = 0

    @property
    def stages(self) -> tuple[PipelineStage, ...]:
        """The stages first to last, the retired ones behind the others."""
        return tuple(sorted((_named(s, self.renames) for s in self.base), key=lambda s: s.retired))

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
    """The pipeline after an event. What names no stage of it changes no stage."""
    pipeline = replace(pipeline, events=pipeline.events + 1)
    match event:
        case PipelineDefined():
            return _define(pipeline, event)
        case PipelineStageAdded():
            return _state(pipeline, event.stage, event.kind, event.probability)
        case PipelineStageRenamed():
            return replace(pipeline, renames=(*pipeline.renames, (event.stage, event.name)))
        case PipelineStagesReordered():
            return _reorder(pipeline, event.order)
        case PipelineStageRetired():
            retired = tuple(replace(s, retired=True) if s.key == event.stage else s for s in pipeline.base)
            return replace(pipeline, base=retired)
        case _:
            assert_never(event)


def fold(envelopes: Iterable[Envelope]) -> Pipeline:
    """The pipeline after all its events, given in the models' order. Events of other things change nothing."""
    pipeline = UNDEFINED
    for envelope in envelopes:
        if isinstance(envelope.data, PipelineEvent):
            pipeline = evolve(pipeline, envelope.data)
    return pipeline


def _define(pipeline: Pipeline, event: PipelineDefined) -> Pipeline:
    """All stages are dropped, in the order they were last stated in, until the definition states them."""
    dropped = (replace(s, retired=True, dropped=True) for s in pipeline.base)
    pipeline = replace(pipeline, name=event.name, base=tuple(sorted(dropped, key=lambda s: (s.stated, s.key))))
    for stage in event.stages:
        pipeline = _state(pipeline, stage.stage, stage.kind, stage.probability)
    return pipeline


def _state(pipeline: Pipeline, key: str, kind: StageKind, probability: Decimal) -> Pipeline:
    """A stage stated anew is live and keeps its place; one that is new, or was dropped, comes to the end."""
    stage = PipelineStage(key, key, kind, probability, stated=pipeline.events)
    if any(s.key == key and not s.dropped for s in pipeline.base):
        return replace(pipeline, base=tuple(stage if s.key == key else s for s in pipeline.base))
    return replace(pipeline, base=(*(s for s in pipeline.base if s.key != key), stage))


def _reorder(pipeline: Pipeline, order: Iterable[str]) -> Pipeline:
    place = {key: at for at, key in enumerate(dict.fromkeys(order))}
    last = len(place)
    # Sorting is stable: stages that are not named, and dropped ones, keep their order behind the named ones.
    ordered = sorted(pipeline.base, key=lambda s: last if s.dropped else place.get(s.key, last))
    return replace(pipeline, base=tuple(ordered))


def _named(stage: PipelineStage, renames: Iterable[tuple[str, str]]) -> PipelineStage:
    names = tuple(name for key, name in renames if key == stage.key)
    return replace(stage, name=names[-1] if names else stage.key, names=names)
