"""The words that were said and written stand in personal.message, and nowhere else."""

from domain.activities.events import CallLogged, EmailReceived, NoteTaken
from domain.deals.events import DealLost
from domain.products.events import ProductWithdrawn
from domain.tickets.events import TicketAgentReplied, TicketOpened, TicketRated
from tests.properties.given import Given, at, event, id_of

MODELS = ("message",)
ANN, DEAL, TICKET = "contact:crm:ann", "deal:crm:1", "ticket:crm:1"
WORDS = ("kind", "about", "subject_line", "body")


def test_activities_carry_their_words_and_what_they_were_about(given: Given) -> None:
    shown = given(
        event("activity:crm:1", CallLogged(direction="inbound", summary="wants a quote", deal=DEAL), 1),
        event("activity:crm:2", EmailReceived(subject_line="Quote", body="Please.", ticket=TICKET, contacts=[ANN]), 2),
        event("activity:crm:3", NoteTaken(text="call on Monday"), 3),
    )
    assert shown.rows("message", "occurred_at", *WORDS) == [
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
    assert shown.rows("message", *WORDS) == [
        ("ticket", TICKET, "Broken", "It leaks."),
        ("ticket", TICKET, None, "Quick!"),
        ("ticket", TICKET, None, "We send one."),
    ]


def test_why_a_deal_was_lost_is_told_in_free_words(given: Given) -> None:
    shown = given(event(DEAL, DealLost(reason="price", explanation="Their cousin sells pumps.")))
    assert shown.rows("message", "about_id", "body") == [(id_of(DEAL), "Their cousin sells pumps.")]


def test_an_event_without_words_is_no_message(given: Given) -> None:
    assert given(event(DEAL, DealLost(reason="price"))).rows("message", "event_id") == []


def test_custom_fields_of_every_area_are_kept(given: Given) -> None:
    shown = given(event("product:crm:pump", ProductWithdrawn(custom={"why": "too loud"})))
    assert shown.rows("message", "kind", "custom") == [("product", '{"why":"too loud"}')]
