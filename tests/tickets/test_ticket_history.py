"""A ticket's history: one row per event with the ticket's state after it, however the events came in."""

from itertools import permutations

import pytest

from domain.agents.events import AgentJoined, AgentMoved
from domain.shared.event import Event
from domain.tickets.events import (
    TicketAgentReplied,
    TicketAssigned,
    TicketClosed,
    TicketCustomerReplied,
    TicketEscalated,
    TicketOpened,
    TicketPriorityChanged,
    TicketPutOnHold,
    TicketRated,
    TicketReopened,
    TicketResolved,
    TicketStepRecorded,
)
from tests.properties.given import UNKNOWN, Given, at, event, id_of

MODELS = ("ticket_history",)
TICKET = "ticket:crm:1"
STEPS: dict[str, Event] = {
    "opened": TicketOpened(),
    "hold": TicketPutOnHold(),
    "customer": TicketCustomerReplied(),
    "agent": TicketAgentReplied(),
    "resolved": TicketResolved(),
    "closed": TicketClosed(),
    "reopened": TicketReopened(),
    "rated": TicketRated(score=3),
}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("opened hold customer resolved closed", "open on_hold open resolved closed"),
        ("opened resolved reopened", "open resolved open"),
        ("opened closed reopened resolved", "open closed open resolved"),
        ("hold customer customer", "on_hold open open"),
        ("resolved customer agent rated", "resolved resolved resolved resolved"),
        ("hold hold agent", "on_hold on_hold on_hold"),
        ("hold resolved reopened", "on_hold resolved open"),
        ("resolved closed", "resolved closed"),
    ],
)
def test_each_event_leaves_the_ticket_in_a_status(given: Given, steps: str, expected: str) -> None:
    shown = given(*(event(TICKET, STEPS[step], hour) for hour, step in enumerate(steps.split())))
    assert shown.rows("ticket_history", "n", "status", "contradiction") == [
        (n, status, None) for n, status in enumerate(expected.split(), start=1)
    ]


@pytest.mark.parametrize(
    ("steps", "status", "reason"),
    [
        ("opened opened", "open", "already_opened"),
        ("customer reopened", "open", "open"),
        ("hold reopened", "on_hold", "open"),
        ("resolved resolved", "resolved", "resolved"),
        ("resolved hold", "resolved", "resolved"),
        ("closed resolved", "closed", "closed"),
        ("closed hold", "closed", "closed"),
        ("closed closed", "closed", "closed"),
        ("resolved hold reopened hold reopened", "on_hold", "open"),
        ("closed resolved reopened closed hold", "closed", "closed"),
    ],
)
def test_a_fact_in_the_wrong_state_is_a_contradiction_and_changes_nothing(
    given: Given, steps: str, status: str, reason: str
) -> None:
    shown = given(*(event(TICKET, STEPS[step], hour) for hour, step in enumerate(steps.split())))
    last = len(steps.split())
    assert shown.rows("ticket_history", "status", "contradiction", "changed", n=last) == [(status, reason, False)]


def test_a_reopening_that_was_needless_does_not_end_the_hold(given: Given) -> None:
    shown = given(*(event(TICKET, STEPS[s], n) for n, s in enumerate(["hold", "reopened", "customer", "reopened"])))
    assert shown.rows("ticket_history", "n", "status") == [(1, "on_hold"), (2, "on_hold"), (3, "open"), (4, "open")]


def test_a_contradiction_keeps_its_label_and_changes_no_owner(given: Given) -> None:
    shown = given(
        event(TICKET, TicketClosed(owner="Ann"), 1), event(TICKET, TicketResolved(label="Solved", owner="Bob"), 2)
    )
    assert shown.rows("ticket_history", "owner", "label", n=2) == [("Ann", "Solved")]


def test_a_second_opening_is_ignored_with_all_it_says(given: Given) -> None:
    shown = given(
        event(TICKET, TicketOpened(channel="email", priority="low", contacts=["contact:crm:a"], owner="Ann"), 1),
        event(TICKET, TicketOpened(channel="phone", priority="high", contacts=["contact:crm:b"], owner="Bob"), 2),
    )
    columns = ("channel", "priority", "contact_id", "owner", "contradiction")
    assert shown.rows("ticket_history", *columns, n=2) == [
        ("email", "low", id_of("contact:crm:a"), "Ann", "already_opened")
    ]


def test_the_opening_says_who_asks_and_how_from_its_place_on(given: Given) -> None:
    shown = given(
        event(TICKET, TicketCustomerReplied(contacts=["contact:crm:b"]), 1),
        event(TICKET, TicketOpened(channel="chat", contacts=["contact:crm:a"], account="account:crm:x"), 2),
        event(TICKET, TicketEscalated(to="second level"), 3),
    )
    opening = ("chat", id_of("contact:crm:a"), id_of("account:crm:x"))
    assert shown.rows("ticket_history", "n", "is_opening", "channel", "contact_id", "account_id") == [
        (1, False, None, None, None),
        (2, True, *opening),
        (3, False, *opening),
    ]


def test_owner_and_priority_hold_until_something_else_is_said(given: Given) -> None:
    shown = given(
        event(TICKET, TicketAssigned(owner="Ann"), 1),
        event(TICKET, TicketPriorityChanged(priority="high"), 2),
        event(TICKET, TicketOpened(), 3),
        event(TICKET, TicketStepRecorded(label="Moved", owner="Bob"), 4),
    )
    assert shown.rows("ticket_history", "n", "owner", "priority") == [
        (1, "Ann", None),
        (2, "Ann", "high"),
        (3, "Ann", "high"),
        (4, "Bob", "high"),
    ]


def test_the_team_is_the_one_the_owner_was_in_then(given: Given) -> None:
    shown = given(
        event(TICKET, TicketAssigned(owner="Ann"), 1),
        event(TICKET, TicketResolved(), 5),
        event(TICKET, TicketAssigned(owner="Nobody we know"), 6),
        event("agent:crm:ann", AgentJoined(name="Ann", team="First"), 0),
        event("agent:crm:ann", AgentMoved(team="Second"), 5),  # from that very moment on
    )
    assert shown.rows("ticket_history", "n", "team") == [(1, "First"), (2, "Second"), (3, None)]


def test_the_senders_order_decides_between_equal_times_and_no_order_is_last(given: Given) -> None:
    steps = [
        event(TICKET, TicketReopened(), 1, sequence=3),
        event(TICKET, TicketStepRecorded(label="x"), 1),
        event(TICKET, TicketClosed(), 1, sequence=2),
    ]
    for order in permutations(steps):
        assert given(*order).rows("ticket_history", "n", "action", "status") == [
            (1, "closed", "closed"),
            (2, "reopened", "open"),
            (3, "step_recorded", "open"),
        ]


def test_a_late_event_is_judged_in_its_place_and_the_others_anew(given: Given) -> None:
    closed, resolved = event(TICKET, TicketClosed(), 2), event(TICKET, TicketResolved(), 3)
    assert given(closed, resolved).rows("ticket_history", "action", contradiction="closed") == [("resolved",)]
    late = event(TICKET, TicketResolved(), 1)
    reopened = event(TICKET, TicketReopened(), 2.5)
    shown = given(closed, resolved, late, reopened)
    assert shown.rows("ticket_history", "n", "status", "contradiction") == [
        (1, "resolved", None),
        (2, "closed", None),
        (3, "open", None),
        (4, "resolved", None),
    ]


def test_the_same_fact_sent_again_is_one_row(given: Given) -> None:
    opened = event(TICKET, TicketOpened(), 1)
    assert given(opened, event(TICKET, TicketClosed(), 2), opened).rows("ticket_history", "n") == [(1,), (2,)]


def test_time_since_the_opening_rests_on_known_times_in_that_order(given: Given) -> None:
    shown = given(
        event(TICKET, TicketStepRecorded(label="before"), 0),
        event(TICKET, TicketOpened(), 1),
        event(TICKET, TicketAgentReplied(), 2, **UNKNOWN),
        event(TICKET, TicketAgentReplied(), 3.5),
    )
    assert shown.rows("ticket_history", "n", "opened_at", "seconds_since_opening", "is_first_response") == [
        (1, at(1), None, False),
        (2, at(1), 0, False),
        (3, at(1), None, True),
        (4, at(1), 9000, False),
    ]


def test_two_tenants_with_the_same_keys_never_meet(given: Given) -> None:
    shown = given(
        event(TICKET, TicketClosed(owner="Ann"), 1),
        event(TICKET, TicketReopened(), 2, tenant="other"),
        event("agent:crm:ann", AgentJoined(name="Ann", team="Theirs"), 0, tenant="other"),
    )
    assert shown.rows("ticket_history", "tenant", "n", "status", "team") == [
        ("main", 1, "closed", None),
        ("other", 1, "open", None),
    ]
