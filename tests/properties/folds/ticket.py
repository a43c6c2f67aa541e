"""The referee of ticket: what is left of a ticket's history in the end."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from tests.properties.folds import contact_identity, ticket_history
from tests.properties.folds.ticket_history import seconds_between
from tests.properties.history import Recorded

LASTING = (
    "tenant", "ticket_id", "channel", "priority", "status", "owner", "team", "account_id", "opened_at",
)  # fmt: skip


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per ticket."""
    persons = {(row["tenant"], row["contact_id"]): row["person_id"] for row in contact_identity.rows(events)}
    found = []
    for _, history in groupby(ticket_history.rows(events), lambda row: (row["tenant"], row["ticket_id"])):
        row = _ticket(list(history))
        row["contact_id"] = persons.get((row["tenant"], row["contact_id"]), row["contact_id"])
        found.append(row)
    return found


def _ticket(history: list[dict[str, Any]]) -> dict[str, Any]:
    last = history[-1]
    opening = next(row for row in history if row["is_opening"])
    first_response_at = next((_known_at(row) for row in history if row["is_first_response"]), None)
    known = [row["occurred_at"] for row in history if _known_at(row)]
    effective = [row for row in history if row["contradiction"] is None]
    resolved_at = _since(effective, "resolved")
    entered = [row for row in history if row["changed"]][-1]
    return {
        **{name: last[name] for name in LASTING},
        "reference": _reference(history),
        "contact_id": last["contact_id"],
        "opened_on": opening["occurred_on"],
        "first_response_at": first_response_at,
        "resolved_at": resolved_at,
        "closed_at": _since(effective, "closed"),
        "rating": _last(history, "score"),
        "events": len(history),
        "reopened": (reopened := len([row for row in effective if row["action"] == "reopened"])),
        "replies": len([row for row in history if row["action"] == "agent_replied"]),
        "escalated": len([row for row in history if row["action"] == "escalated"]),
        "at_first_contact": not reopened and any(row["is_first_contact"] for row in history),
        "first_response_seconds": seconds_between(last["opened_at"], first_response_at),
        "resolution_seconds": seconds_between(last["opened_at"], resolved_at),
        "status_since": _known_at(entered),
        "waiting_since": _waiting_since(effective),
        "waiting_for": entered["waiting_for"] if last["status"] == "on_hold" else None,
        "first_event_at": known[0] if known else None,
        "last_event_at": known[-1] if known else None,
        "last_label": _last(effective, "label"),
        "last_state": _last(history, "state"),
    }


def _since(effective: list[dict[str, Any]], action: str) -> datetime | None:
    """When it was resolved or closed, if it was not reopened since."""
    since: datetime | None = None
    for row in effective:
        if row["action"] == action:
            since = _known_at(row)
        elif row["action"] == "reopened":
            since = None
    return since


def _waiting_since(effective: list[dict[str, Any]]) -> datetime | None:
    waiting: dict[str, Any] | None = None
    for row in effective:
        if row["action"] in {"agent_replied", "resolved", "closed"} or row["waiting_for"] == "customer":
            waiting = None
        elif row["is_opening"] or row["action"] in {"customer_replied", "reopened"}:
            waiting = waiting or row
    return _known_at(waiting) if waiting else None


def _reference(history: list[dict[str, Any]]) -> str:
    """The source's own key, unless all events name the ticket by our id."""
    references: list[str] = [row["reference"] for row in history]
    return min(references, key=lambda text: text.startswith("ticket:id:"))


def _known_at(row: dict[str, Any]) -> datetime | None:
    return None if row["time_precision"] == "unknown" else row["occurred_at"]


def _last(history: list[dict[str, Any]], name: str) -> Any:
    return next((row[name] for row in reversed(history) if row[name] is not None), None)
