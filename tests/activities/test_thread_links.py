"""What belongs to one conversation: each message is linked with itself and with all that it names."""

from datetime import UTC, datetime

from domain.activities.events import CallLogged, ChatMessageLogged, EmailReceived, EmailSent, NoteTaken, PageVisited
from domain.meetings.events import MeetingHeld, MeetingScheduled
from tests.properties.engines import IDENTITIES
from tests.properties.given import Given, event, id_of

MODELS = ("fact_thread_link",)
ANN = ["contact:crm:ann"]
FIRST, SECOND, THIRD = (f"message:mail:{n}@mail.example.org" for n in (1, 2, 3))
THREAD = "thread:crm:7"


def test_a_message_is_linked_with_itself_what_it_answers_what_it_refers_to_and_its_conversation(given: Given) -> None:
    mail = EmailSent(contacts=ANN, message=THIRD, in_reply_to=SECOND, references=[FIRST, SECOND], thread=THREAD)
    shown = given(event("activity:crm:1", mail))

    links = [(id_of(THIRD), id_of(other)) for other in (FIRST, SECOND, THIRD, THREAD)]
    assert shown.rows("fact_thread_link", "node_id", "other_id") == sorted(links, key=str)


def test_the_same_message_in_two_mailboxes_is_one(given: Given) -> None:
    shown = given(
        event("activity:crm:1", EmailSent(contacts=ANN, message=FIRST), 1),
        event("activity:crm:2", EmailReceived(contacts=ANN, message=FIRST), 2),
    )

    assert shown.rows("fact_thread_link", "node_id", "other_id") == [(id_of(FIRST), id_of(FIRST))] * 2


def test_a_message_without_a_key_stands_for_itself_by_its_event(given: Given) -> None:
    alone = event("activity:crm:1", ChatMessageLogged(direction="inbound", contacts=ANN), 1)
    joined = event("activity:crm:2", ChatMessageLogged(direction="inbound", contacts=ANN, in_reply_to=FIRST), 2)
    one, other = (IDENTITIES["main"].event(e.source, e.id) for e in (alone, joined))

    assert given(alone, joined).rows("fact_thread_link", "node_id", "other_id") == sorted(
        [(one, one), (other, other), (other, id_of(FIRST))], key=str
    )


def test_what_is_no_message_is_linked_only_if_a_conversation_is_named(given: Given) -> None:
    begins = datetime(2025, 3, 4, tzinfo=UTC)
    call = event("activity:crm:1", CallLogged(direction="inbound", contacts=ANN, thread=THREAD), 1)
    meeting = event("meeting:crm:1", MeetingScheduled(starts_at=begins, thread=THREAD), 2)
    shown = given(
        call,
        meeting,
        event("meeting:crm:1", MeetingHeld(), 3),
        event("meeting:crm:2", MeetingScheduled(starts_at=begins), 3),
        event("activity:crm:2", CallLogged(direction="inbound", contacts=ANN), 4),
        event("activity:crm:3", NoteTaken(text="x", contacts=ANN), 5),
        event("activity:crm:4", PageVisited(page="/", contacts=ANN), 6),
    )

    nodes = [IDENTITIES["main"].event(e.source, e.id) for e in (call, meeting)]
    links = [(node, other) for node in nodes for other in (node, id_of(THREAD))]
    assert shown.rows("fact_thread_link", "node_id", "other_id") == sorted(links, key=str)
