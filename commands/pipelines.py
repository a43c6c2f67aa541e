"""Commands about pipelines and their stages."""

from collections.abc import Callable, Sequence

from commands.case import Handler
from commands.command import C, PipelineCommand
from domain.pipelines import events
from domain.pipelines.state import Pipeline, PipelineEvent, fold


class DefinePipeline(PipelineCommand, events.PipelineDefined):
    """Define a pipeline with its stages, first to last."""


class AddStage(PipelineCommand, events.PipelineStageAdded):
    """Add a stage at the end of a pipeline, or bring a retired one back."""


class RenameStage(PipelineCommand, events.PipelineStageRenamed):
    """Give a stage another name; it still answers to the old."""


class ReorderStages(PipelineCommand, events.PipelineStagesReordered):
    """Put a pipeline's stages in another order."""


class RetireStage(PipelineCommand, events.PipelineStageRetired):
    """Retire a stage: no deal goes there any more."""


def on_pipeline(command: type[C], decide: Callable[[Pipeline, C], Sequence[PipelineEvent]]) -> Handler:
    """A command about one pipeline as it stands at the command's time."""
    return Handler(command, lambda wanted, case: decide(fold(case.past), wanted.asked()))
