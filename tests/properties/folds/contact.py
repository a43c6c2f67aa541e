"""The referee of contact."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from domain.contacts.events import ContactAdded, ContactCommunicationPreferencesSet
from tests.properties.folds.contact_account import memberships
from tests.properties.folds.people import Who, open_references, person_of
from tests.properties.folds.said import in_order
from tests.properties.history import Recorded

EMPTY = ("reference", "account_id", "role", "owner", "preferred_channel", "avoid", "language", "added_at")


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per person that any event names."""
    persons = person_of(events)
    linked = Counter((tenant, person) for (tenant, _), person in persons.items())
    people: dict[Who, dict[str, Any]] = {
        (tenant, person): {"tenant": tenant, "contact_id": person, "linked_contacts": count} | dict.fromkeys(EMPTY)
        for (tenant, person), count in linked.items()
    }
    for (tenant, contact), reference in open_references(events).items():
        person = people[tenant, persons[tenant, contact]]
        person["reference"] = min(person["reference"] or reference, reference)
    for who, accounts in memberships(events).items():
        if accounts:
            people[who]["account_id"], current = list(accounts.items())[-1]
            people[who]["role"] = current["role"]
    added: set[Who] = set()
    for event in in_order(events):
        if event.area == "contact":
            who = (event.tenant, persons[event.tenant, event.subject_id])
            _apply(
                event, people[who], is_first_added=isinstance(event.envelope.data, ContactAdded) and who not in added
            )
            if isinstance(event.envelope.data, ContactAdded):
                added.add(who)
    return list(people.values())


def _apply(event: Recorded, person: dict[str, Any], *, is_first_added: bool) -> None:
    person["owner"] = getattr(event.envelope.data, "owner", None) or person["owner"]
    if is_first_added:
        person["added_at"] = event.known_at
    if isinstance(event.envelope.data, ContactCommunicationPreferencesSet):
        person["preferred_channel"] = event.envelope.data.preferred
        person["avoid"] = ",".join(event.envelope.data.avoid) or None
        person["language"] = event.envelope.data.language
