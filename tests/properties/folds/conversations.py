"""What belongs together: the messages that events are and name, and the conversation that each is part of."""

from collections.abc import Sequence
from uuid import UUID

from tests.properties.history import Recorded

Node = tuple[str, UUID]  # tenant, id of a message or of a conversation's key
MESSAGES = frozenset(
    {
        "email_received",
        "email_sent",
        "chat_message_logged",
        "social_message_logged",
        "sms_logged",
        "letter_logged",
    }
)


def node_of(event: Recorded) -> Node | None:
    """What an event is in a conversation: its message; by its event, if it has no key or is no message but in one."""
    data = event.envelope.data
    if event.area == "activity" and event.action in MESSAGES:
        key = getattr(data, "message", None)
        return (event.tenant, event.id_of(key) if key else event.event_id)
    return (event.tenant, event.event_id) if getattr(data, "thread", None) else None


def messages_named(event: Recorded) -> set[Node]:
    """The messages that an event answers or refers to."""
    data = event.envelope.data
    references = [getattr(data, "in_reply_to", None), *getattr(data, "references", [])]
    return {(event.tenant, event.id_of(reference)) for reference in references if reference}


def thread_named(event: Recorded) -> set[Node]:
    """The conversation's key that an event gives, if it gives one."""
    key = getattr(event.envelope.data, "thread", None)
    return {(event.tenant, event.id_of(key))} if key else set()


def conversations(events: Sequence[Recorded]) -> dict[Node, UUID]:
    """Every node, and the conversation it is part of: the smallest of all nodes that hang together."""
    together: dict[Node, set[Node]] = {}
    for event in events:
        node = node_of(event)
        if node is None:
            continue
        group = {node}
        for one in {node} | messages_named(event) | thread_named(event):
            group |= together.get(one, {one})
        for one in group:
            together[one] = group
    return {node: min(id_ for _, id_ in group) for node, group in together.items()}


def events_of(events: Sequence[Recorded]) -> dict[Node, UUID]:
    """The event that stands for each node we have: of copies, the one with the smallest id."""
    found: dict[Node, UUID] = {}
    for event in events:
        if node := node_of(event):
            found[node] = min(found.get(node, event.event_id), event.event_id)
    return found
