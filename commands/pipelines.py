"""Commands about pipelines and their stages."""

from collections.abc import Callable, Sequence

from pydantic import Field

from commands.case import Case, Handler
from commands.command import C, PipelineCommand
from domain.pipelines import decider, events
from domain.pipelines.state import Pipeline, PipelineEvent, fold
from domain.shared.fields import Name, Probability


class DefinePipeline(PipelineCommand, events.PipelineDefined):
    """Define a pipeline with its stages, first to last."""


class AddStage(PipelineCommand, events.PipelineStageAdded):
    """Add a stage at the end of a pipeline, or bring a retired one back."""


class ChangeStage(PipelineCommand):
    """Change a stage's probability or kind."""

    stage: Name = Field(description="the stage, by any of its names")
    kind: events.StageKind | None = Field(None, description="what being here means for a deal from now on")
    probability: Probability | None = Field(None, description="chance that a deal in this stage is won, 0 to 1")


class RenameStage(PipelineCommand, events.PipelineStageRenamed):
    """Give a stage another name; it still answers to the old."""


class ReorderStages(PipelineCommand, events.PipelineStagesReordered):
    """Put a pipeline's stages in another order."""


class RetireStage(PipelineCommand, events.PipelineStageRetired):
    """Retire a stage: no deal goes there any more."""


def on_pipeline(command: type[C], decide: Callable[[Pipeline, C], Sequence[PipelineEvent]]) -> Handler:
    """A command about one pipeline as it stands at the command's time."""
    return Handler(command, lambda wanted, case: decide(fold(case.past), wanted.asked()))


def change_stage(command: ChangeStage, case: Case) -> Sequence[PipelineEvent]:
    """State a stage anew, with what the command gives."""
    return decider.change_stage(fold(case.past), command.stage, command.kind, command.probability)
