"""The pool that random histories are drawn from: a handful of things, words and amounts, and data made of them."""

from decimal import Decimal
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel

from domain.catalog import EventType
from domain.orders.events import OrderLine
from domain.shared.marks import marks_of

CONTACTS = (
    "contact:crm:ada", "contact:mail:ada@example.org", "contact:phone:+49401234", "contact:crm:bob", "contact:crm:cleo",
)  # fmt: skip
REFERENCES: dict[str, tuple[str, ...]] = {
    "contact": CONTACTS,
    "account": ("account:crm:nordwind", "account:domain:suedwind.example"),
    "agent": ("agent:crm:1", "agent:crm:2", "agent:crm:3"),
    "product": ("product:crm:turbine", "product:crm:rotor", "product:crm:never-listed"),
    "pipeline": ("pipeline:crm:sales", "pipeline:crm:renewals:2026", "pipeline:crm:never-defined"),
    "deal": ("deal:crm:1", "deal:crm:2", "deal:mail:deals@example.org"),
    "ticket": ("ticket:crm:1", "ticket:crm:2"),
    "activity": ("activity:crm:1", "activity:crm:2"),
    "meeting": ("meeting:crm:1", "meeting:mail:invited@example.org"),
    "task": ("task:crm:1", "task:crm:2"),
    "order": ("order:shop:1", "order:shop:2"),
    "subscription": ("subscription:shop:1", "subscription:shop:2"),
    "message": (*(f"message:mail:{n}@example.org" for n in range(1, 7)), *(f"message:crm:{n}" for n in range(7, 13))),
    "thread": ("thread:mail:1@example.org", "thread:crm:1", "thread:crm:2", "thread:crm:3"),
}
STAGES = ("Qualified", "Proposal", "Ready", "Won", "Lost", "Überzeugt")
AGENTS = ("Kim Park", "Lee", "Nobody's name")
AMOUNTS = tuple(map(Decimal, ("0", "0.0005", "-0.0005", "12500.5", "12500.5", "-30", "999999999999999.9999")))
LINKED = CONTACTS[:3]  # few enough for chains and circles
MOMENTS = ("2026-03-07T09:00:00Z", "2026-03-08T01:30:00-05:00", "2026-03-08T06:30:00.000001Z")
_WORDS = ("North", "Süd \U0001f33b", 'quoted "text", with \\ and \n a line', "'; --")
_TEXTS = (*_WORDS, "", "one text, " * 50)
_BY_FIELD: dict[str, tuple[Any, ...]] = {
    "agent": AGENTS,
    "agents": AGENTS,
    "amount": AMOUNTS,
    "channel": ("shop", "phone"),
    "city": ("Hamburg", "Bremen"),
    "currency": ("EUR", "USD"),
    "email": ("ada@example.org", "Bob@example.org"),
    "from_stage": STAGES,
    "label": ("main", "work", "Step 3"),
    "manager": AGENTS,
    "network": ("linkedin", "xing"),
    "order": STAGES,
    "owner": AGENTS,
    "phone": ("+49 40 1234", "040 99"),
    "price": AMOUNTS,
    "public": (True, False),
    "purpose": ("newsletter", "profiling"),
    "quantity": AMOUNTS,
    "unit_price": AMOUNTS,
    "discount": tuple(map(Decimal, ("0", "0.1", "1"))),
    "plan": ("Basic", "Plus"),
    "due_on": ("2026-03-07", "2026-03-31"),
    **dict.fromkeys(("starts_at", "ends_at", "due_at", "remind_at"), MOMENTS),
    "probability": tuple(map(Decimal, ("0", "0.001", "0.2", "0.3333", "1"))),
    "product": REFERENCES["product"],
    "profile": ("ada", "bob"),
    "revenue": AMOUNTS,
    "score": (1, 4, 5),
    "stage": (*STAGES, "Unheard of"),
    "tag": ("vip", "newsletter"),
    "team": ("North", "South"),
    "office": ("Hamburg", "Bremen"),
    "expected_close": ("2026-03-31", "2026-06-30"),
    "employees": (0, 120),
    "founded": (1994,),
    "duration_seconds": (0, 340),
    **dict.fromkeys(("body", "comment", "explanation", "location", "subject_line", "summary", "text"), _TEXTS),
    "custom": ({}, {}, {"Lead score": 7, "Süd": "ja"}, {"price": Decimal("1.50"), "vip": True}),
}
_NAMES: dict[str, tuple[str, ...]] = {
    "agent": AGENTS[:2],
    "pipeline.stage_renamed": ("Ready", "Offer sent", "Proposal"),
    "pipeline": ("New business", "Renewals"),
}


def data_of(event_type: EventType) -> st.SearchStrategy[dict[str, Any]]:
    """Valid data of a type, as fields for its model. Optional fields are left out half the time."""
    marks = marks_of(event_type.model)
    kinds = dict(marks.single_refs) | dict(marks.list_refs)
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for name, field in event_type.model.model_fields.items():
        values = _values(event_type, name, field.annotation, kinds.get(name))
        (required if field.is_required() else optional)[name] = values
    return st.fixed_dictionaries(required, optional=optional)


def _values(event_type: EventType, name: str, annotation: Any, kind: str | None) -> st.SearchStrategy[Any]:
    """Values of a field, by its name where the pool has it, else by its type. Never None: it is left out instead."""
    if get_origin(annotation) is list:
        (element,) = get_args(annotation)
        return st.lists(_values(event_type, name, element, kind), min_size=1, max_size=4)
    if kind is not None:
        return st.sampled_from(LINKED if name == "other" else REFERENCES[kind])
    if name == "lines":
        return _parts(event_type, OrderLine)
    if name == "stages":
        return st.fixed_dictionaries(
            {
                "stage": st.sampled_from(STAGES),
                "kind": st.sampled_from(("open", "open", "won", "lost")),
                "probability": st.sampled_from(_BY_FIELD["probability"]),
            }
        )
    if name == "name":
        of_type = _NAMES.get(f"{event_type.area}.{event_type.action}")
        return st.sampled_from(of_type or _NAMES.get(event_type.area, _WORDS))
    if name in _BY_FIELD and not _words(annotation):
        return st.sampled_from(_BY_FIELD[name])
    return st.sampled_from(_words(annotation) or _WORDS)


def _parts(event_type: EventType, model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    """Values of a part of an event, such as a line of an order."""
    kinds = {"product": "product"}
    parts: tuple[dict[str, st.SearchStrategy[Any]], dict[str, st.SearchStrategy[Any]]] = ({}, {})
    for name, field in model.model_fields.items():
        parts[not field.is_required()][name] = _values(event_type, name, field.annotation, kinds.get(name))
    required, optional = parts
    return st.fixed_dictionaries(required, optional=optional)


def _words(annotation: Any) -> tuple[str, ...]:
    """The words of a Literal, however deep it stands in the annotation."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(word for part in get_args(annotation) if part is not NoneType for word in _words(part))
