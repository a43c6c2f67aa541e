"""How the events of a task change it, in any order, and which of them contradict."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deals.events import DealWon
from domain.shared.event import Event
from domain.tasks.events import (
    TaskAssigned,
    TaskCancelled,
    TaskCompleted,
    TaskPlanned,
    TaskReopened,
    TaskRescheduled,
)
from domain.tasks.state import UNKNOWN, Task, TaskEvent, TaskStatus, contradictions, evolve, fold, judge
from tests.commands.given import happened

FRIDAY, NOON = date(2025, 3, 7), datetime(2025, 3, 7, 12, tzinfo=UTC)
PLANNED = TaskPlanned(subject_line="Call Ada", due_on=FRIDAY, owner="Kim", priority="high")
DONE, CANCELLED, REOPENED = TaskCompleted(outcome="reached"), TaskCancelled(), TaskReopened()
TO_LEE, AT_NOON = TaskAssigned(owner="Lee"), TaskRescheduled(due_at=NOON, remind_at=NOON)


def task(*facts: Event) -> Task:
    return fold(happened("task:crm:1", *facts))


def test_a_task_exists_and_is_open_from_its_first_event_of_any_type() -> None:
    found = task(TO_LEE)

    assert (found.known, found.planned, found.status, found.owner, found.events) == (True, False, "open", "Lee", 1)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ((PLANNED, TO_LEE, AT_NOON), "open"),
        ((PLANNED, DONE), "completed"),
        ((PLANNED, DONE, CANCELLED), "completed"),
        ((CANCELLED, DONE), "cancelled"),
        ((CANCELLED, PLANNED), "cancelled"),
        ((PLANNED, DONE, REOPENED), "open"),
        ((PLANNED, DONE, REOPENED, CANCELLED), "cancelled"),
        ((REOPENED, DONE), "completed"),
    ],
)
def test_the_status_follows_the_events(facts: tuple[TaskEvent, ...], status: TaskStatus) -> None:
    assert task(*facts).status == status


def test_a_task_is_due_when_it_was_last_said_to_be_and_held_by_whom_it_was_last_given_to() -> None:
    assert (task(PLANNED).due_on, task(PLANNED).due_at, task(PLANNED).owner) == (FRIDAY, None, "Kim")
    moved = task(PLANNED, AT_NOON, TO_LEE)
    assert (moved.due_on, moved.due_at, moved.remind_at, moved.owner) == (None, NOON, NOON, "Lee")
    assert task(PLANNED, TaskRescheduled()).due_on is None
    assert task(TO_LEE, TaskPlanned()).owner == "Lee"


def test_who_did_a_task_stays_whatever_is_said_later() -> None:
    assert task(PLANNED, DONE, TO_LEE, AT_NOON) == replace(task(PLANNED, DONE), events=4)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((PLANNED, PLANNED), ["already_planned"]),
        ((PLANNED, DONE, PLANNED), ["already_planned"]),
        ((DONE, PLANNED), []),
        ((DONE, DONE, CANCELLED, TO_LEE, AT_NOON), ["completed"] * 4),
        ((CANCELLED, DONE, CANCELLED), ["cancelled"] * 2),
        ((REOPENED, DONE, REOPENED, REOPENED), ["open"] * 2),
    ],
)
def test_facts_in_the_wrong_state_contradict(facts: tuple[TaskEvent, ...], expected: list[str]) -> None:
    assert [reason for _, reason in contradictions(happened("task:crm:1", *facts))] == expected


def test_events_of_other_things_change_nothing() -> None:
    assert task(DealWon()) == UNKNOWN


@given(st.lists(st.sampled_from([PLANNED, DONE, CANCELLED, REOPENED, TO_LEE, AT_NOON]), max_size=12))
def test_what_contradicts_changes_nothing_but_the_count(facts: list[TaskEvent]) -> None:
    known = UNKNOWN
    for envelope in happened("task:crm:1", *facts):
        after = evolve(known, envelope)
        if judge(known, envelope):
            assert after == replace(known, events=known.events + 1)
        known = after
