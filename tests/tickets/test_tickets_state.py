"""How the events of a ticket change it, in any order, and which of them contradict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deals.events import DealWon
from domain.shared.envelope import TimePrecision
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
from domain.tickets.state import UNKNOWN, Ticket, TicketEvent, TicketStatus, contradictions, evolve, fold, judge
from tests.commands.given import at, happened

OPENED = TicketOpened(channel="email", priority="normal", owner="Kim", contacts=["contact:crm:ada"])


def ticket(*facts: Event) -> Ticket:
    return fold(happened("ticket:crm:1", *facts))


def test_a_ticket_exists_and_is_open_from_its_first_event_of_any_type() -> None:
    found = ticket(TicketStepRecorded(label="x", owner="Kim"))

    assert (found.known, found.status, found.opened_at, found.owner, found.events) == (True, "open", at(0), "Kim", 1)


def test_its_opening_says_when_it_began_even_if_it_comes_later() -> None:
    found = ticket(TicketAgentReplied(), OPENED)

    assert (found.opened_at, found.channel, found.priority, found.contacts) == (
        at(1),
        "email",
        "normal",
        ("contact:crm:ada",),
    )
    assert found.first_response_at == at(0)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ((TicketPutOnHold(),), "on_hold"),
        ((TicketPutOnHold(), TicketPutOnHold()), "on_hold"),
        ((TicketPutOnHold(), TicketCustomerReplied()), "open"),
        ((TicketPutOnHold(), TicketAgentReplied()), "on_hold"),
        ((TicketResolved(), TicketCustomerReplied()), "resolved"),
        ((TicketPutOnHold(), TicketResolved()), "resolved"),
        ((TicketResolved(), TicketClosed()), "closed"),
        ((TicketClosed(), TicketReopened()), "open"),
        ((TicketClosed(), OPENED), "closed"),
        (
            (
                TicketClosed(),
                TicketEscalated(),
                TicketRated(score=1),
                TicketPriorityChanged(priority="high"),
                TicketAssigned(owner="Kim"),
            ),
            "closed",
        ),
    ],
)
def test_the_status_follows_the_events(facts: tuple[TicketEvent, ...], status: TicketStatus) -> None:
    assert ticket(*facts).status == status


def test_only_the_first_answer_is_the_first_response() -> None:
    assert ticket(OPENED, TicketAgentReplied(), TicketAgentReplied()).first_response_at == at(1)


def test_resolved_and_closed_hold_until_the_ticket_is_reopened() -> None:
    closed = ticket(OPENED, TicketResolved(), TicketClosed())
    reopened = ticket(OPENED, TicketResolved(), TicketClosed(), TicketReopened())

    assert (closed.resolved_at, closed.closed_at) == (at(1), at(2))
    assert (reopened.resolved_at, reopened.closed_at) == (None, None)
    assert ticket(OPENED, TicketClosed()).resolved_at is None


def test_times_that_are_not_known_are_empty() -> None:
    facts = (OPENED, TicketAgentReplied(), TicketResolved(), TicketClosed())
    found = fold(happened("ticket:crm:1", *facts, precision=TimePrecision.UNKNOWN))

    assert (found.opened_at, found.first_response_at, found.resolved_at, found.closed_at) == (None,) * 4


def test_a_contradiction_leaves_the_owner() -> None:
    assert ticket(OPENED, TicketReopened(owner="Robin")).owner == "Kim"
    assert ticket(OPENED, TicketEscalated(owner="Robin")).owner == "Robin"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((OPENED, OPENED), ["already_opened"]),
        ((TicketResolved(), TicketResolved(), TicketPutOnHold()), ["resolved", "resolved"]),
        ((TicketClosed(), TicketClosed(), TicketResolved(), TicketPutOnHold()), ["closed"] * 3),
        ((TicketReopened(), TicketPutOnHold(), TicketReopened()), ["open", "open"]),
        ((TicketClosed(), TicketCustomerReplied(), TicketAgentReplied(), TicketRated(score=5)), []),
    ],
)
def test_facts_in_the_wrong_state_contradict(facts: tuple[TicketEvent, ...], expected: list[str]) -> None:
    assert [reason for _, reason in contradictions(happened("ticket:crm:1", *facts))] == expected


def test_events_of_other_things_change_nothing() -> None:
    assert ticket(DealWon()) == UNKNOWN


owners = st.sampled_from(["Kim", "Robin", None])
ticket_events: st.SearchStrategy[TicketEvent] = st.one_of(
    st.builds(TicketOpened, owner=owners, priority=st.sampled_from(["low", None])),
    st.builds(TicketAssigned, owner=st.sampled_from(["Kim", "Robin"])),
    st.builds(TicketPriorityChanged, owner=owners, priority=st.sampled_from(["low", "high"])),
    st.builds(TicketRated, owner=owners, score=st.integers(1, 5)),
    st.builds(TicketStepRecorded, owner=owners, label=st.just("step")),
    *(
        st.builds(plain, owner=owners)
        for plain in (
            TicketCustomerReplied,
            TicketAgentReplied,
            TicketEscalated,
            TicketPutOnHold,
            TicketResolved,
            TicketReopened,
            TicketClosed,
        )
    ),
)


@given(st.lists(ticket_events, max_size=12))
def test_any_events_in_any_order_evolve_and_a_contradiction_changes_nothing_but_the_count(
    facts: list[TicketEvent],
) -> None:
    found = UNKNOWN
    for nth, envelope in enumerate(happened("ticket:crm:1", *facts), 1):
        reason, after = judge(found, envelope), evolve(found, envelope)
        if reason:
            assert (after.status, after.owner, after.priority) == (found.status, found.owner, found.priority)
            assert (after.resolved_at, after.closed_at) == (found.resolved_at, found.closed_at)
        assert after.events == nth
        assert (after.closed_at is not None) == (after.status == "closed")
        assert after.resolved_at is None or after.status in {"resolved", "closed"}
        found = after
    assert found.known == bool(facts)
