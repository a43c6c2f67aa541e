"""A ticket's row: what is known of it now."""

from datetime import datetime

from domain.agents.events import AgentJoined
from domain.contacts.events import ContactLinked, ContactUnlinked
from domain.shared.event import Event
from domain.tickets.events import (
    TicketAgentReplied,
    TicketAssigned,
    TicketClosed,
    TicketCustomerReplied,
    TicketOpened,
    TicketPriorityChanged,
    TicketPutOnHold,
    TicketRated,
    TicketReopened,
    TicketResolved,
    TicketStepRecorded,
)
from tests.properties.given import UNKNOWN, Given, at, event, id_of

MODELS = ("ticket", "ticket_queue")
TICKET = "ticket:crm:1"
ANN, ANNE = "contact:crm:ann", "contact:mail:ann@example.org"


def test_a_ticket_is_there_from_its_first_event_whatever_that_is(given: Given) -> None:
    shown = given(event(TICKET, TicketStepRecorded(label="Assign seriousness", owner="Kim"), 1))
    columns = ("ticket_id", "reference", "status", "owner", "opened_at", "events", "last_label")
    assert shown.rows("ticket", *columns) == [
        (id_of(TICKET), TICKET, "open", "Kim", at(1), 1, "Assign seriousness"),
    ]


def test_a_ticket_from_its_opening_to_its_rating(given: Given) -> None:
    shown = given(
        event("agent:crm:kim", AgentJoined(name="Kim", team="Support"), 0),
        event(TICKET, TicketOpened(channel="email", priority="normal", contacts=[ANN], account="account:crm:x"), 1),
        event(TICKET, TicketAssigned(owner="Kim"), 2),
        event(TICKET, TicketAgentReplied(), 3),
        event(TICKET, TicketAgentReplied(), 4),
        event(TICKET, TicketPriorityChanged(priority="high"), 5),
        event(TICKET, TicketResolved(), 6),
        event(TICKET, TicketClosed(label="Done"), 7),
        event(TICKET, TicketRated(score=2), 8),
        event(TICKET, TicketRated(score=5), 9),
    )
    assert shown.rows("ticket", "channel", "priority", "status", "owner", "team", "contact_id", "account_id") == [
        ("email", "high", "closed", "Kim", "Support", id_of(ANN), id_of("account:crm:x"))
    ]
    assert shown.rows("ticket", "opened_at", "opened_on", "first_response_at", "resolved_at", "closed_at") == [
        (at(1), at(0).date(), at(3), at(6), at(7))
    ]
    assert shown.rows("ticket", "first_response_seconds", "resolution_seconds", "rating", "events", "reopened") == [
        (7200, 18000, 5, 9, 0)
    ]
    assert shown.rows("ticket", "first_event_at", "last_event_at", "last_label") == [(at(1), at(9), "Done")]


def test_a_reopened_ticket_is_neither_resolved_nor_closed(given: Given) -> None:
    worked = (
        event(TICKET, TicketOpened(), 1),
        event(TICKET, TicketResolved(), 2),
        event(TICKET, TicketClosed(), 3),
        event(TICKET, TicketReopened(), 4),
    )
    columns = ("status", "resolved_at", "closed_at", "resolution_seconds", "reopened", "status_since")
    assert given(*worked).rows("ticket", *columns) == [("open", None, None, None, 1, at(4))]
    again = given(*worked, event(TICKET, TicketResolved(), 6))
    assert again.rows("ticket", *columns) == [("resolved", at(6), None, 18000, 1, at(6))]


def test_what_was_closed_without_being_resolved_has_no_resolution(given: Given) -> None:
    shown = given(
        event(TICKET, TicketOpened(), 1), event(TICKET, TicketClosed(), 2), event(TICKET, TicketResolved(), 3)
    )
    assert shown.rows("ticket", "status", "resolved_at", "closed_at", "resolution_seconds") == [
        ("closed", None, at(2), None)
    ]


def test_nothing_rests_on_a_time_that_is_not_known(given: Given) -> None:
    shown = given(
        event(TICKET, TicketOpened(), 1, **UNKNOWN),
        event(TICKET, TicketAgentReplied(), 2),
        event(TICKET, TicketResolved(), 3, **UNKNOWN),
    )
    assert shown.rows("ticket", "status", "opened_at", "opened_on", "first_response_at", "resolved_at") == [
        ("resolved", None, None, at(2), None)
    ]
    columns = ("first_response_seconds", "resolution_seconds", "status_since", "first_event_at", "last_event_at")
    assert shown.rows("ticket", *columns) == [(None, None, None, at(2), at(2))]


def test_the_first_reply_counts_even_if_its_time_is_not_known(given: Given) -> None:
    shown = given(
        event(TICKET, TicketOpened(), 1),
        event(TICKET, TicketAgentReplied(), 2, **UNKNOWN),
        event(TICKET, TicketAgentReplied(), 3),
    )
    assert shown.rows("ticket", "first_response_at", "first_response_seconds") == [(None, None)]


def test_a_reply_before_the_opening_took_no_time(given: Given) -> None:
    shown = given(event(TICKET, TicketAgentReplied(), 1), event(TICKET, TicketOpened(), 2))
    assert shown.rows("ticket", "opened_at", "first_response_at", "first_response_seconds") == [(at(2), at(1), None)]


def test_linked_contacts_are_one_person_until_they_are_unlinked(given: Given) -> None:
    opened = [
        event(TICKET, TicketOpened(contacts=[ANN]), 1),
        event("ticket:crm:2", TicketOpened(contacts=[ANNE]), 1),
    ]
    linked = event(ANN, ContactLinked(other=ANNE), 2)
    person = min(id_of(ANN), id_of(ANNE))
    assert given(*opened, linked).rows("ticket", "contact_id") == [(person,), (person,)]
    undone = given(*opened, linked, event(ANN, ContactUnlinked(other=ANNE), 3))
    assert undone.rows("ticket", "contact_id", reference=TICKET) == [(id_of(ANN),)]
    assert undone.all()["ticket"] == given(*opened).all()["ticket"]


def test_the_reference_is_the_sources_own_key_if_any_event_gives_it(given: Given) -> None:
    by_id = event(f"ticket:id:{id_of(TICKET)}", TicketClosed(), 2)
    assert given(by_id).rows("ticket", "reference") == [(f"ticket:id:{id_of(TICKET)}",)]
    assert given(by_id, event(TICKET, TicketOpened(), 1)).rows("ticket", "reference", "events") == [(TICKET, 2)]


def test_a_contradiction_leaves_no_label(given: Given) -> None:
    shown = given(event(TICKET, TicketClosed(label="Closed"), 1), event(TICKET, TicketResolved(label="Resolved"), 2))
    assert shown.rows("ticket", "last_label") == [("Closed",)]


def test_the_customer_waits_from_the_first_word_that_we_did_not_answer(given: Given) -> None:
    customer, agent, resolved = TicketCustomerReplied(), TicketAgentReplied(), TicketResolved()
    told: dict[str, tuple[list[Event], datetime | None]] = {
        "nothing but the opening": ([], at(0)),
        "asked twice": ([customer], at(0)),
        "answered": ([agent], None),
        "asked twice after the answer": ([agent, customer, customer], at(2)),
        "asked back": ([TicketPutOnHold(waiting_for="customer")], None),
        "asked others": ([TicketPutOnHold(waiting_for="internal")], at(0)),
        "resolved": ([resolved], None),
        "asked after that": ([resolved, customer], at(2)),
    }
    happened = [
        event(f"ticket:crm:{name}", step, hour)
        for name, (steps, _) in told.items()
        for hour, step in enumerate([TicketOpened(), *steps])
    ]
    shown = given(*happened)
    expected = sorted((f"ticket:crm:{name}", since) for name, (_, since) in told.items())
    assert shown.rows("ticket", "reference", "waiting_since") == expected


def test_the_queue_holds_what_is_open_or_on_hold(given: Given) -> None:
    shown = given(
        event("ticket:crm:open", TicketOpened(priority="urgent", owner="Kim"), 1),
        event("ticket:crm:held", TicketOpened(channel="chat"), 1),
        event("ticket:crm:held", TicketPutOnHold(waiting_for="third_party"), 2),
        event("ticket:crm:held", TicketPutOnHold(), 3),
        event("ticket:crm:resolved", TicketResolved(), 1),
        event("ticket:crm:closed", TicketClosed(), 1),
    )
    columns = ("reference", "status", "urgency", "owner", "status_since", "waiting_since", "waiting_for")
    assert shown.rows("ticket_queue", *columns) == [
        ("ticket:crm:held", "on_hold", 3, None, at(2), at(1), "third_party"),
        ("ticket:crm:open", "open", 1, "Kim", at(1), at(1), None),
    ]
