"""What can happen to a task: something that one of us is to do.

A task exists from its first event of any type.
"""

from typing import Annotated, Literal

from pydantic import Field

from domain.shared.event import Event
from domain.shared.fields import AccountRef, ContactRef, Day, DealRef, Instant, Name, Personal, Text, TicketRef

PersonalText = Annotated[Text, Personal(of="contacts")]
TaskPriority = Literal["low", "normal", "high", "urgent"]


class _Due(Event):
    """When a task is due: on a day or at a time, or neither."""

    due_on: Day | None = Field(None, description="the day it is due, if no time of that day is meant")
    due_at: Instant | None = Field(None, description="the time it is due; it counts if a day is given too")
    remind_at: Instant | None = Field(None, description="when to remind whoever is to do it")


class TaskPlanned(_Due):
    """Something is to be done."""

    subject_line: PersonalText | None = Field(None, description="what is to be done")
    owner: Name | None = Field(None, description="the agent who is to do it, by name as the source gives it")
    priority: TaskPriority | None = Field(None, description="how urgent it is")
    contacts: list[ContactRef] = Field(default_factory=list, max_length=100, description="the people it concerns")
    account: AccountRef | None = Field(None, description="the account it concerns")
    deal: DealRef | None = Field(None, description="the deal it concerns")
    ticket: TicketRef | None = Field(None, description="the ticket it concerns")


class TaskRescheduled(_Due):
    """The task is due at another time, or (without one) at none we know."""


class TaskAssigned(Event):
    """Another agent is to do the task."""

    owner: Name = Field(description="the agent who is to do it from now on, by name as the source gives it")


class TaskCompleted(Event):
    """The task is done."""

    outcome: Name | None = Field(None, description="what came of it, as a category of the source's")
    text: PersonalText | None = Field(None, description="what came of it, in free words")


class TaskCancelled(Event):
    """The task need not be done any more."""

    reason: Name | None = Field(None, description="why, as a category of the source's; no personal words")


class TaskReopened(Event):
    """The task is to be done after all: it was completed or cancelled too early."""
