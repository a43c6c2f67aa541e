"""A meeting's history: one row per event with the meeting's state after it, however the events came in."""

from itertools import permutations

import pytest

from domain.meetings.events import MeetingCancelled, MeetingHeld, MeetingMoved, MeetingScheduled
from domain.shared.event import Event
from tests.properties.given import UNKNOWN, Given, at, event

MODELS = ("meeting_history", "contradiction")
MEETING = "meeting:crm:1"
STEPS: dict[str, Event] = {
    "scheduled": MeetingScheduled(starts_at=at(100), ends_at=at(101)),
    "moved": MeetingMoved(starts_at=at(200)),
    "held": MeetingHeld(outcome="done"),
    "cancelled": MeetingCancelled(by="them"),
}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("scheduled moved held", "planned planned held"),
        ("moved scheduled cancelled", "planned planned cancelled"),
        ("held scheduled", "held held"),
        ("scheduled cancelled scheduled held", "planned cancelled planned held"),
        ("cancelled scheduled", "cancelled planned"),
    ],
)
def test_each_event_leaves_the_meeting_in_a_status(given: Given, steps: str, expected: str) -> None:
    shown = given(*(event(MEETING, STEPS[step], hour) for hour, step in enumerate(steps.split())))
    assert shown.rows("meeting_history", "n", "status", "contradiction") == [
        (n, status, None) for n, status in enumerate(expected.split(), start=1)
    ]
    assert shown.rows("contradiction", "reason") == []


@pytest.mark.parametrize(
    ("steps", "status", "reason"),
    [
        ("scheduled scheduled", "planned", "already_scheduled"),
        ("scheduled held scheduled", "held", "already_scheduled"),
        ("scheduled cancelled scheduled scheduled", "planned", "already_scheduled"),
        ("held held", "held", "held"),
        ("held cancelled", "held", "held"),
        ("held moved", "held", "held"),
        ("cancelled held", "cancelled", "cancelled"),
        ("scheduled cancelled moved", "cancelled", "cancelled"),
    ],
)
def test_a_fact_in_the_wrong_state_is_a_contradiction_and_changes_nothing(
    given: Given, steps: str, status: str, reason: str
) -> None:
    shown = given(*(event(MEETING, STEPS[step], hour) for hour, step in enumerate(steps.split())))
    last = len(steps.split())
    assert shown.rows("meeting_history", "status", "contradiction", "changed", n=last) == [(status, reason, False)]
    assert shown.rows("contradiction", "thing", "reason", "occurred_at") == [(MEETING, reason, at(last - 1))]


def test_a_meeting_is_when_it_was_last_said_to_be(given: Given) -> None:
    steps = ["scheduled", "moved", "cancelled", "moved", "scheduled"]
    shown = given(*(event(MEETING, STEPS[step], hour) for hour, step in enumerate(steps)))

    assert shown.rows("meeting_history", "n", "starts_at", "ends_at") == [
        (1, at(100), at(101)), (2, at(200), None), (3, at(200), None), (4, at(200), None), (5, at(100), at(101)),
    ]  # fmt: skip


def test_the_order_in_which_events_came_in_makes_no_difference(given: Given) -> None:
    told = [event(MEETING, STEPS[step], hour) for hour, step in enumerate(("scheduled", "moved", "held", "cancelled"))]
    rows = {str(given(*order).rows("meeting_history", "n", "status", "starts_at")) for order in permutations(told)}
    assert len(rows) == 1


def test_an_event_whose_time_is_not_known_keeps_its_place_and_has_no_day(given: Given) -> None:
    shown = given(event(MEETING, STEPS["held"], 1, **UNKNOWN), event(MEETING, STEPS["scheduled"], 0))
    assert shown.rows("meeting_history", "n", "action", "occurred_on") == [
        (1, "scheduled", at(0).date()), (2, "held", None),
    ]  # fmt: skip
