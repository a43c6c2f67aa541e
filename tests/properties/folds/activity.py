"""The referee of activity."""

from collections.abc import Sequence
from typing import Any

from domain.catalog import BY_MODEL
from tests.properties.folds.people import person_of
from tests.properties.history import Recorded

_SAID = ("agent", "duration_seconds", "outcome", "result", "network", "campaign", "amount", "currency")
_TITLES = ("topic", "form", "page", "document", "cart")
_DIRECTIONS = {"email_received": "inbound", "email_sent": "outbound"}


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per activity."""
    persons = person_of(events)
    return [_row(event, persons) for event in events if event.area == "activity"]


def _row(event: Recorded, persons: dict[Any, Any]) -> dict[str, Any]:
    data = event.envelope.data
    contacts = getattr(data, "contacts", [])
    return {
        "tenant": event.tenant,
        "activity_id": event.event_id,
        "reference": event.open_subject,
        "event_type": event.envelope.type,
        "kind": BY_MODEL[type(data)].kind,
        "direction": _DIRECTIONS.get(event.action, getattr(data, "direction", None)),
        "occurred_at": event.envelope.time,
        "time_precision": event.envelope.time_precision.value,
        "occurred_on": event.known_on,
        "position": event.position,
        "contact_id": persons[event.tenant, event.id_of(contacts[0])] if contacts else None,
        **{f"{kind}_id": _id(event, getattr(data, kind, None)) for kind in ("account", "deal", "ticket")},
        "actor": event.envelope.actor,
        **{name: getattr(data, name, None) for name in _SAID},
        "about": next((said for name in _TITLES if (said := getattr(data, name, None))), None),
    }


def _id(event: Recorded, reference: str | None) -> Any:
    return event.id_of(reference) if reference else None
