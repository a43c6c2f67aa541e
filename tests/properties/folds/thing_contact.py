"""The referee of thing_contact."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tests.properties.folds.people import people_named, person_of
from tests.properties.history import Recorded

# What has people of its own, whom each of its events concerns.
AREAS = frozenset({"deal", "ticket", "meeting", "task", "order", "subscription"})


def people_of_things(events: Sequence[Recorded]) -> set[tuple[str, UUID, str, UUID]]:
    """(tenant, thing, area, person): whom the events of each deal, ticket, meeting … name."""
    persons = person_of(events)
    return {
        (event.tenant, event.subject_id, event.area, person)
        for event in events
        if event.area in AREAS
        for person in people_named(event, persons)
    }


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per thing and person."""
    return [
        {"tenant": tenant, "thing_id": thing, "area": area, "contact_id": person}
        for tenant, thing, area, person in people_of_things(events)
    ]
