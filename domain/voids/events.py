"""What is taken back, and that it was: nothing is ever edited or deleted. **Format**.

These come from `rapport void` alone. Positions are those of the log that they stand in.
"""

from typing import Annotated, Literal

from pydantic import Field

from domain.shared.event import Event
from domain.shared.fields import Name

Position = Annotated[int, Field(ge=1, le=2**63 - 1)]
Range = tuple[Position, Position]


class VoidMade(Event):
    """Events are taken back: everything stands as though they had not happened, and the log shows both."""

    reason: Name = Field(description="why, in a sentence; business data, so no personal words")
    of: Literal["event", "import", "correlation"] = Field(description="by what the events were named")
    what: Name = Field(description="the event's id in tables, the import's id, or the correlation id")
    events: int = Field(ge=1, description="how many events are taken back")
    takes: list[Range] = Field(
        min_length=1, description="their positions in the log, as ranges with both ends, in order: [[1, 18112]]"
    )


class VoidUndone(Event):
    """A void is taken back itself: the events that it took stand again."""

    reason: Name = Field(description="why, in a sentence; business data, so no personal words")


class VoidMarked(Event):
    """An event of this thing was taken back or brought back: what was decided before has to be decided anew."""

    void: Name = Field(description="the void's id in tables")
