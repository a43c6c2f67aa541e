"""The referee of thread."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tests.properties.folds import message, thread_node
from tests.properties.folds.people import people_named, person_of
from tests.properties.history import Recorded

Key = tuple[str, UUID]  # tenant, conversation


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per conversation of which there is at least one message."""
    persons = person_of(events)
    people = {(event.tenant, event.event_id): people_named(event, persons) for event in events}
    told: dict[Key, list[dict[str, Any]]] = {}
    for row in message.rows(events):
        told.setdefault((row["tenant"], row["thread_id"]), []).append(row)
    absent: dict[Key, int] = {}
    for row in thread_node.rows(events):
        key = (row["tenant"], row["thread_id"])
        absent[key] = absent.get(key, 0) + (row["kind"] == "message" and row["event_id"] is None)
    return [
        {
            "tenant": key[0],
            "thread_id": key[1],
            "absent": absent[key],
            "people": len(set[UUID]().union(*(people[key[0], row["event_id"]] for row in messages))),
            **_told(messages),
        }
        for key, messages in told.items()
    ]


def _told(messages: list[dict[str, Any]]) -> dict[str, Any]:
    messages = sorted(messages, key=_order)
    timed = [row for row in messages if row["time_precision"] != "unknown"]
    timeless = [row for row in messages if row not in timed]
    forward, backward = [*timed, *timeless], [*timed[::-1], *timeless[::-1]]  # what has no known time is heard last
    last = backward[0]["direction"]
    return {
        "messages": len({row["message_id"] for row in messages}),
        "channels": ",".join(sorted({row["channel"] for row in messages})),
        "first_at": timed[0]["occurred_at"] if timed else None,
        "last_at": timed[-1]["occurred_at"] if timed else None,
        "last_direction": last,
        "waiting_for_us": last == "inbound",
        "contact_id": forward[0]["contact_id"],
        **{
            name: next((row[name] for row in backward if row[name] is not None), None)
            for name in ("account_id", "deal_id", "ticket_id")
        },
    }


def _order(row: dict[str, Any]) -> tuple[Any, ...]:
    return (row["occurred_at"], row["sequence"] is None, row["sequence"] or 0, row["event_id"])
