"""The referee of contact_person."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds.people import person_of
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per contact that any event names."""
    return [
        {"tenant": tenant, "contact_id": contact, "person_id": person}
        for (tenant, contact), person in person_of(events).items()
    ]
