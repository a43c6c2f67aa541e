"""What is allowed with a task."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.tasks import decider
from domain.tasks.events import (
    TaskAssigned,
    TaskCancelled,
    TaskCompleted,
    TaskPlanned,
    TaskReopened,
    TaskRescheduled,
)
from domain.tasks.state import UNKNOWN, Task, TaskEvent, fold
from tests.commands.given import happened, refused


def task(*facts: TaskEvent) -> Task:
    return fold(happened("task:crm:1", *facts))


FRIDAY, NOON = date(2025, 3, 7), datetime(2025, 3, 7, 12, tzinfo=UTC)
PLANNED = TaskPlanned(subject_line="Call Ada", due_on=FRIDAY, owner="Kim")
OPEN = task(PLANNED)
COMPLETED, CANCELLED = task(PLANNED, TaskCompleted()), task(PLANNED, TaskCancelled())


@pytest.mark.parametrize("given", [UNKNOWN, task(TaskAssigned(owner="Kim")), task(TaskCompleted())])
def test_a_task_is_planned_once_even_if_other_events_of_it_came_first(given: Task) -> None:
    assert decider.plan(given, PLANNED) == [PLANNED]


def test_a_task_is_not_planned_twice() -> None:
    with refused("planned already; change it with reschedule-task and assign-task"):
        decider.plan(OPEN, PLANNED)


def test_a_task_says_what_is_to_be_done() -> None:
    for nothing in (TaskPlanned(), TaskPlanned(subject_line=" ")):
        with refused("say what is to be done with --subject-line"):
            decider.plan(UNKNOWN, nothing)


def test_a_task_is_due_on_a_day_or_at_a_time() -> None:
    because = "give --due-on or --due-at, not both"
    with refused(because):
        decider.plan(UNKNOWN, TaskPlanned(subject_line="x", due_on=FRIDAY, due_at=NOON))
    with refused(because):
        decider.reschedule(OPEN, TaskRescheduled(due_on=FRIDAY, due_at=NOON))


@pytest.mark.parametrize(
    ("decide", "wanted"),
    [
        (decider.reschedule, TaskRescheduled(due_at=NOON)),
        (decider.reschedule, TaskRescheduled()),
        (decider.assign, TaskAssigned(owner="Lee")),
        (decider.complete, TaskCompleted(outcome="reached")),
        (decider.cancel, TaskCancelled()),
    ],
)
def test_what_is_asked_for_happens_to_an_open_task_alone(
    decide: Callable[[Task, Any], list[TaskEvent]], wanted: TaskEvent
) -> None:
    assert decide(OPEN, wanted) == [wanted]
    with refused("not known; plan it first with plan-task"):
        decide(UNKNOWN, wanted)
    with refused("the task is completed; reopen it first with reopen-task"):
        decide(COMPLETED, wanted)
    with refused("the task is cancelled; reopen it first with reopen-task"):
        decide(CANCELLED, wanted)


@pytest.mark.parametrize(
    ("decide", "wanted", "because"),
    [
        (decider.reschedule, TaskRescheduled(due_on=FRIDAY), "due then already"),
        (decider.assign, TaskAssigned(owner="Kim"), "Kim has the task already"),
    ],
)
def test_what_is_so_already_is_not_asked_for(
    decide: Callable[[Task, Any], list[TaskEvent]], wanted: TaskEvent, because: str
) -> None:
    with refused(because):
        decide(OPEN, wanted)


def test_a_task_that_is_done_or_cancelled_can_be_reopened() -> None:
    for given in (COMPLETED, CANCELLED):
        assert decider.reopen(given, TaskReopened()) == [TaskReopened()]
    with refused("the task is open; there is nothing to reopen"):
        decider.reopen(OPEN, TaskReopened())
    with refused("not known"):
        decider.reopen(UNKNOWN, TaskReopened())
