"""What is allowed with a ticket."""

from collections.abc import Callable

import pytest

from domain.tickets import decider
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
from domain.tickets.state import UNKNOWN, Ticket, TicketEvent, fold
from tests.commands.given import happened, refused


def ticket(*facts: TicketEvent) -> Ticket:
    return fold(happened("ticket:crm:1", *facts))


OPENED = TicketOpened(channel="email", priority="normal", owner="Kim")
OPEN = ticket(OPENED)
ON_HOLD = ticket(OPENED, TicketPutOnHold())
RESOLVED = ticket(OPENED, TicketResolved())
CLOSED = ticket(OPENED, TicketClosed())
NOT_KNOWN = "not known; open it first with open-ticket"
IS_CLOSED = "the ticket is closed; reopen it first"
IS_RESOLVED = "the ticket is resolved; reopen it first"


@pytest.mark.parametrize("given", [UNKNOWN, ticket(TicketAgentReplied()), ticket(TicketClosed())])
def test_a_ticket_is_opened_once_even_if_other_events_of_it_came_first(given: Ticket) -> None:
    assert decider.open_ticket(given, OPENED) == [OPENED]


def test_a_ticket_is_not_opened_twice() -> None:
    with refused("opened already; go on with reply-to-ticket"):
        decider.open_ticket(OPEN, OPENED)


@pytest.mark.parametrize(
    ("given", "decide", "wanted"),
    [
        (RESOLVED, decider.assign, TicketAssigned(owner="Robin")),
        (ON_HOLD, decider.record_customer_reply, TicketCustomerReplied()),
        (OPEN, decider.reply, TicketAgentReplied()),
        (RESOLVED, decider.reply, TicketAgentReplied()),
        (ON_HOLD, decider.change_priority, TicketPriorityChanged(priority="high")),
        (OPEN, decider.escalate, TicketEscalated(to="second level")),
        (OPEN, decider.put_on_hold, TicketPutOnHold(waiting_for="customer")),
        (ON_HOLD, decider.resolve, TicketResolved()),
        (RESOLVED, decider.reopen, TicketReopened()),
        (CLOSED, decider.reopen, TicketReopened()),
        (OPEN, decider.close, TicketClosed()),
        (RESOLVED, decider.close, TicketClosed()),
        (CLOSED, decider.rate, TicketRated(score=5)),
        (RESOLVED, decider.rate, TicketRated(score=1)),
        (CLOSED, decider.record_step, TicketStepRecorded(label="archived")),
    ],
)
def test_what_is_asked_for_happens(
    given: Ticket, decide: Callable[[Ticket, TicketEvent], list[TicketEvent]], wanted: TicketEvent
) -> None:
    assert decide(given, wanted) == [wanted]


def test_a_customers_reply_to_a_resolved_ticket_reopens_it() -> None:
    wanted = TicketCustomerReplied(text="It is broken again.")

    assert decider.record_customer_reply(RESOLVED, wanted) == [wanted, TicketReopened()]


@pytest.mark.parametrize(
    ("given", "decide", "wanted", "because"),
    [
        (UNKNOWN, decider.assign, TicketAssigned(owner="Kim"), NOT_KNOWN),
        (CLOSED, decider.assign, TicketAssigned(owner="Robin"), IS_CLOSED),
        (OPEN, decider.assign, TicketAssigned(owner="Kim"), "Kim holds the ticket already"),
        (UNKNOWN, decider.record_customer_reply, TicketCustomerReplied(), NOT_KNOWN),
        (CLOSED, decider.record_customer_reply, TicketCustomerReplied(), IS_CLOSED),
        (UNKNOWN, decider.reply, TicketAgentReplied(), NOT_KNOWN),
        (CLOSED, decider.reply, TicketAgentReplied(), IS_CLOSED),
        (UNKNOWN, decider.change_priority, TicketPriorityChanged(priority="low"), NOT_KNOWN),
        (RESOLVED, decider.change_priority, TicketPriorityChanged(priority="low"), IS_RESOLVED),
        (OPEN, decider.change_priority, TicketPriorityChanged(priority="normal"), "normal already"),
        (UNKNOWN, decider.escalate, TicketEscalated(), NOT_KNOWN),
        (RESOLVED, decider.escalate, TicketEscalated(), IS_RESOLVED),
        (UNKNOWN, decider.put_on_hold, TicketPutOnHold(), NOT_KNOWN),
        (ON_HOLD, decider.put_on_hold, TicketPutOnHold(), "on hold already"),
        (RESOLVED, decider.put_on_hold, TicketPutOnHold(), IS_RESOLVED),
        (CLOSED, decider.put_on_hold, TicketPutOnHold(), IS_CLOSED),
        (UNKNOWN, decider.resolve, TicketResolved(), NOT_KNOWN),
        (RESOLVED, decider.resolve, TicketResolved(), IS_RESOLVED),
        (CLOSED, decider.resolve, TicketResolved(), IS_CLOSED),
        (UNKNOWN, decider.reopen, TicketReopened(), NOT_KNOWN),
        (OPEN, decider.reopen, TicketReopened(), "the ticket is open; there is nothing to reopen"),
        (ON_HOLD, decider.reopen, TicketReopened(), "the ticket is on hold"),
        (UNKNOWN, decider.close, TicketClosed(), NOT_KNOWN),
        (CLOSED, decider.close, TicketClosed(), "closed; nothing to close"),
        (UNKNOWN, decider.rate, TicketRated(score=3), NOT_KNOWN),
        (OPEN, decider.rate, TicketRated(score=3), "resolve it with resolve-ticket"),
        (UNKNOWN, decider.record_step, TicketStepRecorded(label="x"), NOT_KNOWN),
    ],
)
def test_a_decision_is_refused(
    given: Ticket,
    decide: Callable[[Ticket, TicketEvent], list[TicketEvent]],
    wanted: TicketEvent,
    because: str,
) -> None:
    with refused(because):
        decide(given, wanted)
