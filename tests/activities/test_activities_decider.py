"""What is allowed with an activity."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from domain.activities import decider
from domain.activities.decider import ActivityEvent
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
from domain.orders.events import OrderLine
from tests.commands.given import refused

WITH_ADA = ["contact:crm:ada"]


def test_what_happened_is_recorded_with_whatever_it_concerns() -> None:
    call = CallLogged(direction="inbound", duration_seconds=30, deal="deal:crm:1", contacts=WITH_ADA)
    received, sent = EmailReceived(ticket="ticket:crm:1"), EmailSent(account="account:crm:nord")
    note = NoteTaken(text="Called back.", contacts=WITH_ADA)

    assert decider.log_call(call) == [call]
    assert decider.log_message(received) == [received]
    assert decider.log_message(sent) == [sent]
    assert decider.take_note(note) == [note]


def test_it_has_to_concern_somebody_or_something() -> None:
    because = "--contacts, --account, --deal or --ticket"
    with refused(because):
        decider.log_call(CallLogged(direction="inbound"))
    with refused(because):
        decider.log_message(EmailSent())
    with refused(because):
        decider.take_note(NoteTaken(text="x"))


@pytest.mark.parametrize(
    ("decide", "wanted"),
    [
        (decider.log_message, ChatMessageLogged(direction="inbound", text="Hello")),
        (decider.log_message, SocialMessageLogged(direction="outbound", network="linkedin", public=True)),
        (decider.log_message, SmsLogged(direction="outbound", text="On my way")),
        (decider.log_message, LetterLogged(direction="inbound", subject_line="Complaint")),
        (decider.log_presentation, PresentationGiven(topic="Turbine 400")),
        (decider.log_visit, PageVisited(page="/prices")),
        (decider.log_form, FormSubmitted(form="contact")),
        (decider.share_document, DocumentShared(document="Offer", direction="outbound", document_kind="quote")),
        (decider.log_abandoned_cart, CartAbandoned(amount=Decimal(5), currency="EUR")),
    ],
)
def test_whatever_happened_is_recorded_if_it_concerns_somebody_or_something(
    decide: Callable[[Any], list[ActivityEvent]], wanted: ActivityEvent
) -> None:
    for whom in ({"contacts": WITH_ADA}, {"account": "account:crm:1"}, {"deal": "deal:crm:1"}):
        with_it = wanted.model_copy(update=whom)
        assert decide(with_it) == [with_it]
    with refused("say whom or what it concerns"):
        decide(wanted)


def test_a_message_does_not_answer_itself() -> None:
    first, second = "message:mail:1@example.org", "message:mail:2@example.org"

    assert decider.log_message(EmailSent(contacts=WITH_ADA, message=second, in_reply_to=first))
    with refused("correct --message or --in-reply-to"):
        decider.log_message(EmailSent(contacts=WITH_ADA, message=first, in_reply_to=first))


def test_the_amounts_of_a_cart_have_a_currency() -> None:
    line = OrderLine(quantity=Decimal(1), amount=Decimal(5))
    for amounts in ({"amount": 5}, {"lines": [line]}):
        with refused("give it with --currency"):
            decider.log_abandoned_cart(CartAbandoned.model_validate({"contacts": WITH_ADA, **amounts}))


@pytest.mark.parametrize("outcome", ["no_answer", "busy", "failed"])
def test_nobody_speaks_on_a_call_that_was_not_answered(outcome: str) -> None:
    said = {"direction": "outbound", "outcome": outcome, "contacts": WITH_ADA}
    assert decider.log_call(CallLogged.model_validate({**said, "duration_seconds": 0}))
    with refused("has no duration"):
        decider.log_call(CallLogged.model_validate({**said, "duration_seconds": 5}))


def test_an_empty_note_says_nothing() -> None:
    with refused("the note is empty"):
        decider.take_note(NoteTaken(text=" \n", contacts=WITH_ADA))
