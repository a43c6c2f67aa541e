"""A timeline holds each event that concerns a person, once."""

from typing import Any

import pytest

from domain.activities.events import (
    CallLogged,
    CartAbandoned,
    ChatMessageLogged,
    DocumentShared,
    EmailReceived,
    EmailSent,
    FormSubmitted,
    LetterLogged,
    NoteTaken,
    PageVisited,
    PresentationGiven,
    SmsLogged,
    SocialMessageLogged,
)
from domain.contacts.events import ContactAdded, ContactLinked, ContactUnlinked
from domain.deals.events import DealOpened, DealOwnerChanged
from domain.meetings.events import MeetingHeld, MeetingMoved, MeetingScheduled
from domain.orders.events import OrderPaid, OrderPlaced
from domain.shared.envelope import Envelope
from domain.shared.event import Event
from domain.subscriptions.events import SubscriptionEnded, SubscriptionStarted
from domain.tasks.events import TaskCompleted, TaskPlanned
from domain.tickets.events import TicketAgentReplied, TicketCustomerReplied, TicketOpened
from tests.properties.given import Given, at, event, id_of

MODELS = ("contact_timeline", "contact")
ANN, BEA, MAIL = "contact:crm:ann", "contact:crm:bea", "contact:mail:ann@example.org"
ACME, DEAL, TICKET = "account:crm:acme", "deal:crm:1", "ticket:crm:1"


def call(number: int, *contacts: str, hour: float = 0, **concerns: Any) -> Envelope:
    data = CallLogged.model_validate({"direction": "inbound", "contacts": list(contacts), **concerns})
    return event(f"activity:crm:{number}", data, hour)


def test_an_activity_stands_in_the_timeline_of_each_contact_it_names(given: Given) -> None:
    shown = given(call(1, ANN, BEA, hour=1))
    assert shown.rows("contact_timeline", "occurred_at", "kind", contact_id=id_of(ANN)) == [(at(1), "call")]
    assert shown.rows("contact_timeline", "occurred_at", "kind", contact_id=id_of(BEA)) == [(at(1), "call")]


def test_a_contact_that_an_event_names_twice_has_it_once(given: Given) -> None:
    assert len(given(call(1, ANN, ANN)).rows("contact_timeline", "event_id")) == 1


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (CallLogged(direction="outbound", contacts=[ANN]), "call"),
        (EmailReceived(contacts=[ANN]), "email"),
        (EmailSent(contacts=[ANN]), "email"),
        (NoteTaken(text="asked back", contacts=[ANN]), "note"),
        (ChatMessageLogged(direction="inbound", contacts=[ANN]), "chat"),
        (SocialMessageLogged(direction="inbound", network="x", contacts=[ANN]), "social"),
        (SmsLogged(direction="inbound", contacts=[ANN]), "sms"),
        (LetterLogged(direction="outbound", contacts=[ANN]), "letter"),
        (PresentationGiven(contacts=[ANN]), "presentation"),
        (PageVisited(page="/", contacts=[ANN]), "visit"),
        (FormSubmitted(form="contact", contacts=[ANN]), "form"),
        (DocumentShared(document="Offer", direction="outbound", contacts=[ANN]), "document"),
        (CartAbandoned(contacts=[ANN]), "cart"),
    ],
)
def test_activities_are_shown_as_what_they_are(given: Given, data: Event, kind: str) -> None:
    assert given(event("activity:crm:1", data)).rows("contact_timeline", "kind") == [(kind,)]


@pytest.mark.parametrize(
    ("concerns", "about"),
    [
        ({"account": ACME, "ticket": TICKET, "deal": DEAL}, DEAL),
        ({"account": ACME, "ticket": TICKET}, TICKET),
        ({"account": ACME}, ACME),
        ({}, "activity:crm:1"),
    ],
)
def test_an_activity_is_about_its_deal_else_its_ticket_else_its_account(
    given: Given, concerns: dict[str, Any], about: str
) -> None:
    assert given(call(1, ANN, **concerns)).rows("contact_timeline", "about", "about_id") == [(about, id_of(about))]


def test_a_personal_key_is_not_shown(given: Given) -> None:
    shown = given(event(MAIL, ContactAdded(name="Ann")))
    assert shown.rows("contact_timeline", "about", "kind") == [(f"contact:id:{id_of(MAIL)}", "contact")]


def test_all_that_happens_to_a_deal_concerns_everybody_whom_one_of_its_events_names(given: Given) -> None:
    shown = given(
        event(DEAL, DealOwnerChanged(owner="Kim"), 1),
        event(DEAL, DealOwnerChanged(owner="Lee"), 3),
        event(DEAL, DealOpened(contacts=[ANN, BEA]), 2),
    )
    for contact in (ANN, BEA):
        assert shown.rows("contact_timeline", "occurred_at", "about", "kind", contact_id=id_of(contact)) == [
            (at(hour), DEAL, "deal") for hour in (1, 2, 3)
        ]


def test_who_replied_to_a_ticket_sees_all_of_it(given: Given) -> None:
    shown = given(
        event(TICKET, TicketOpened(contacts=[ANN]), 1),
        event(TICKET, TicketAgentReplied(agent="Kim"), 2),
        event(TICKET, TicketCustomerReplied(contacts=[BEA]), 3),
    )
    assert shown.rows("contact_timeline", "occurred_at", "agent", "kind", contact_id=id_of(BEA)) == [
        (at(1), None, "ticket"),
        (at(2), "Kim", "ticket"),
        (at(3), None, "ticket"),
    ]


@pytest.mark.parametrize(
    ("thing", "first", "then", "kind"),
    [
        ("meeting:crm:1", MeetingScheduled(starts_at=at(9), contacts=[ANN]), MeetingMoved(starts_at=at(10)), "meeting"),
        ("task:crm:1", TaskPlanned(contacts=[ANN]), TaskCompleted(), "task"),
        ("order:shop:1", OrderPlaced(contacts=[ANN]), OrderPaid(), "order"),
        ("subscription:shop:1", SubscriptionStarted(contacts=[ANN]), SubscriptionEnded(), "subscription"),
    ],
)
def test_all_that_happens_to_a_meeting_a_task_an_order_or_a_subscription_concerns_its_people(
    given: Given, thing: str, first: Event, then: Event, kind: str
) -> None:
    shown = given(event(thing, then, 2), event(thing, first, 1))
    assert shown.rows("contact_timeline", "occurred_at", "kind", "about", "about_id", contact_id=id_of(ANN)) == [
        (at(hour), kind, thing, id_of(thing)) for hour in (1, 2)
    ]


def test_who_came_to_a_meeting_sees_all_of_it(given: Given) -> None:
    meeting = "meeting:crm:1"
    shown = given(
        event(meeting, MeetingScheduled(starts_at=at(9), contacts=[ANN]), 1),
        event(meeting, MeetingHeld(contacts=[BEA]), 2),
    )
    assert len(shown.rows("contact_timeline", "event_id", contact_id=id_of(BEA))) == 2


def test_an_activity_about_a_deal_concerns_only_whom_it_names(given: Given) -> None:
    shown = given(event(DEAL, DealOpened(contacts=[ANN]), 1), call(1, BEA, hour=2, deal=DEAL))
    assert shown.rows("contact_timeline", "kind", contact_id=id_of(ANN)) == [("deal",)]
    assert shown.rows("contact_timeline", "kind", contact_id=id_of(BEA)) == [("call",)]


def test_linked_contacts_have_one_timeline_and_an_event_that_names_both_stands_there_once(given: Given) -> None:
    both = call(1, ANN, BEA, hour=1)
    deal = event(DEAL, DealOpened(contacts=[ANN, BEA]), 2)
    linked = event(ANN, ContactLinked(other=BEA), 3)
    person = min(id_of(ANN), id_of(BEA))
    assert given(both, deal, linked).rows("contact_timeline", "contact_id", "kind") == [
        (person, "call"),
        (person, "contact"),
        (person, "deal"),
    ]


def test_linked_and_unlinked_again_each_has_their_own_timeline_as_before(given: Given) -> None:
    facts = (call(1, ANN, hour=1), event(DEAL, DealOpened(contacts=[BEA]), 2))
    shown = given(*facts, event(ANN, ContactLinked(other=BEA), 3), event(BEA, ContactUnlinked(other=ANN), 4))
    assert shown.rows("contact_timeline", "kind", contact_id=id_of(ANN)) == [("call",), ("contact",), ("contact",)]
    assert shown.rows("contact_timeline", "kind", contact_id=id_of(BEA)) == [("contact",), ("contact",), ("deal",)]


def test_an_event_that_names_nobody_stands_in_no_timeline(given: Given) -> None:
    assert given(call(1)).rows("contact_timeline", "event_id") == []


def test_tenants_with_the_same_keys_have_timelines_of_their_own(given: Given) -> None:
    theirs = event(DEAL, DealOwnerChanged(owner="Kim"), 1, tenant="other")
    shown = given(event(DEAL, DealOpened(contacts=[ANN]), 1), theirs)
    assert shown.rows("contact_timeline", "tenant", "event_type") == [("main", "crm.deal.opened.v1")]
