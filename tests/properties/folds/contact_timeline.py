"""The referee of contact_timeline."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.catalog import BY_MODEL
from tests.properties.folds.people import people_named, person_of
from tests.properties.folds.said import open_form
from tests.properties.folds.thing_contact import people_of_things
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per person and event that concerns them."""
    persons = person_of(events)
    people: dict[tuple[str, UUID], set[UUID]] = {}
    for tenant, thing, _, person in people_of_things(events):
        people.setdefault((tenant, thing), set()).add(person)
    return [
        _row(event, person)
        for event in events
        for person in people_named(event, persons) | people.get((event.tenant, event.subject_id), set())
    ]


def about(event: Recorded) -> tuple[str, UUID]:
    """What an event is about, as a reference that everybody may see and as an id."""
    if event.area == "activity":
        for field in ("deal", "ticket", "account"):
            if reference := getattr(event.envelope.data, field):
                return open_form(event, reference), event.id_of(reference)
    return event.open_subject, event.subject_id


def _row(event: Recorded, person: UUID) -> dict[str, Any]:
    reference, thing = about(event)
    return {
        "tenant": event.tenant,
        "contact_id": person,
        "occurred_at": event.envelope.time,
        "time_precision": event.envelope.time_precision.value,
        "sequence": event.envelope.sequence,
        "position": event.position,
        "kind": BY_MODEL[type(event.envelope.data)].kind,
        "event_type": event.envelope.type,
        "actor": event.envelope.actor,
        "agent": getattr(event.envelope.data, "agent", None),
        "about": reference,
        "about_id": thing,
        "event_id": event.event_id,
    }
