"""The referee of message."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.catalog import BY_MODEL
from tests.properties.folds.conversations import Node, conversations, events_of, messages_named, node_of
from tests.properties.folds.people import Who, person_of
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per message, and per call that belongs to a conversation."""
    threads, own, persons = conversations(events), events_of(events), person_of(events)
    found = []
    for event in events:
        node = node_of(event)
        if node and event.area == "activity":
            found.append({**_said(event, persons), **_place(event, node, own), "thread_id": threads[node]})
    return found


def _place(event: Recorded, node: Node, own: dict[Node, UUID]) -> dict[str, Any]:
    """How it stands among other messages."""
    answered = _id(event, "in_reply_to")
    return {
        "message_id": node[1],
        "is_reply": bool(messages_named(event) - {node}),
        "in_reply_to_id": answered,
        "answers": own.get((event.tenant, answered)) if answered and answered != node[1] else None,
    }


def _said(event: Recorded, persons: dict[Who, UUID]) -> dict[str, Any]:
    data = event.envelope.data
    contacts = getattr(data, "contacts", [])
    direction = {"email_received": "inbound", "email_sent": "outbound"}.get(event.action)
    return {
        "tenant": event.tenant,
        "event_id": event.event_id,
        "occurred_at": event.envelope.time,
        "time_precision": event.envelope.time_precision.value,
        "sequence": event.envelope.sequence,
        "position": event.position,
        "channel": BY_MODEL[type(data)].kind,
        "direction": direction or getattr(data, "direction", None),
        "contact_id": persons[event.tenant, event.id_of(contacts[0])] if contacts else None,
        "agent": getattr(data, "agent", None),
        "account_id": _id(event, "account"),
        "deal_id": _id(event, "deal"),
        "ticket_id": _id(event, "ticket"),
        "network": getattr(data, "network", None),
        "is_public": getattr(data, "public", None),
    }


def _id(event: Recorded, field: str) -> UUID | None:
    reference = getattr(event.envelope.data, field, None)
    return event.id_of(reference) if reference else None
