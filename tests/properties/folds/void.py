"""The referee of void."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.voids.events import VoidMade, VoidUndone
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per void, undone or not."""
    voids: dict[tuple[str, UUID], dict[str, Any]] = {}
    for event in events:
        key, said = (event.tenant, event.subject_id), event.envelope
        if isinstance(said.data, VoidMade):
            voids[key] = {
                "tenant": event.tenant,
                "void_id": event.subject_id,
                "made_at": said.time,
                "made_by": said.actor,
                "reason": said.data.reason,
                "selected_by": said.data.of,
                "selected": said.data.what,
                "events": sum(last - first + 1 for first, last in said.data.takes),
                "stands": True,
                **dict.fromkeys(("undone_at", "undone_by", "undone_reason")),
            }
        elif isinstance(said.data, VoidUndone):
            undone = {"undone_at": said.time, "undone_by": said.actor, "undone_reason": said.data.reason}
            voids[key] |= {"stands": False, **undone}
    return list(voids.values())
