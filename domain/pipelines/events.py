"""What can happen to a pipeline: the stages that deals of one sort go through.

A stage has a permanent key, which is the name it was born with; a renamed stage answers to all its names.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.shared.event import Event
from domain.shared.fields import Name, Probability

StageKind = Literal["open", "won", "lost"]


class Stage(BaseModel):
    """A stage of a pipeline."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: Name = Field(description="the stage's key and first name")
    kind: StageKind = Field("open", description="what being here means for a deal: open, won or lost")
    probability: Probability = Field(description="chance that a deal in this stage is won, 0 to 1")


class PipelineDefined(Event):
    """A pipeline exists, with these stages in this order. Defined again, the new stages replace the old."""

    name: Name = Field(description="the pipeline's name")
    stages: list[Stage] = Field(min_length=1, max_length=100, description="the stages, first to last")


class PipelineStageAdded(Event):
    """The pipeline has one more stage at its end; a stage that exists is stated anew."""

    stage: Name = Field(description="the stage's key and first name")
    kind: StageKind = Field("open", description="what being here means for a deal: open, won or lost")
    probability: Probability = Field(description="chance that a deal in this stage is won, 0 to 1")


class PipelineStageRenamed(Event):
    """The stage has another name. Deals that were in it are in it still."""

    stage: Name = Field(description="the stage's key")
    name: Name = Field(description="the name from now on")


class PipelineStagesReordered(Event):
    """The stages stand in another order; stages not named keep their order behind them."""

    order: list[Name] = Field(min_length=1, max_length=100, description="the stages' keys, first to last")


class PipelineStageRetired(Event):
    """No deal goes to this stage any more; those that were there keep their history."""

    stage: Name = Field(description="the stage's key")
