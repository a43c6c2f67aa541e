"""The referee of contact_key."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tests.properties.folds.people import called, person_of
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per outside key that any event calls a contact by."""
    persons = person_of(events)
    keys: dict[tuple[str, str], UUID] = {
        (event.tenant, reference): event.id_of(reference)
        for event in events
        for reference in called(event)
        if not reference.startswith("contact:id:")
    }
    return [
        {"tenant": tenant, "contact_id": persons[tenant, named], "reference": reference, "named_id": named}
        for (tenant, reference), named in keys.items()
    ]
