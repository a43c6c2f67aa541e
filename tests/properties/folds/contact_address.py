"""The referee of contact_address."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.contacts.events import ContactPostalAddressAdded, ContactPostalAddressRemoved
from tests.properties.folds.people import person_of
from tests.properties.folds.said import in_order, normal_form
from tests.properties.history import Recorded

PARTS = ("street", "city", "postal_code", "region", "country")


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per person and label of a postal address."""
    persons = person_of(events)
    addresses: dict[tuple[str, UUID, str], dict[str, Any]] = {}
    for event in in_order(events):
        if isinstance(event.envelope.data, ContactPostalAddressAdded | ContactPostalAddressRemoved):
            key = (event.tenant, persons[event.tenant, event.subject_id], event.envelope.data.label)
            addresses.pop(key, None)
            if isinstance(event.envelope.data, ContactPostalAddressAdded):
                addresses[key] = {part: getattr(event.envelope.data, part) for part in PARTS} | {
                    "normal": normal_form(event, "country"),
                    "added_at": event.known_at,
                }
    return [
        {"tenant": tenant, "contact_id": person, "label": label, **address}
        for (tenant, person, label), address in addresses.items()
    ]
