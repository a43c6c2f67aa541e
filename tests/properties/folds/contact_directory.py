"""The referee of contact_directory (personal.contact)."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds.people import Who, person_of
from tests.properties.folds.said import custom_json, in_order
from tests.properties.folds.ways_to_reach import reachable
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per person that any event names."""
    persons = person_of(events)
    emails, phones = reachable(events, "email"), reachable(events, "phone")
    people: dict[Who, dict[str, Any]] = {}
    for (tenant, _), person in persons.items():
        their_emails, their_phones = list(emails.get((tenant, person), {})), list(phones.get((tenant, person), {}))
        people[tenant, person] = {
            "tenant": tenant,
            "contact_id": person,
            "name": None,
            "job_title": None,
            "email": their_emails[-1] if their_emails else None,
            "phone": their_phones[-1] if their_phones else None,
            "emails": len(their_emails),
            "phones": len(their_phones),
            "custom": None,
        }
    for event in in_order(events):
        if event.area == "contact":
            said = people[event.tenant, persons[event.tenant, event.subject_id]]
            said["name"] = getattr(event.envelope.data, "name", None) or said["name"]
            said["job_title"] = getattr(event.envelope.data, "job_title", None) or said["job_title"]
            said["custom"] = custom_json(event) or said["custom"]
    return list(people.values())
