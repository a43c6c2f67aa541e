"""The referee of task_history: one event of a task after the other."""

from collections.abc import Sequence
from typing import Any

from domain.tasks.events import TaskPlanned, TaskRescheduled
from tests.properties.folds.said import of_history
from tests.properties.history import Recorded, by_thing

BECOMES = {"completed": "completed", "cancelled": "cancelled", "reopened": "open"}


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per event of a task."""
    return [row for history in by_thing(events, "task").values() for row in _rows_of_task(history)]


def _rows_of_task(history: Sequence[Recorded]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    state: dict[str, Any] = dict.fromkeys(("owner", "due_on", "due_at", "remind_at"))
    status, planned = "open", False
    for n, event in enumerate(history, start=1):
        before, data = status, event.envelope.data
        contradiction = _contradiction(event, status, planned=planned)
        if contradiction is None:
            status = BECOMES.get(event.action, status)
            planned |= event.action == "planned"
            state["owner"] = getattr(data, "owner", None) or state["owner"]
            if isinstance(data, TaskPlanned | TaskRescheduled):
                state |= {"due_on": data.due_on, "due_at": data.due_at, "remind_at": data.remind_at}
        found.append(
            {
                **of_history(event, "task", n),
                "status": status,
                "changed": n == 1 or status != before,
                "contradiction": contradiction,
                **state,
            }
        )
    return found


def _contradiction(event: Recorded, status: str, *, planned: bool) -> str | None:
    if event.action == "planned":
        return "already_planned" if planned else None
    if event.action == "reopened":
        return "open" if status == "open" else None
    return None if status == "open" else status
