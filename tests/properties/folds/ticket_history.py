"""The referee of ticket_history: one event of a ticket after the other."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.tickets.events import TicketOpened
from tests.properties.folds.owners import TeamAt, team_at
from tests.properties.history import Recorded, by_thing

REFUSED_IN = {  # the status in which an action can't be true; opening is judged apart
    "put_on_hold": {"resolved", "closed"},
    "resolved": {"resolved", "closed"},
    "closed": {"closed"},
    "reopened": {"open", "on_hold"},
}
BECOMES = {"put_on_hold": "on_hold", "resolved": "resolved", "closed": "closed", "reopened": "open"}


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per event of a ticket."""
    team = team_at(events)
    found: list[dict[str, Any]] = []
    for (tenant, ticket_id), history in by_thing(events, "ticket").items():
        found += _rows_of_ticket(tenant, ticket_id, history, team)
    return found


def seconds_between(begin: datetime | None, end: datetime | None) -> Decimal | None:
    """The time from one to the other, if both are known and in that order."""
    if begin is None or end is None or end < begin:
        return None
    return Decimal((end - begin) // timedelta(microseconds=1)).scaleb(-6)


def _rows_of_ticket(tenant: str, ticket_id: UUID, history: list[Recorded], team: TeamAt) -> list[dict[str, Any]]:
    opening = next((event for event in history if event.action == "opened"), history[0])
    first_reply = next((event for event in history if event.action == "agent_replied"), None)
    state: dict[str, Any] = dict.fromkeys(("owner", "priority", "channel", "contact_id", "account_id"))
    status, found = "", []
    seen: Counter[str] = Counter()
    for n, event in enumerate(history, start=1):
        before, status = status, status or "open"
        contradiction = _contradiction(event, status, opening)
        if contradiction is None:
            status = _apply(event, status, state)
        found.append(
            {
                "tenant": tenant,
                "ticket_id": ticket_id,
                "n": n,
                "contradiction": contradiction,
                "status": status,
                "changed": status != before,
                "is_opening": event is opening,
                "is_first_response": event is first_reply,
                "is_first_contact": contradiction is None and event.action == "resolved" and _is_first_contact(seen),
                "opened_at": opening.known_at,
                "seconds_since_opening": seconds_between(opening.known_at, event.known_at),
                "team": team(tenant, state["owner"], event.envelope.time),
                **state,
                **_of_event(event),
            }
        )
        if contradiction is None:
            seen[event.action] += 1
    return found


def _is_first_contact(seen: Counter[str]) -> bool:
    """Whether a ticket to which that has happened is at its first contact still."""
    return seen["agent_replied"] <= 1 and not seen["escalated"] and not seen["reopened"]


def _contradiction(event: Recorded, status: str, opening: Recorded) -> str | None:
    if event.action == "opened":
        return None if event is opening else "already_opened"
    if status in REFUSED_IN.get(event.action, ()):
        return "open" if event.action == "reopened" else status
    return None


def _apply(event: Recorded, status: str, state: dict[str, Any]) -> str:
    data = event.envelope.data
    state["owner"] = getattr(data, "owner", None) or state["owner"]
    state["priority"] = getattr(data, "priority", None) or state["priority"]
    if isinstance(data, TicketOpened):
        state["channel"] = data.channel
        state["contact_id"] = event.id_of(data.contacts[0]) if data.contacts else None
        state["account_id"] = event.id_of(data.account) if data.account else None
    if event.action == "customer_replied" and status == "on_hold":
        return "open"
    return BECOMES.get(event.action, status)


def _of_event(event: Recorded) -> dict[str, Any]:
    envelope = event.envelope
    return {
        "event_id": event.event_id,
        "occurred_at": envelope.time,
        "time_precision": envelope.time_precision.value,
        "occurred_on": event.known_on,
        "position": event.position,
        "event_type": envelope.type,
        "action": event.action,
        "label": getattr(envelope.data, "label", None),
        "state": getattr(envelope.data, "state", None),
        "actor": envelope.actor,
        "score": getattr(envelope.data, "score", None),
        "waiting_for": getattr(envelope.data, "waiting_for", None),
        "reference": event.open_subject,
    }
