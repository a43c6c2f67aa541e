"""Messages of every channel stand in one table, each with its conversation and what it answers."""

from uuid import UUID

import pytest

from domain.activities.events import (
    CallLogged,
    ChatMessageLogged,
    EmailReceived,
    EmailSent,
    FormSubmitted,
    LetterLogged,
    NoteTaken,
    SmsLogged,
    SocialMessageLogged,
)
from domain.contacts.events import ContactLinked, ContactUnlinked
from domain.meetings.events import MeetingScheduled
from domain.shared.envelope import Envelope
from domain.shared.event import Event
from tests.properties.engines import IDENTITIES
from tests.properties.given import Given, at, event, id_of

MODELS = ("message",)
ANN, BEA = "contact:mail:ann@example.org", "contact:crm:bea"
A, B, C = (f"message:mail:{name}@mail.example.org" for name in "abc")
THREAD = "thread:crm:7"


def own_id(envelope: Envelope) -> UUID:
    return IDENTITIES[envelope.tenant].event(envelope.source, envelope.id)


@pytest.mark.parametrize(
    ("data", "channel", "direction"),
    [
        (EmailReceived(), "email", "inbound"),
        (EmailSent(), "email", "outbound"),
        (ChatMessageLogged(direction="inbound"), "chat", "inbound"),
        (SocialMessageLogged(direction="outbound", network="linkedin"), "social", "outbound"),
        (SmsLogged(direction="outbound"), "sms", "outbound"),
        (LetterLogged(direction="inbound"), "letter", "inbound"),
        (CallLogged(direction="outbound", thread=THREAD), "call", "outbound"),
    ],
)
def test_a_message_has_its_channel_and_its_direction(given: Given, data: Event, channel: str, direction: str) -> None:
    shown = given(event("activity:crm:1", data))
    assert shown.rows("message", "channel", "direction") == [(channel, direction)]


def test_what_is_no_message_and_a_call_in_no_conversation_are_left_out(given: Given) -> None:
    shown = given(
        event("activity:crm:1", CallLogged(direction="inbound")),
        event("activity:crm:2", NoteTaken(text="x")),
        event("activity:crm:3", FormSubmitted(form="contact")),
        event("meeting:crm:1", MeetingScheduled(starts_at=at(5), thread=THREAD)),
    )
    assert shown.rows("message", "event_id") == []


def test_it_carries_who_it_was_with_and_what_it_concerns(given: Given) -> None:
    data = SocialMessageLogged(
        direction="inbound", network="xing", public=True, contacts=[ANN, BEA], agent="Kim", account="account:crm:nord",
        deal="deal:crm:1", ticket="ticket:crm:1", message="message:xing:1",
    )  # fmt: skip
    said = event("activity:crm:1", data, 3, sequence=4)

    shown = given(said)

    assert shown.rows("message", "event_id", "message_id", "occurred_at", "sequence") == [
        (own_id(said), id_of("message:xing:1"), at(3), 4)
    ]
    assert shown.rows("message", "contact_id", "agent", "account_id", "deal_id", "ticket_id") == [
        (id_of(ANN), "Kim", id_of("account:crm:nord"), id_of("deal:crm:1"), id_of("ticket:crm:1"))
    ]
    assert shown.rows("message", "network", "is_public", "is_reply", "answers") == [("xing", True, False, None)]


def test_linked_contacts_are_one_person_for_as_long_as_they_are_linked(given: Given) -> None:
    facts = event("activity:crm:1", EmailReceived(contacts=[ANN]), 1), event(ANN, ContactLinked(other=BEA), 2)
    person = min(id_of(ANN), id_of(BEA))

    assert given(*facts).rows("message", "contact_id") == [(person,)]
    assert given(*facts, event(BEA, ContactUnlinked(other=ANN), 3)).rows("message", "contact_id") == [(id_of(ANN),)]


def test_a_reply_names_the_message_it_answers_and_its_event_once_we_have_it(given: Given) -> None:
    first, reply = (
        event("activity:crm:1", EmailReceived(message=A), 1),
        event("activity:crm:2", EmailSent(in_reply_to=A), 2),
    )
    alone = given(reply)
    assert alone.rows("message", "is_reply", "in_reply_to_id", "answers") == [(True, id_of(A), None)]

    late = given(reply, first)
    assert late.rows("message", "in_reply_to_id", "answers", event_id=own_id(reply)) == [(id_of(A), own_id(first))]
    assert len({thread for (thread,) in late.rows("message", "thread_id")}) == 1


def test_what_only_refers_to_earlier_messages_is_a_reply_that_answers_none_of_them(given: Given) -> None:
    first, later = (
        event("activity:crm:1", EmailReceived(message=A), 1),
        event("activity:crm:2", EmailSent(references=[A]), 2),
    )
    shown = given(first, later)
    assert shown.rows("message", "is_reply", "in_reply_to_id", "answers", event_id=own_id(later)) == [
        (True, None, None)
    ]


def test_a_key_of_a_conversation_makes_no_reply(given: Given) -> None:
    assert given(event("activity:crm:1", EmailSent(thread=THREAD))).rows("message", "is_reply") == [(False,)]


def test_a_message_does_not_answer_itself(given: Given) -> None:
    shown = given(event("activity:crm:1", EmailSent(message=A, in_reply_to=A, references=[A])))
    assert shown.rows("message", "is_reply", "answers") == [(False, None)]


def test_in_a_loop_each_answers_the_one_before(given: Given) -> None:
    pairs = ((A, C), (B, A), (C, B))
    mails = [event(f"activity:crm:{n}", EmailSent(message=m, in_reply_to=r), n) for n, (m, r) in enumerate(pairs)]
    shown = given(*mails)

    events = {key: own_id(mail) for (key, _), mail in zip(pairs, mails, strict=True)}
    assert dict(shown.rows("message", "message_id", "answers")) == {id_of(m): events[r] for m, r in pairs}


def test_copies_of_a_message_are_rows_of_their_own_and_one_of_them_is_answered(given: Given) -> None:
    copies = event("activity:crm:1", EmailSent(message=A), 1), event("activity:crm:2", EmailReceived(message=A), 1)
    reply = event("activity:crm:3", EmailSent(message=B, in_reply_to=A), 2)
    shown = given(*copies, reply)

    assert shown.rows("message", "direction", message_id=id_of(A)) == [("inbound",), ("outbound",)]
    assert shown.rows("message", "answers", message_id=id_of(B)) == [(min(map(own_id, copies)),)]


def test_tenants_do_not_answer_each_other(given: Given) -> None:
    theirs = event("activity:crm:1", EmailReceived(message=A), 1, tenant="other")
    shown = given(theirs, event("activity:crm:2", EmailSent(in_reply_to=A), 2))
    assert shown.rows("message", "answers", tenant="main") == [(None,)]
