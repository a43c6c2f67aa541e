"""What is allowed with a task: one function per decision.

Each takes what we know and the fact that is asked for, and returns the facts that follow, or refuses with what to do
instead.
"""

from domain.shared.errors import CommandRefused
from domain.tasks.events import (
    TaskAssigned,
    TaskCancelled,
    TaskCompleted,
    TaskPlanned,
    TaskReopened,
    TaskRescheduled,
)
from domain.tasks.state import Task, TaskEvent


def plan(task: Task, wanted: TaskPlanned) -> list[TaskEvent]:
    """A task is planned once, and says what is to be done."""
    if task.planned:
        raise CommandRefused("the task is planned already; change it with reschedule-task and assign-task")
    if not (wanted.subject_line or "").strip():
        raise CommandRefused("say what is to be done with --subject-line")
    _refuse_due_twice(wanted)
    return [wanted]


def reschedule(task: Task, wanted: TaskRescheduled) -> list[TaskEvent]:
    """An open task can be due at another time, or at none."""
    _refuse_unless_open(task)
    _refuse_due_twice(wanted)
    if (task.due_on, task.due_at, task.remind_at) == (wanted.due_on, wanted.due_at, wanted.remind_at):
        raise CommandRefused("the task is due then already; nothing to change")
    return [wanted]


def assign(task: Task, wanted: TaskAssigned) -> list[TaskEvent]:
    """An open task can go to another agent."""
    _refuse_unless_open(task)
    if task.owner == wanted.owner:
        raise CommandRefused(f"{wanted.owner} has the task already; nothing to assign")
    return [wanted]


def complete(task: Task, wanted: TaskCompleted) -> list[TaskEvent]:
    """An open task can be completed."""
    _refuse_unless_open(task)
    return [wanted]


def cancel(task: Task, wanted: TaskCancelled) -> list[TaskEvent]:
    """An open task can be cancelled."""
    _refuse_unless_open(task)
    return [wanted]


def reopen(task: Task, wanted: TaskReopened) -> list[TaskEvent]:
    """A task that is completed or cancelled can be reopened."""
    _refuse_unless_known(task)
    if task.status == "open":
        raise CommandRefused("the task is open; there is nothing to reopen")
    return [wanted]


def _refuse_unless_known(task: Task) -> None:
    if not task.known:
        raise CommandRefused("the task is not known; plan it first with plan-task")


def _refuse_unless_open(task: Task) -> None:
    _refuse_unless_known(task)
    if task.status != "open":
        raise CommandRefused(f"the task is {task.status}; reopen it first with reopen-task")


def _refuse_due_twice(wanted: TaskPlanned | TaskRescheduled) -> None:
    if wanted.due_on is not None and wanted.due_at is not None:
        raise CommandRefused("a task is due on a day or at a time; give --due-on or --due-at, not both")
