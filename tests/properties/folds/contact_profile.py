"""The referee of contact_profile."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.contacts.events import ContactSocialProfileAdded, ContactSocialProfileRemoved
from tests.properties.folds.people import person_of
from tests.properties.folds.said import in_order
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per person and profile."""
    persons = person_of(events)
    profiles: dict[tuple[str, UUID, str, str], datetime | None] = {}
    for event in in_order(events):
        if isinstance(event.envelope.data, ContactSocialProfileAdded | ContactSocialProfileRemoved):
            person = persons[event.tenant, event.subject_id]
            key = (event.tenant, person, event.envelope.data.network, event.envelope.data.profile)
            if isinstance(event.envelope.data, ContactSocialProfileAdded):
                profiles.setdefault(key, event.known_at)
            else:
                profiles.pop(key, None)
    return [
        {"tenant": tenant, "contact_id": person, "network": network, "profile": profile, "added_at": added_at}
        for (tenant, person, network, profile), added_at in profiles.items()
    ]
