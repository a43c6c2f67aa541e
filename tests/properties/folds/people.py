"""Who is who: the contacts that events name, and the person that each of them is."""

from collections.abc import Sequence
from uuid import UUID

from domain.contacts.events import ContactLinked, ContactUnlinked
from tests.properties.folds.said import in_order, open_form
from tests.properties.history import Recorded

Who = tuple[str, UUID]  # tenant, id of a contact or of a person


def called(event: Recorded) -> list[str]:
    """The references by which an event names contacts."""
    if event.area == "contact":
        others = [event.envelope.data.other] if isinstance(event.envelope.data, ContactLinked | ContactUnlinked) else []
        return [event.envelope.subject, *others]
    return list(getattr(event.envelope.data, "contacts", []))


def named(event: Recorded) -> list[UUID]:
    """The contacts that an event names."""
    return [event.id_of(reference) for reference in called(event)]


def all_named(events: Sequence[Recorded]) -> set[Who]:
    """All contacts that any event names."""
    return {(event.tenant, contact) for event in events for contact in named(event)}


def linked_persons(events: Sequence[Recorded]) -> dict[Who, UUID]:
    """The contacts that are linked with another one now, and the person each is: the smallest id among them."""
    links: set[tuple[str, frozenset[UUID]]] = set()
    for event in in_order(events):
        if isinstance(event.envelope.data, ContactLinked | ContactUnlinked):
            pair = (event.tenant, frozenset({event.subject_id, event.id_of(event.envelope.data.other)}))
            links.discard(pair)
            if isinstance(event.envelope.data, ContactLinked) and len(pair[1]) == 2:
                links.add(pair)
    persons: dict[Who, UUID] = {(tenant, contact): contact for tenant, pair in links for contact in pair}
    changed = True
    while changed:  # the smaller id goes over each link until no link can lower one
        changed = False
        for tenant, both in links:
            smallest = min(persons[tenant, contact] for contact in both)
            for contact in both:
                changed |= persons[tenant, contact] != smallest
                persons[tenant, contact] = smallest
    return persons


def person_of(events: Sequence[Recorded]) -> dict[Who, UUID]:
    """The person that every contact is which any event names."""
    return {(tenant, contact): contact for tenant, contact in all_named(events)} | linked_persons(events)


def people_named(event: Recorded, persons: dict[Who, UUID]) -> set[UUID]:
    """The people that an event names, each once."""
    return {persons[event.tenant, contact] for contact in named(event)}


def open_references(events: Sequence[Recorded]) -> dict[Who, str]:
    """The outside key of every contact that has one which is no personal data."""
    return {
        (event.tenant, event.id_of(reference)): reference
        for event in events
        for reference in called(event)
        if not open_form(event, reference).startswith("contact:id:")
    }
