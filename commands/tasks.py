"""Commands about tasks."""

from collections.abc import Callable, Sequence

from commands.case import Case, Handler
from commands.command import C, NewTask, TaskCommand
from domain.tasks import events
from domain.tasks.state import Task, TaskEvent, contradictions, fold


class PlanTask(NewTask, events.TaskPlanned):
    """Plan a task: something is to be done."""


class RescheduleTask(TaskCommand, events.TaskRescheduled):
    """Change when a task is due; without --due-on and --due-at, at none we know."""


class AssignTask(TaskCommand, events.TaskAssigned):
    """Give a task to another agent."""


class CompleteTask(TaskCommand, events.TaskCompleted):
    """Complete a task: it is done."""


class CancelTask(TaskCommand, events.TaskCancelled):
    """Cancel a task: it need not be done any more."""


class ReopenTask(TaskCommand, events.TaskReopened):
    """Reopen a task that is completed or cancelled."""


def on_task(command: type[C], decide: Callable[[Task, C], Sequence[TaskEvent]]) -> Handler:
    """A command about one task as it stands at the command's time."""

    def handle(wanted: C, case: Case) -> Sequence[TaskEvent]:
        facts = decide(fold(case.past), wanted.asked())
        case.refuse_if_later_contradicts(facts, contradictions)
        return facts

    return Handler(command, handle)
