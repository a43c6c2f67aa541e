"""How people can be reached: what was added and not removed after that. Shared by the referees of three tables."""

from collections.abc import Sequence
from typing import Any, Literal

from tests.properties.folds.people import Who, person_of
from tests.properties.folds.said import in_order, normal_form
from tests.properties.history import Recorded

Reachable = dict[str, dict[str, Any]]  # by address or number, the one stated last at the end


def reachable(events: Sequence[Recorded], way: Literal["email", "phone"]) -> dict[Who, Reachable]:
    """The e-mail addresses or telephone numbers that each person has after all events."""
    persons = person_of(events)
    found: dict[Who, Reachable] = {}
    for event in in_order(events):
        value = getattr(event.envelope.data, way, None)
        if event.area != "contact" or value is None:
            continue
        known = found.setdefault((event.tenant, persons[event.tenant, event.subject_id]), {})
        before = known.pop(value, None)
        if event.action != f"{way}_removed":
            label = getattr(event.envelope.data, "label", None)
            known[value] = {
                "normal": normal_form(event, way),
                "label": label or (before["label"] if before else None),
                "added_at": before["added_at"] if before else event.known_at,
            }
    return found


def rows_of(events: Sequence[Recorded], way: Literal["email", "phone"]) -> list[dict[str, Any]]:
    """One row per person and address or number."""
    return [
        {"tenant": tenant, "contact_id": person, way: value, **said, "is_primary": value == list(known)[-1]}
        for (tenant, person), known in reachable(events, way).items()
        for value, said in known.items()
    ]
