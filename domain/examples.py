"""One plausible event of every type, made from the models: what `rapport events` and the documentation show."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from domain.catalog import STORED_TYPES, EventType
from domain.shared.marks import marks_of

SOURCE = "example"
_BEGIN = datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
_KEYS = {"contact": "ada", "account": "nordwind", "pipeline": "sales", "product": "turbine-400", "agent": "kim"}
_STAGES = [
    {"stage": "Qualified", "kind": "open", "probability": "0.2"},
    {"stage": "Proposal", "kind": "open", "probability": "0.5"},
    {"stage": "Won", "kind": "won", "probability": "1"},
    {"stage": "Lost", "kind": "lost", "probability": "0"},
]
_LINE = {"product": "product:example:turbine-400", "label": "Turbine 400", "quantity": "2", "unit_price": "12500.00"}
_LINES = [
    {**_LINE, "discount": "0.1", "amount": "22500.00"},
    {"label": "Delivery", "quantity": "1", "amount": "350.00"},
]
_IN_CHAT = {
    "message": "message:example:4713",
    "in_reply_to": "message:example:4712",
    "references": ["message:example:4711", "message:example:4712"],
}
_BY_MAIL = {
    "message": "message:mail:4713@mail.example.org",
    "in_reply_to": "message:mail:4712@mail.example.org",
    "references": ["message:mail:4711@mail.example.org", "message:mail:4712@mail.example.org"],
    "thread": "thread:mail:4711@mail.example.org",
}
# A task is due on a day or at a time: each example has one of the two.
_LEFT_OUT: Mapping[str, frozenset[str]] = {
    "task.planned": frozenset({"due_on"}),
    "task.rescheduled": frozenset({"due_at"}),
}
# By the type's area and action, then by area alone, then by the field's name alone.
_VALUES: Mapping[str, Mapping[str, Any]] = {
    "account.renamed": {"name": "Nordwind Energy GmbH"},
    "activity.call_logged": {"direction": "inbound"},
    "activity.cart_abandoned": {"amount": "22850.00"},
    "activity.email_received": _BY_MAIL,
    "activity.email_sent": _BY_MAIL,
    "activity.presentation_given": {"outcome": "wants an offer"},
    "contact.consent_withdrawn": {"obtained": "unsubscribe link"},
    "contact.name_corrected": {"name": "Ada Lindgren"},
    "deal.moved_to_stage": {"stage": "Proposal", "from_stage": "Qualified"},
    "pipeline.stage_added": {"stage": "Negotiation", "probability": "0.8"},
    "pipeline.stage_renamed": {"stage": "Proposal", "name": "Proposal sent"},
    "pipeline.stage_retired": {"stage": "Negotiation"},
    "meeting.held": {"duration_seconds": 3300},
    "meeting.moved": {"starts_at": "2026-01-21T14:00:00Z", "ends_at": "2026-01-21T15:00:00Z"},
    "order.paid": {"amount": "22850.00"},
    "order.placed": {"amount": "22850.00"},
    "order.refunded": {"amount": "350.00", "reason": "late delivery"},
    "subscription.changed": {"plan": "Service complete", "amount": "310.00"},
    "product.priced": {"price": "13200.00"},
    "product.renamed": {"name": "Turbine 400 S"},
    "contact": {"name": "Ada Lindgreen"},
    "account": {"name": "Nordwind GmbH", "parent": "account:example:nordwind-holding"},
    "agent": {"name": "Kim Park"},
    "product": {"name": "Turbine 400"},
    "pipeline": {"name": "New business"},
    "ticket": {"label": "Step 3", "state": "in work"},
    "activity": {**_IN_CHAT, "direction": "outbound"},
    "meeting": {"text": "We go through the plan.", "reason": "illness", "explanation": "They are ill."},
    "task": {
        "subject_line": "Send the offer",
        "priority": "high",
        "outcome": "offer sent",
        "reason": "no longer needed",
        "text": "Sent by mail; they answer by Friday.",
    },
    "order": {"channel": "shop", "reason": "ordered twice"},
    "subscription": {"amount": "250.00", "every": "month", "reason": "too expensive"},
    "void": {
        "reason": "imported with the wrong map",
        "of": "import",
        "what": "5f2a90c41b7de803",
        "events": 6,
        "takes": [[1, 4], [7, 8]],
        "void": "00000000-0000-4000-8000-000000004711",
    },
}
_COMMON: Mapping[str, Any] = {
    "agent": "Kim Park",
    "agents": ["Kim Park", "Robin Meyer"],
    "amount": "12500.00",
    "body": "Thank you for the offer. Could we talk about the delivery dates?",
    "campaign": "spring fair",
    "carrier": "Example Post",
    "cart": "cart-4711",
    "city": "Hamburg",
    "comment": "Quick and friendly.",
    "country": "Germany",
    "currency": "EUR",
    "document": "Offer for Nordwind",
    "due_at": "2026-01-16T15:00:00Z",
    "due_on": "2026-01-16",
    "duration_seconds": 340,
    "email": "ada@example.org",
    "employees": 120,
    "ends_at": "2026-01-20T15:00:00Z",
    "expected_close": "2026-03-31",
    "explanation": "They chose a cheaper offer.",
    "family": "Turbines",
    "form": "contact",
    "founded": 1994,
    "industry": "energy",
    "job_title": "Head of purchasing",
    "label": "work",
    "language": "de",
    "lines": _LINES,
    "location": "Hamburg, room 4",
    "manager": "Robin Meyer",
    "method": "invoice",
    "network": "linkedin",
    "number": "2026-0112",
    "obtained": "web form",
    "office": "Hamburg",
    "order": ["Proposal", "Qualified"],
    "other": "contact:mail:ada@example.org",
    "owner": "Kim Park",
    "page": "/turbines/400",
    "phone": "+49 40 123456",
    "plan": "Service plus",
    "postal_code": "20095",
    "preferred": "email",
    "avoid": ["phone"],
    "price": "12500.00",
    "probability": "0.5",
    "profile": "ada-lindgren",
    "purpose": "newsletter",
    "referrer": "search engine",
    "region": "Hamburg",
    "remind_at": "2026-01-16T08:00:00Z",
    "result": "interested",
    "revenue": "4200000",
    "role": "buyer",
    "score": 5,
    "site": "shop.nordwind.example",
    "stage": "Qualified",
    "stages": _STAGES,
    "starts_at": "2026-01-20T14:00:00Z",
    "street": "Beispielweg 1",
    "subject_line": "Delivery dates",
    "summary": "Wants the offer by Friday.",
    "tag": "newsletter",
    "team": "North",
    "text": "Could you tell me when it arrives?",
    "title": "Turbine for Nordwind",
    "to": "second level",
    "topic": "Turbine 400",
    "tracking": "EX123456789",
    "url": "https://nordwind.example/offer.pdf",
    "website": "https://nordwind.example",
    "why": "same e-mail address",
    "wording": "Yes, send me the newsletter. I can unsubscribe at any time.",
}


def example_event(event_type: EventType) -> dict[str, Any]:
    """A CloudEvent of this type in structured JSON, as `rapport ingest` takes it."""
    nth = STORED_TYPES.index(event_type)
    return {
        "specversion": "1.0",
        "id": f"example-{nth + 1}",
        "source": SOURCE,
        "type": event_type.name,
        "subject": _reference(event_type.area),
        "time": (_BEGIN + timedelta(hours=nth)).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": example_data(event_type),
    }


def example_data(event_type: EventType) -> dict[str, Any]:
    """The data of an event of this type, with a value for every field it has a name for."""
    marks = marks_of(event_type.model)
    single, several = dict(marks.single_refs), dict(marks.list_refs)
    data: dict[str, Any] = {}
    # What other sources call their fields can't be guessed.
    left_out = {"custom", *left_out_of(event_type)}
    for name, field in event_type.model.model_fields.items():
        if name in left_out:
            continue
        value = _named(event_type, name)
        if value is not None:
            data[name] = value
        elif name in single:
            data[name] = _reference(single[name])
        elif name in several:
            data[name] = [_reference(several[name])]
        else:
            data[name] = _value(field.annotation)
    return data


def left_out_of(event_type: EventType) -> frozenset[str]:
    """The fields that the example of this type does without, since another one takes their place."""
    return _LEFT_OUT.get(f"{event_type.area}.{event_type.action}", frozenset())


def _named(event_type: EventType, name: str) -> Any:
    for values in (f"{event_type.area}.{event_type.action}", event_type.area):
        if name in _VALUES.get(values, {}):
            return _VALUES[values][name]
    return _COMMON.get(name)


def _reference(kind: str) -> str:
    return f"{kind}:{SOURCE}:{_KEYS.get(kind, '4711')}"


def _value(annotation: Any) -> Any:
    """A value of the type, for fields that nobody has thought of an example for."""
    origin, parts = get_origin(annotation), [p for p in get_args(annotation) if p is not type(None)]
    if origin is Literal:
        return parts[0]
    if origin is list:
        return [_value(parts[0])]
    if parts:
        return _value(parts[0])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {name: _value(field.annotation) for name, field in annotation.model_fields.items()}
    plain: dict[Any, Any] = {bool: True, int: 1, Decimal: "1", date: "2026-01-12", datetime: "2026-01-12T09:30:00Z"}
    return plain.get(annotation, "example")
