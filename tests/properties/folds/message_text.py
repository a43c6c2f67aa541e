"""The referee of message_text: personal.message."""

from collections.abc import Sequence
from typing import Any

from domain.catalog import BY_MODEL
from tests.properties.folds.contact_timeline import about
from tests.properties.folds.said import custom_json
from tests.properties.history import Recorded

BODIES = ("body", "text", "summary", "comment", "explanation")


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per event that carries words, other than a contact's own data."""
    return [row for event in events if event.area != "contact" if (row := _row(event))]


def _row(event: Recorded) -> dict[str, Any] | None:
    said = {
        "subject_line": getattr(event.envelope.data, "subject_line", None),
        "body": next((text for name in BODIES if (text := getattr(event.envelope.data, name, None)) is not None), None),
        "location": getattr(event.envelope.data, "location", None),
        "tracking": getattr(event.envelope.data, "tracking", None),
        "custom": custom_json(event),
    }
    if all(value is None for value in said.values()):
        return None
    reference, thing = about(event)
    return {
        "tenant": event.tenant,
        "event_id": event.event_id,
        "occurred_at": event.envelope.time,
        "time_precision": event.envelope.time_precision.value,
        "kind": BY_MODEL[type(event.envelope.data)].kind,
        "event_type": event.envelope.type,
        "actor": event.envelope.actor,
        "about": reference,
        "about_id": thing,
        **said,
    }
