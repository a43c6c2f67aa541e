"""What decisions need to know about a task, and how each event changes it: the rules the tables follow too.

The events of a task are taken in the models' order. A task exists, and is open, from its first event of any type. An
event in the wrong state is a contradiction, which changes nothing but the count of events: who held a task when it was
done, and when it was due then, stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, assert_never

from domain.shared.envelope import Envelope
from domain.tasks.events import (
    TaskAssigned,
    TaskCancelled,
    TaskCompleted,
    TaskPlanned,
    TaskPriority,
    TaskReopened,
    TaskRescheduled,
)

TaskEvent = TaskPlanned | TaskRescheduled | TaskAssigned | TaskCompleted | TaskCancelled | TaskReopened
TaskStatus = Literal["open", "completed", "cancelled"]
TaskContradiction = Literal["already_planned", "open", "completed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it stands. `planned` says that somebody said what is to be done; times are in UTC."""

    events: int = 0
    planned: bool = False
    status: TaskStatus = "open"
    owner: str | None = None
    priority: TaskPriority | None = None
    due_on: date | None = None
    due_at: datetime | None = None
    remind_at: datetime | None = None

    @property
    def known(self) -> bool:
        """Whether anything was ever said about the task."""
        return self.events > 0


UNKNOWN = Task()


def judge(task: Task, envelope: Envelope) -> TaskContradiction | None:
    """Why an event contradicts what we know of the task, or None."""
    return _judge(task, envelope.data) if isinstance(envelope.data, TaskEvent) else None


def evolve(task: Task, envelope: Envelope) -> Task:
    """The task after an event. An event of another thing changes nothing."""
    event = envelope.data
    if not isinstance(event, TaskEvent):
        return task
    counted = replace(task, events=task.events + 1)
    return counted if _judge(task, event) else _apply(counted, event)


def fold(envelopes: Iterable[Envelope]) -> Task:
    """The task after all its events, given in the models' order."""
    task = UNKNOWN
    for envelope in envelopes:
        task = evolve(task, envelope)
    return task


def contradictions(envelopes: Iterable[Envelope]) -> list[tuple[Envelope, str]]:
    """The events of a task, given in the models' order, that contradict those before them, each with the reason."""
    found, task = list[tuple[Envelope, str]](), UNKNOWN
    for envelope in envelopes:
        reason = judge(task, envelope)
        if reason:
            found.append((envelope, reason))
        task = evolve(task, envelope)
    return found


def _judge(task: Task, event: TaskEvent) -> TaskContradiction | None:
    match event:
        case TaskPlanned():
            return "already_planned" if task.planned else None
        case TaskRescheduled() | TaskAssigned() | TaskCompleted() | TaskCancelled():
            return None if task.status == "open" else task.status
        case TaskReopened():
            return "open" if task.status == "open" else None
        case _:
            assert_never(event)


def _apply(task: Task, event: TaskEvent) -> Task:
    match event:
        case TaskPlanned():
            owner = event.owner or task.owner
            return replace(_due(task, event), planned=True, owner=owner, priority=event.priority)
        case TaskRescheduled():
            return _due(task, event)
        case TaskAssigned():
            return replace(task, owner=event.owner)
        case TaskCompleted():
            return replace(task, status="completed")
        case TaskCancelled():
            return replace(task, status="cancelled")
        case TaskReopened():
            return replace(task, status="open")
        case _:
            assert_never(event)


def _due(task: Task, event: TaskPlanned | TaskRescheduled) -> Task:
    """When the task is due is said as a whole: without a day or time, at none that we know."""
    return replace(task, due_on=event.due_on, due_at=event.due_at, remind_at=event.remind_at)
