"""A task's history: one row per event with the task's state after it, however the events came in."""

from datetime import date

import pytest

from domain.shared.event import Event
from domain.tasks.events import (
    TaskAssigned,
    TaskCancelled,
    TaskCompleted,
    TaskPlanned,
    TaskReopened,
    TaskRescheduled,
)
from tests.properties.given import Given, at, event

MODELS = ("task_history", "contradiction")
TASK = "task:crm:1"
FRIDAY = date(2025, 3, 7)
STEPS: dict[str, Event] = {
    "planned": TaskPlanned(due_on=FRIDAY, owner="Kim"),
    "rescheduled": TaskRescheduled(due_at=at(50), remind_at=at(49)),
    "assigned": TaskAssigned(owner="Lee"),
    "completed": TaskCompleted(),
    "cancelled": TaskCancelled(),
    "reopened": TaskReopened(),
}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("planned assigned rescheduled completed", "open open open completed"),
        ("completed planned", "completed completed"),
        ("planned cancelled reopened completed reopened", "open cancelled open completed open"),
        ("cancelled reopened cancelled", "cancelled open cancelled"),
    ],
)
def test_each_event_leaves_the_task_in_a_status(given: Given, steps: str, expected: str) -> None:
    shown = given(*(event(TASK, STEPS[step], hour) for hour, step in enumerate(steps.split())))
    assert shown.rows("task_history", "n", "status", "contradiction") == [
        (n, status, None) for n, status in enumerate(expected.split(), start=1)
    ]


@pytest.mark.parametrize(
    ("steps", "status", "reason"),
    [
        ("planned planned", "open", "already_planned"),
        ("planned completed planned", "completed", "already_planned"),
        ("planned reopened", "open", "open"),
        ("completed reopened reopened", "open", "open"),
        ("completed completed", "completed", "completed"),
        ("completed cancelled", "completed", "completed"),
        ("completed assigned", "completed", "completed"),
        ("cancelled rescheduled", "cancelled", "cancelled"),
        ("completed reopened cancelled completed", "cancelled", "cancelled"),
    ],
)
def test_a_fact_in_the_wrong_state_is_a_contradiction_and_changes_nothing(
    given: Given, steps: str, status: str, reason: str
) -> None:
    shown = given(*(event(TASK, STEPS[step], hour) for hour, step in enumerate(steps.split())))
    last = len(steps.split())
    assert shown.rows("task_history", "status", "contradiction", "changed", n=last) == [(status, reason, False)]
    assert (TASK, reason, at(last - 1)) in shown.rows("contradiction", "thing", "reason", "occurred_at")


def test_who_has_a_task_and_when_it_is_due_is_what_was_said_last_while_it_was_open(given: Given) -> None:
    steps = ["planned", "assigned", "rescheduled", "completed", "assigned"]
    shown = given(*(event(TASK, STEPS[step], hour) for hour, step in enumerate(steps)))

    assert shown.rows("task_history", "n", "owner", "due_on", "due_at", "remind_at") == [
        (1, "Kim", FRIDAY, None, None),
        (2, "Lee", FRIDAY, None, None),
        (3, "Lee", None, at(50), at(49)),
        (4, "Lee", None, at(50), at(49)),
        (5, "Lee", None, at(50), at(49)),
    ]


def test_a_task_need_not_be_due_any_more(given: Given) -> None:
    shown = given(event(TASK, STEPS["planned"], 0), event(TASK, TaskRescheduled(), 1))
    assert shown.rows("task_history", "n", "owner", "due_on") == [(1, "Kim", FRIDAY), (2, "Kim", None)]
