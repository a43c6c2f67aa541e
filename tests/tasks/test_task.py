"""Given what was told of tasks, each has a row: who is to do it, when, and whether it is done."""

from datetime import date
from typing import Any

from domain.agents.events import AgentJoined
from domain.tasks.events import TaskAssigned, TaskCancelled, TaskCompleted, TaskPlanned, TaskReopened, TaskRescheduled
from tests.properties.given import Given, at, event, id_of

MODELS = ("task",)
TASK, ANN = "task:crm:7", "contact:crm:ann"


def planned(hour: float = 1, **said: Any) -> Any:
    whole = {"owner": "Kim", "due_on": "2025-03-07", "priority": "high", "contacts": [ANN], **said}
    return event(TASK, TaskPlanned.model_validate(whole), hour)


def test_a_task_is_what_was_planned_until_it_changes(given: Given) -> None:
    shown = given(
        event("agent:crm:lee", AgentJoined(name="Lee", team="North"), 0),
        planned(1),
        event(TASK, TaskAssigned(owner="Lee"), 2),
        event(TASK, TaskRescheduled(due_at=at(90)), 3),
    )

    assert shown.rows("task", "status", "owner", "team", "priority", "due_on", "due_at", "planned_at", "events") == [
        ("open", "Lee", "North", "high", None, at(90), at(1), 3)
    ]
    assert shown.rows("task", "contact_id") == [(id_of(ANN),)]


def test_a_task_that_is_done_says_when_and_what_came_of_it(given: Given) -> None:
    shown = given(planned(1), event(TASK, TaskCompleted(outcome="offer sent"), 5))

    columns = ("status", "completed_at", "outcome", "cancelled_at", "due_on")
    assert shown.rows("task", *columns) == [("completed", at(5), "offer sent", None, date(2025, 3, 7))]


def test_a_task_that_is_reopened_is_not_done(given: Given) -> None:
    shown = given(planned(1), event(TASK, TaskCompleted(outcome="done"), 2), event(TASK, TaskReopened(), 3))
    assert shown.rows("task", "status", "completed_at", "outcome") == [("open", None, None)]

    shown = given(planned(1), event(TASK, TaskCancelled(reason="no time"), 2))
    assert shown.rows("task", "status", "cancelled_at") == [("cancelled", at(2))]
