"""The referee of meeting."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.meetings.events import MeetingScheduled
from tests.properties.folds import meeting_history
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per meeting, as it stands after the last of its events."""
    told = {(event.tenant, event.event_id): event for event in events}
    meetings: dict[tuple[str, UUID], dict[str, Any]] = {}
    for row in meeting_history.rows(events):  # each meeting's in their order
        meeting = meetings.setdefault((row["tenant"], row["meeting_id"]), dict.fromkeys(SAID) | {"moves": 0})
        fits = row["contradiction"] is None
        meeting |= {name: row[name] for name in ("tenant", "meeting_id", "reference", "status", "starts_at", "ends_at")}
        meeting |= {"events": row["n"], "last_event_at": row["occurred_at"]}
        meeting["moves"] += fits and row["action"] == "moved"
        event = told[row["tenant"], row["event_id"]]
        if fits and isinstance(event.envelope.data, MeetingScheduled):
            meeting |= _scheduled(event, event.envelope.data)
    return list(meetings.values())


SAID = ("owner", "channel", "account_id", "deal_id", "ticket_id")


def _scheduled(event: Recorded, data: MeetingScheduled) -> dict[str, Any]:
    named = {"account_id": data.account, "deal_id": data.deal, "ticket_id": data.ticket}
    ids = {name: None if reference is None else event.id_of(reference) for name, reference in named.items()}
    return {"owner": data.owner, "channel": data.channel, **ids}
