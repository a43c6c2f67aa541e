"""The pool that random histories are drawn from: a handful of things, words and amounts, and data made of them."""

from decimal import Decimal
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from hypothesis import strategies as st

from domain.catalog import EventType
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
}
STAGES = ("Qualified", "Proposal", "Ready", "Won", "Lost", "Überzeugt")
AGENTS = ("Kim Park", "Lee", "Nobody's name")
AMOUNTS = tuple(map(Decimal, ("0", "0.0005", "-0.0005", "12500.5", "12500.5", "-30", "999999999999999.9999")))
LINKED = CONTACTS[:3]  # few enough for chains and circles
_WORDS = ("North", "Süd \U0001f33b", 'quoted "text", with \\ and \n a line', "'; --")
_TEXTS = (*_WORDS, "", "one text, " * 50)
_BY_FIELD: dict[str, tuple[Any, ...]] = {
    "agent": AGENTS,
    "amount": AMOUNTS,
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
    **dict.fromkeys(("body", "comment", "explanation", "subject_line", "summary", "text"), _TEXTS),
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
    if name in _BY_FIELD:
        return st.sampled_from(_BY_FIELD[name])
    return st.sampled_from(_words(annotation) or _WORDS)


def _words(annotation: Any) -> tuple[str, ...]:
    """The words of a Literal, however deep it stands in the annotation."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(word for part in get_args(annotation) if part is not NoneType for word in _words(part))
