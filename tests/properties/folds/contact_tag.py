"""The referee of contact_tag."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.contacts.events import ContactTagged, ContactUntagged
from tests.properties.folds.people import person_of
from tests.properties.folds.said import in_order
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per person and tag they carry."""
    persons = person_of(events)
    tags: dict[tuple[str, UUID, str], datetime | None] = {}
    for event in in_order(events):
        if isinstance(event.envelope.data, ContactTagged | ContactUntagged):
            key = (event.tenant, persons[event.tenant, event.subject_id], event.envelope.data.tag)
            if isinstance(event.envelope.data, ContactTagged):
                tags.setdefault(key, event.known_at)
            else:
                tags.pop(key, None)
    return [
        {"tenant": tenant, "contact_id": person, "tag": tag, "tagged_at": tagged_at}
        for (tenant, person, tag), tagged_at in tags.items()
    ]
