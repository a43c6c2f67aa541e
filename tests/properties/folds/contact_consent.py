"""The referee of contact_consent."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.contacts.events import ContactConsentGiven, ContactConsentWithdrawn
from tests.properties.folds.people import person_of
from tests.properties.folds.said import in_order
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per person, purpose and channel: the last word."""
    persons = person_of(events)
    found: dict[tuple[str, UUID, str, str], dict[str, Any]] = {}
    for event in in_order(events):
        data = event.envelope.data
        if isinstance(data, ContactConsentGiven | ContactConsentWithdrawn):
            person = persons[event.tenant, event.subject_id]
            found[event.tenant, person, data.purpose, data.channel or "all"] = {
                "given": isinstance(data, ContactConsentGiven),
                "since": event.known_at,
                "obtained": data.obtained,
                "wording": getattr(data, "wording", None),
                "source": event.envelope.source,
                "event_id": event.event_id,
            }
    return [
        {"tenant": tenant, "contact_id": person, "purpose": purpose, "channel": channel, **said}
        for (tenant, person, purpose, channel), said in found.items()
    ]
