"""The referee of contact_quality."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds.people import person_of
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per event and doubt."""
    persons = person_of(events)
    return [
        {
            "tenant": event.tenant,
            "contact_id": persons[event.tenant, event.subject_id] if event.area == "contact" else None,
            "thing_id": event.subject_id,
            "about": event.open_subject,
            "event_id": event.event_id,
            "event_type": event.envelope.type,
            "field": one.field,
            "doubt": one.doubt,
            "occurred_at": event.envelope.time,
            "position": event.position,
        }
        for event in events
        for one in event.envelope.quality.doubts
    ]
