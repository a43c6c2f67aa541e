"""What the folds of several tables read of an event."""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from domain.shared.references import parse_reference
from tests.properties.history import Recorded


def in_order(events: Iterable[Recorded]) -> list[Recorded]:
    """The events in the models' order."""
    return sorted(events, key=lambda event: event.order)


def open_form(event: Recorded, reference: str) -> str:
    """A reference that the event gives, as tables outside `personal` may show it."""
    parsed = parse_reference(reference)
    return f"{parsed.kind}:id:{event.id_of(reference)}" if parsed.is_personal else reference


def normal_form(event: Recorded, field: str) -> str | None:
    """The normal form of a field of the event, if what it was given has one."""
    return dict(event.envelope.quality.normal).get(field, getattr(event.envelope.data, field)) or None


def of_history(event: Recorded, area: str, n: int) -> dict[str, Any]:
    """What the row of an event says of the event itself, in the small histories; `n` is its place."""
    return {
        "tenant": event.tenant,
        f"{area}_id": event.subject_id,
        "event_id": event.event_id,
        "n": n,
        "occurred_at": event.envelope.time,
        "time_precision": event.envelope.time_precision.value,
        "occurred_on": event.known_on,
        "position": event.position,
        "event_type": event.envelope.type,
        "action": event.action,
        "actor": event.envelope.actor,
        "reference": event.open_subject,
    }


def custom_json(event: Recorded) -> str | None:
    """The event's custom fields as they are stored, if it has any."""
    custom = event.envelope.data.custom
    parts = [f"{_json(name)}:{_json(custom[name])}" for name in sorted(custom)]
    return f"{{{','.join(parts)}}}" if parts else None


def _json(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return json.dumps(value.isoformat() if isinstance(value, date) else value, ensure_ascii=False)
