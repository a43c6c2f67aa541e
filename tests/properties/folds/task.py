"""The referee of task."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.tasks.events import TaskCompleted, TaskPlanned
from tests.properties.folds import task_history
from tests.properties.folds.owners import team_at
from tests.properties.folds.people import Who, person_of
from tests.properties.history import Recorded, by_thing

_LAST = ("reference", "status", "owner", "due_on", "due_at", "remind_at")


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per task."""
    persons, team = person_of(events), team_at(events)
    histories: dict[tuple[str, UUID], list[dict[str, Any]]] = {}
    for row in task_history.rows(events):
        histories.setdefault((row["tenant"], row["task_id"]), []).append(row)
    found = []
    for thing, told in by_thing(events, "task").items():
        history = sorted(histories[thing], key=lambda row: row["n"])
        last = history[-1]
        found.append(_row(told, history, persons) | {"team": team(thing[0], last["owner"], last["occurred_at"])})
    return found


def _row(events: Sequence[Recorded], history: Sequence[dict[str, Any]], persons: dict[Who, UUID]) -> dict[str, Any]:
    last = history[-1]
    fitting = [event for event, row in zip(events, history, strict=True) if row["contradiction"] is None]
    planning = next((event for event in fitting if event.action == "planned"), None)
    settling = next((event for event in reversed(fitting) if event.action in {"completed", "cancelled"}), None)
    return {
        "tenant": last["tenant"],
        "task_id": last["task_id"],
        **{name: last[name] for name in _LAST},
        **_of_planning(planning, persons),
        **_of_settling(settling, last["status"]),
        "events": len(history),
    }


def _of_planning(planning: Recorded | None, persons: dict[Who, UUID]) -> dict[str, Any]:
    if planning is None or not isinstance(planning.envelope.data, TaskPlanned):
        names = ("priority", "contact_id", "account_id", "deal_id", "ticket_id", "planned_at")
        return dict.fromkeys(names)
    data = planning.envelope.data
    things = {"account": data.account, "deal": data.deal, "ticket": data.ticket}
    return {
        "priority": data.priority,
        "contact_id": persons[planning.tenant, planning.id_of(data.contacts[0])] if data.contacts else None,
        **{f"{kind}_id": planning.id_of(reference) if reference else None for kind, reference in things.items()},
        "planned_at": planning.known_at,
    }


def _of_settling(settling: Recorded | None, status: str) -> dict[str, Any]:
    data = settling.envelope.data if settling else None
    at = settling.known_at if settling else None
    return {
        "completed_at": at if status == "completed" else None,
        "cancelled_at": at if status == "cancelled" else None,
        "outcome": data.outcome if status == "completed" and isinstance(data, TaskCompleted) else None,
    }
