"""The referee of meeting."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.meetings.events import MeetingHeld, MeetingScheduled
from tests.properties.folds import meeting_history
from tests.properties.folds.people import Who, person_of
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per meeting, as it stands after the last of its events."""
    told = {(event.tenant, event.event_id): event for event in events}
    persons = person_of(events)
    meetings: dict[tuple[str, UUID], dict[str, Any]] = {}
    for row in meeting_history.rows(events):  # each meeting's in their order
        meeting = meetings.setdefault(
            (row["tenant"], row["meeting_id"]), dict.fromkeys(SAID) | {"moves": 0, "agents": "[]"}
        )
        fits = row["contradiction"] is None
        meeting |= {name: row[name] for name in ("tenant", "meeting_id", "reference", "status", "starts_at", "ends_at")}
        meeting |= {"events": row["n"], "last_event_at": row["occurred_at"]}
        meeting["moves"] += fits and row["action"] == "moved"
        event = told[row["tenant"], row["event_id"]]
        if fits and isinstance(event.envelope.data, MeetingScheduled):
            meeting |= _scheduled(event, event.envelope.data, persons)
        if fits and row["changed"]:
            meeting |= _settled(event, row["status"])
    return list(meetings.values())


SAID = (
    "owner", "channel", "contact_id", "account_id", "deal_id", "ticket_id", "held_at", "held_on", "outcome",
    "duration_seconds", "cancelled_at",
)  # fmt: skip


def _settled(event: Recorded, status: str) -> dict[str, Any]:
    held = event.envelope.data if isinstance(event.envelope.data, MeetingHeld) else None
    return {
        "held_at": event.known_at if status == "held" else None,
        "held_on": event.known_on if status == "held" else None,
        "outcome": held.outcome if held else None,
        "duration_seconds": held.duration_seconds if held else None,
        "cancelled_at": event.known_at if status == "cancelled" else None,
    }


def _scheduled(event: Recorded, data: MeetingScheduled, persons: dict[Who, UUID]) -> dict[str, Any]:
    named = {"account_id": data.account, "deal_id": data.deal, "ticket_id": data.ticket}
    ids = {name: None if reference is None else event.id_of(reference) for name, reference in named.items()}
    return {
        "owner": data.owner,
        "agents": json.dumps(data.agents, separators=(",", ":"), ensure_ascii=False),
        "channel": data.channel,
        "contact_id": persons[event.tenant, event.id_of(data.contacts[0])] if data.contacts else None,
        **ids,
    }
