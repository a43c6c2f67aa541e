"""The referee of contact_identity."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds.people import linked_persons
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per contact that is linked with another one."""
    return [
        {"tenant": tenant, "contact_id": contact, "person_id": person}
        for (tenant, contact), person in linked_persons(events).items()
    ]
