"""The words that were said and written stand in personal.message, and nowhere else."""

import pytest

from domain.activities.events import (
    CallLogged,
    ChatMessageLogged,
    EmailReceived,
    FormSubmitted,
    LetterLogged,
    NoteTaken,
    PageVisited,
    PresentationGiven,
    SmsLogged,
    SocialMessageLogged,
)
from domain.catalog import EVENT_TYPES, EventType
from domain.deals.events import DealLost
from domain.meetings.events import MeetingMoved, MeetingScheduled
from domain.orders.events import OrderShipped
from domain.products.events import ProductWithdrawn
from domain.shared.marks import marks_of
from domain.tickets.events import TicketAgentReplied, TicketOpened, TicketRated
from projections.facts.staging import BODIES
from tests.properties.given import Given, at, event, id_of

MODELS = ("message_text",)
ANN, DEAL, TICKET = "contact:crm:ann", "deal:crm:1", "ticket:crm:1"
WORDS = ("kind", "about", "subject_line", "body")


def test_activities_carry_their_words_and_what_they_were_about(given: Given) -> None:
    shown = given(
        event("activity:crm:1", CallLogged(direction="inbound", summary="wants a quote", deal=DEAL), 1),
        event("activity:crm:2", EmailReceived(subject_line="Quote", body="Please.", ticket=TICKET, contacts=[ANN]), 2),
        event("activity:crm:3", NoteTaken(text="call on Monday"), 3),
    )
    assert shown.rows("message_text", "occurred_at", *WORDS) == [
        (at(1), "call", DEAL, None, "wants a quote"),
        (at(2), "email", TICKET, "Quote", "Please."),
        (at(3), "note", "activity:crm:3", None, "call on Monday"),
    ]


def test_tickets_carry_what_was_asked_answered_and_said_about_it(given: Given) -> None:
    shown = given(
        event(TICKET, TicketOpened(subject_line="Broken", text="It leaks."), 1),
        event(TICKET, TicketAgentReplied(text="We send one."), 2),
        event(TICKET, TicketRated(score=5, comment="Quick!"), 3),
    )
    assert shown.rows("message_text", *WORDS) == [
        ("ticket", TICKET, "Broken", "It leaks."),
        ("ticket", TICKET, None, "Quick!"),
        ("ticket", TICKET, None, "We send one."),
    ]


def test_messages_of_every_sort_carry_their_words(given: Given) -> None:
    shown = given(
        event("activity:crm:1", ChatMessageLogged(direction="inbound", text="Hello", contacts=[ANN]), 1),
        event("activity:crm:2", SmsLogged(direction="outbound", text="On my way", contacts=[ANN]), 2),
        event("activity:crm:3", LetterLogged(direction="inbound", subject_line="Notice", text="I leave."), 3),
        event("activity:crm:4", FormSubmitted(form="contact", text="Call me", contacts=[ANN]), 4),
        event("activity:crm:5", SocialMessageLogged(direction="inbound", network="x", text="Great!"), 5),
        event("activity:crm:6", PresentationGiven(summary="They like it", deal=DEAL), 6),
        event("activity:crm:7", PageVisited(page="/prices", contacts=[ANN]), 7),
    )
    assert shown.rows("message_text", "occurred_at", "kind", "subject_line", "body") == [
        (at(1), "chat", None, "Hello"),
        (at(2), "sms", None, "On my way"),
        (at(3), "letter", "Notice", "I leave."),
        (at(4), "form", None, "Call me"),
        (at(5), "social", None, "Great!"),
        (at(6), "presentation", None, "They like it"),
    ]


def test_where_a_meeting_is_and_how_a_parcel_is_followed_have_columns_of_their_own(given: Given) -> None:
    meeting, order = "meeting:crm:1", "order:shop:1"
    shown = given(
        event(meeting, MeetingScheduled(starts_at=at(9), subject_line="Offer", text="See you", location="Room 4"), 1),
        event(meeting, MeetingMoved(starts_at=at(10), location="Room 5"), 2),
        event(order, OrderShipped(carrier="Post", tracking="EX 1"), 3),
    )
    assert shown.rows("message_text", "about", "subject_line", "body", "location", "tracking") == [
        (meeting, "Offer", "See you", "Room 4", None),
        (meeting, None, None, "Room 5", None),
        (order, None, None, None, "EX 1"),
    ]


@pytest.mark.parametrize("event_type", [t for t in EVENT_TYPES if t.area != "contact"], ids=lambda t: t.name)
def test_every_personal_field_has_a_column_and_none_hides_another(event_type: EventType) -> None:
    personal = marks_of(event_type.model).personal

    assert personal <= {*BODIES, "subject_line", "location", "tracking", "custom"}
    assert len(personal & set(BODIES)) <= 1


def test_why_a_deal_was_lost_is_told_in_free_words(given: Given) -> None:
    shown = given(event(DEAL, DealLost(reason="price", explanation="Their cousin sells pumps.")))
    assert shown.rows("message_text", "about_id", "body") == [(id_of(DEAL), "Their cousin sells pumps.")]


def test_an_event_without_words_is_no_message(given: Given) -> None:
    assert given(event(DEAL, DealLost(reason="price"))).rows("message_text", "event_id") == []


def test_custom_fields_of_every_area_are_kept(given: Given) -> None:
    shown = given(event("product:crm:pump", ProductWithdrawn(custom={"why": "too loud"})))
    assert shown.rows("message_text", "kind", "custom") == [("product", '{"why":"too loud"}')]
