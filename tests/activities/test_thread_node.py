"""What answers, refers to or names each other is one conversation, whatever of it we have."""

from uuid import UUID

import pytest

from domain.activities.events import CallLogged, ChatMessageLogged, EmailReceived, EmailSent
from domain.meetings.events import MeetingScheduled
from domain.shared.envelope import Envelope
from tests.properties.engines import IDENTITIES
from tests.properties.given import Given, at, event, id_of

MODELS = ("thread_node",)
A, B, C, D = (f"message:mail:{name}@mail.example.org" for name in "abcd")
THREAD = "thread:crm:7"


def mail(key: str | None, *references: str, hour: float = 0, **said: object) -> Envelope:
    data = {"contacts": ["contact:crm:ann"], "message": key, "references": list(references), **said}
    return event(f"activity:crm:{hour}", EmailReceived.model_validate(data), hour)


def own_id(envelope: Envelope) -> UUID:
    return IDENTITIES[envelope.tenant].event(envelope.source, envelope.id)


def threads(given: Given, *events: Envelope) -> list[set[UUID]]:
    """What belongs together, conversation by conversation; each must be called by its smallest."""
    groups: dict[UUID, set[UUID]] = {}
    for node, thread in given(*events).rows("thread_node", "node_id", "thread_id"):
        groups.setdefault(thread, set()).add(node)
    assert all(thread == min(nodes) for thread, nodes in groups.items())
    return sorted(groups.values(), key=lambda nodes: (len(nodes), min(nodes)))


def ids(*references: str) -> set[UUID]:
    return {id_of(reference) for reference in references}


def test_a_message_alone_is_a_conversation(given: Given) -> None:
    alone, without_key = mail(A, hour=1), mail(None, hour=2)
    assert threads(given, alone, without_key) == sorted([ids(A), {own_id(without_key)}], key=min)


def test_a_reply_belongs_to_what_it_answers_and_refers_to_also_if_we_do_not_have_it(given: Given) -> None:
    reply = mail(C, A, B, hour=1, in_reply_to=B)
    shown = given(reply)

    assert {thread for (thread,) in shown.rows("thread_node", "thread_id")} == {min(ids(A, B, C))}
    assert shown.rows("thread_node", "node_id", "kind", "event_id") == sorted(
        [(id_of(A), "message", None), (id_of(B), "message", None), (id_of(C), "message", own_id(reply))], key=str
    )


def test_two_replies_to_a_message_that_we_do_not_have_are_one_conversation(given: Given) -> None:
    assert threads(given, mail(B, A, hour=1), mail(C, hour=2, in_reply_to=A)) == [ids(A, B, C)]


@pytest.mark.parametrize("order", ["abcd", "dcba", "bdac", "cabd"])
def test_a_chain_of_replies_is_one_conversation_in_whatever_order_it_comes(given: Given, order: str) -> None:
    mails = {
        "a": mail(A, hour=1),
        "b": mail(B, hour=2, in_reply_to=A),
        "c": mail(C, hour=3, in_reply_to=B),
        "d": mail(D, hour=4, in_reply_to=C),
    }
    assert threads(given, *(mails[one] for one in order)) == [ids(A, B, C, D)]


def test_a_late_message_joins_two_conversations(given: Given) -> None:
    apart = mail(A, hour=1), mail(B, A, hour=2), mail(D, C, hour=4)
    assert threads(given, *apart) == sorted([ids(A, B), ids(C, D)], key=min)
    assert threads(given, *apart, mail(C, B, hour=3)) == [ids(A, B, C, D)]


def test_a_loop_of_references_is_one_conversation(given: Given) -> None:
    loop = mail(A, hour=1, in_reply_to=C), mail(B, A, hour=2), mail(C, B, hour=3)
    assert threads(given, *loop, mail(D, D, hour=4, in_reply_to=D)) == [ids(D), ids(A, B, C)]


def test_what_names_the_same_conversation_belongs_together_whatever_it_is(given: Given) -> None:
    chat = event("activity:crm:1", ChatMessageLogged(direction="inbound", thread=THREAD), 1)
    call = event("activity:crm:2", CallLogged(direction="inbound", thread=THREAD), 2)
    meeting = event("meeting:crm:1", MeetingScheduled(starts_at=at(5), thread=THREAD), 3)
    nodes = {own_id(chat), own_id(call), own_id(meeting), id_of(THREAD)}

    assert threads(given, chat, call, meeting) == [nodes]
    shown = given(chat, call, meeting)
    assert shown.rows("thread_node", "node_id", "kind", event_id=None) == [(id_of(THREAD), "thread")]


def test_a_message_may_be_answered_by_the_id_of_its_event(given: Given) -> None:
    asked = event("activity:crm:1", ChatMessageLogged(direction="inbound"), 1)
    answer = event("activity:crm:2", EmailSent(message=A, in_reply_to=f"message:id:{own_id(asked)}"), 2)
    assert threads(given, asked, answer) == [{own_id(asked), id_of(A)}]


def test_copies_of_a_message_are_one(given: Given) -> None:
    sent = event("activity:crm:1", EmailSent(message=A, thread=THREAD), 1)
    received = event("activity:crm:2", EmailReceived(message=A), 1)
    shown = given(sent, received)
    assert shown.rows("thread_node", "event_id", node_id=id_of(A)) == [(min(own_id(sent), own_id(received)),)]


def test_tenants_with_the_same_keys_have_conversations_of_their_own(given: Given) -> None:
    ours, theirs = mail(A, hour=1, thread=THREAD), event("activity:crm:9", EmailSent(thread=THREAD), tenant="other")
    shown = given(ours, theirs)
    assert len(shown.rows("thread_node", "node_id", tenant="main")) == 2
    assert shown.rows("thread_node", "node_id", tenant="other") == sorted(
        [(own_id(theirs),), (id_of(THREAD, "other"),)], key=str
    )
