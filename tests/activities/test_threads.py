"""A conversation shows what was said in it so far, over all channels, and whether they wait for us."""

from datetime import datetime
from typing import Any

import pytest

from domain.activities.events import CallLogged, ChatMessageLogged, EmailReceived, EmailSent, LetterLogged, SmsLogged
from domain.contacts.events import ContactLinked
from domain.meetings.events import MeetingScheduled
from domain.shared.envelope import Envelope
from domain.shared.event import Event
from tests.properties.given import UNKNOWN, Given, at, event, id_of

MODELS = ("thread",)
ANN, BEA, CAT = "contact:crm:ann", "contact:crm:bea", "contact:mail:cat@example.org"
A, B, C, D = (f"message:mail:{name}@mail.example.org" for name in "abcd")
THREAD = "thread:crm:7"


def said(data: Event, hour: float, **other: Any) -> Envelope:
    return event(f"activity:crm:{hour}", data, hour, **other)


def test_a_conversation_that_began_as_a_chat_and_went_on_by_mail_is_one(given: Given) -> None:
    shown = given(
        said(ChatMessageLogged(direction="inbound", message="message:chat:1", thread=THREAD, contacts=[ANN]), 1),
        said(ChatMessageLogged(direction="outbound", message="message:chat:2", thread=THREAD, contacts=[ANN]), 2),
        said(EmailSent(message=A, thread=THREAD, contacts=[ANN, BEA]), 3),
        said(EmailReceived(message=B, in_reply_to=A, contacts=[BEA]), 4),
    )
    assert shown.rows("thread", "messages", "channels", "people", "first_at", "last_at") == [
        (4, "chat,email", 2, at(1), at(4))
    ]
    assert shown.rows("thread", "contact_id", "last_direction", "waiting_for_us") == [(id_of(ANN), "inbound", True)]


def test_every_channel_is_named_once_in_the_order_of_the_alphabet(given: Given) -> None:
    shown = given(
        said(SmsLogged(direction="inbound", thread=THREAD), 1),
        said(LetterLogged(direction="inbound", thread=THREAD), 2),
        said(CallLogged(direction="inbound", thread=THREAD), 3),
        said(SmsLogged(direction="outbound", thread=THREAD), 4),
    )
    assert shown.rows("thread", "channels") == [("call,letter,sms",)]


def test_who_wrote_last_by_time_waits_whatever_was_heard_last(given: Given) -> None:
    asked, answered = said(EmailReceived(thread=THREAD), 1), said(EmailSent(thread=THREAD), 2)
    for events in ((asked, answered), (answered, asked)):
        assert given(*events).rows("thread", "last_direction", "waiting_for_us") == [("outbound", False)]
    assert given(asked, answered, said(EmailReceived(thread=THREAD), 3)).rows("thread", "waiting_for_us") == [(True,)]


def test_a_loop_of_references_is_a_conversation(given: Given) -> None:
    shown = given(
        said(EmailReceived(message=A, in_reply_to=C), 1),
        said(EmailReceived(message=B, in_reply_to=A), 2),
        said(EmailReceived(message=C, in_reply_to=B), 3),
    )
    assert shown.rows("thread", "messages", "absent", "first_at", "last_at") == [(3, 0, at(1), at(3))]


def test_messages_that_are_only_referred_to_are_absent_until_they_come(given: Given) -> None:
    reply, first = said(EmailReceived(message=C, in_reply_to=B, references=[A, B]), 3), said(EmailSent(message=A), 1)
    assert given(reply).rows("thread", "messages", "absent") == [(1, 2)]
    assert given(reply, first).rows("thread", "messages", "absent", "first_at") == [(2, 1, at(1))]


def test_a_key_of_a_conversation_and_a_meeting_in_it_are_neither_messages_nor_absent(given: Given) -> None:
    meeting = event("meeting:crm:1", MeetingScheduled(starts_at=at(9), thread=THREAD), 2)
    assert given(said(EmailSent(thread=THREAD), 1), meeting).rows("thread", "messages", "absent") == [(1, 0)]
    assert given(meeting).rows("thread", "messages") == []


def test_a_late_message_joins_two_conversations_to_one(given: Given) -> None:
    apart = (
        said(EmailReceived(message=A, contacts=[ANN]), 1),
        said(EmailSent(message=B, in_reply_to=A, contacts=[ANN]), 2),
        said(EmailReceived(message=D, references=[C], contacts=[BEA]), 4),
    )
    assert given(*apart).rows("thread", "messages", "absent", "waiting_for_us") == [(1, 1, True), (2, 0, False)]

    joined = given(*apart, said(EmailReceived(message=C, references=[B], contacts=[CAT]), 3))
    assert joined.rows("thread", "messages", "absent", "people", "contact_id") == [(4, 0, 3, id_of(ANN))]


def test_copies_of_a_message_count_once(given: Given) -> None:
    shown = given(said(EmailSent(message=A), 1), said(EmailReceived(message=A), 1.5))
    assert shown.rows("thread", "messages") == [(1,)]


def test_linked_contacts_are_counted_as_one_person(given: Given) -> None:
    mails = said(EmailReceived(contacts=[ANN], thread=THREAD), 1), said(EmailReceived(contacts=[BEA], thread=THREAD), 2)
    assert given(*mails).rows("thread", "people") == [(2,)]
    linked = given(*mails, event(ANN, ContactLinked(other=BEA), 3))
    assert linked.rows("thread", "people", "contact_id") == [(1, min(id_of(ANN), id_of(BEA)))]


def test_a_conversation_may_name_nobody(given: Given) -> None:
    shown = given(said(ChatMessageLogged(direction="inbound"), 1))
    assert shown.rows("thread", "people", "contact_id", "account_id") == [(0, None, None)]


def test_of_several_accounts_deals_and_tickets_the_one_told_last_counts(given: Given) -> None:
    shown = given(
        said(EmailReceived(thread=THREAD, account="account:crm:nord", deal="deal:crm:1"), 1),
        said(EmailReceived(thread=THREAD, ticket="ticket:crm:1", deal="deal:crm:2"), 3),
        said(EmailReceived(thread=THREAD, account="account:crm:sued"), 2),
        said(EmailReceived(thread=THREAD), 4),
    )
    assert shown.rows("thread", "account_id", "deal_id", "ticket_id") == [
        (id_of("account:crm:sued"), id_of("deal:crm:2"), id_of("ticket:crm:1"))
    ]


@pytest.mark.parametrize(
    ("timeless", "first_at", "last_at", "waits"),
    [((1,), at(2), at(2), False), ((2,), at(1), at(1), True), ((1, 2), None, None, False)],
)
def test_a_message_without_a_known_time_is_neither_the_first_nor_the_last(
    given: Given, timeless: tuple[int, ...], first_at: datetime | None, last_at: datetime | None, waits: bool
) -> None:
    known: dict[int, dict[str, Any]] = {hour: UNKNOWN if hour in timeless else {} for hour in (1, 2)}
    shown = given(
        said(EmailReceived(thread=THREAD), 1, **known[1]),
        said(EmailSent(thread=THREAD), 2, **known[2]),
    )
    assert shown.rows("thread", "messages", "first_at", "last_at", "waiting_for_us") == [(2, first_at, last_at, waits)]


def test_tenants_with_the_same_keys_have_conversations_of_their_own(given: Given) -> None:
    shown = given(
        said(EmailReceived(message=A, thread=THREAD), 1),
        said(EmailSent(message=B, in_reply_to=A, thread=THREAD), 2, tenant="other"),
    )
    assert shown.rows("thread", "tenant", "messages", "absent") == [("main", 1, 0), ("other", 1, 1)]
