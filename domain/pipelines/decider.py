"""What is allowed with a pipeline: one function per decision.

Each takes what we know and the fact that is asked for, and returns the facts that follow, or refuses with what to do
instead. A stage may be asked for by any name it ever had; the facts name it by its key.
"""

from collections import Counter

from domain.pipelines.events import (
    PipelineDefined,
    PipelineStageAdded,
    PipelineStageRenamed,
    PipelineStageRetired,
    PipelineStagesReordered,
    StageKind,
)
from domain.pipelines.state import Pipeline, PipelineEvent, PipelineStage, evolve
from domain.shared.errors import CommandRefused
from domain.shared.fields import Probability


def define(pipeline: Pipeline, wanted: PipelineDefined) -> list[PipelineEvent]:
    """A pipeline is defined once, with stages of different names, one of them open at least."""
    if pipeline.stages:
        raise CommandRefused("the pipeline is defined already; change it with add-stage, rename-stage and the like")
    twice = [name for name, count in Counter(s.stage for s in wanted.stages).items() if count > 1]
    if twice:
        raise CommandRefused(f"the stage '{twice[0]}' stands twice; give each stage a name of its own")
    if all(stage.kind != "open" for stage in wanted.stages):
        raise CommandRefused("a pipeline needs an open stage for deals to begin in; add one")
    return [wanted]


def add_stage(pipeline: Pipeline, wanted: PipelineStageAdded) -> list[PipelineEvent]:
    """A stage can be added, or a retired one brought back, under a name that no other stage answers to."""
    _refuse_unless_defined(pipeline)
    stage = pipeline.stage(wanted.stage)
    if stage is not None and not (stage.retired and stage.key == wanted.stage):
        raise CommandRefused(f"the pipeline has a stage that answers to '{wanted.stage}'; choose another name")
    return [wanted]


def change_stage(
    pipeline: Pipeline, label: str, kind: StageKind | None, probability: Probability | None
) -> list[PipelineEvent]:
    """A live stage can be stated anew, with another kind or probability; what is not given stays."""
    stage = _stage(pipeline, label)
    if stage.retired:
        raise CommandRefused(f"the stage '{stage.name}' is retired; bring it back with add-stage")
    new = (kind or stage.kind, stage.probability if probability is None else probability)
    if new == (stage.kind, stage.probability):
        raise CommandRefused(f"the stage '{stage.name}' is so already; give another --kind or --probability")
    if new[0] != "open":
        _refuse_if_last_open(pipeline, stage)
    return [PipelineStageAdded(stage=stage.key, kind=new[0], probability=new[1])]


def rename_stage(pipeline: Pipeline, wanted: PipelineStageRenamed) -> list[PipelineEvent]:
    """A stage can take any name that no other stage of the pipeline answers to."""
    stage = _stage(pipeline, wanted.stage)
    if stage.name == wanted.name:
        raise CommandRefused(f"the stage is called '{wanted.name}' already; nothing to rename")
    other = pipeline.stage(wanted.name)
    if other is not None and other.key != stage.key:
        raise CommandRefused(f"another stage answers to '{wanted.name}'; choose another name")
    return [wanted.model_copy(update={"stage": stage.key})]


def reorder_stages(pipeline: Pipeline, wanted: PipelineStagesReordered) -> list[PipelineEvent]:
    """Stages can stand in any order; those not named keep theirs behind the named ones."""
    stages = [_stage(pipeline, label) for label in wanted.order]
    for stage in stages:
        if stage.dropped:
            raise CommandRefused(f"a later definition left out the stage '{stage.name}': leave it out of the order")
    keys = [stage.key for stage in stages]
    if len(set(keys)) < len(keys):
        raise CommandRefused("a stage stands twice in the order; name each once")
    # All stages are named, so that the order is the whole order, whatever was said of it before.
    whole = wanted.model_copy(update={"order": [*keys, *(key for key in pipeline.keys if key not in keys)]})
    if evolve(pipeline, whole).keys == pipeline.keys:
        raise CommandRefused("the stages stand in that order already, retired ones behind the others")
    return [whole]


def retire_stage(pipeline: Pipeline, wanted: PipelineStageRetired) -> list[PipelineEvent]:
    """A stage can be retired as long as another open one stays for deals to begin in."""
    stage = _stage(pipeline, wanted.stage)
    if stage.retired:
        raise CommandRefused(f"the stage '{stage.name}' is retired already; nothing to do")
    _refuse_if_last_open(pipeline, stage)
    return [wanted.model_copy(update={"stage": stage.key})]


def _refuse_unless_defined(pipeline: Pipeline) -> None:
    if not pipeline.stages:
        raise CommandRefused("the pipeline is not defined; define it first with define-pipeline")


def _refuse_if_last_open(pipeline: Pipeline, stage: PipelineStage) -> None:
    if not any(s.kind == "open" and s.key != stage.key for s in pipeline.live):
        raise CommandRefused(f"'{stage.name}' is the only open stage; add another with add-stage first")


def _stage(pipeline: Pipeline, label: str) -> PipelineStage:
    _refuse_unless_defined(pipeline)
    stage = pipeline.stage(label)
    if stage is None:
        raise CommandRefused(
            f"'{label}' is not a stage of the pipeline; it has {', '.join(s.name for s in pipeline.stages)}"
        )
    return stage
