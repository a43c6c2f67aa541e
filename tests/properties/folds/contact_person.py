"""The referee of contact_person."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds.people import open_references, person_of
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per contact that any event names."""
    references = open_references(events)
    return [
        {
            "tenant": tenant,
            "contact_id": contact,
            "person_id": person,
            "reference": references.get((tenant, contact)),
        }
        for (tenant, contact), person in person_of(events).items()
    ]
