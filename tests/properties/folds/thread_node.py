"""The referee of thread_node."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds.conversations import Node, conversations, events_of, messages_named, node_of
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per message and per key of a conversation that any event is or names."""
    own = events_of(events)
    messages: set[Node] = set(own)
    for event in events:
        if node_of(event):
            messages |= messages_named(event)
    return [
        {
            "tenant": node[0],
            "node_id": node[1],
            "thread_id": thread,
            "kind": "message" if node in messages else "thread",
            "event_id": own.get(node),
        }
        for node, thread in conversations(events).items()
    ]
