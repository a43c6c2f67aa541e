"""Values for every kind of field: what the edge takes, what both refuse, and what only the edge can refuse."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, get_args

from annotated_types import MaxLen
from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from domain.catalog import EventType
from domain.shared.marks import marks_of

# Blanks that Rust, Python and ECMA 262 do not agree on are left out: a pattern means something else to each of them.
PLAIN_TEXT = st.text(st.characters(exclude_characters="\x00\x1c\x1d\x1e\x1f\x85\ufeff", codec="utf-8"), max_size=12)


@dataclass(frozen=True)
class Kind:
    """A kind of field, by raw values as JSON gives them."""

    taken: tuple[Any, ...]
    refused: tuple[Any, ...]
    only_edge: tuple[Any, ...] = ()  # what the schema lets through, since it can't say it


_NUMBERS_AS_TEXT = ("5", " 5 ", "+5", "005", "1_000", "5.0", "5.000000")
_NO_TEXT: tuple[Any, ...] = (5, Decimal("1.5"), True, [], {}, ["x"])
_UUID = "0198c0de-0000-8000-8000-000000000000"

TEXT = Kind(("", " ", "x", "ä\n𝄞", "x" * 1_000_000), (*_NO_TEXT, "a\x00b", "x" * 1_000_001))
NAME = Kind(("x", " ", "ä\n𝄞", "x" * 500), (*_NO_TEXT, "", "a\x00b", "x" * 501))
MAIL = Kind(("a@b", "ada@example.org"), (*_NO_TEXT, "", "a b@c", "a@b@c", "@b", "a@b\n", "a\x00@b", "a@" + "b" * 500))
PHONE = Kind(("+49 30 123456", "030-1", "0" * 40), (*_NO_TEXT, "", "12", "x12", "0" * 41, "030 12\x00"))
COUNT = Kind(
    (0, 5, Decimal("5.0"), 2_147_483_647, "-0", *_NUMBERS_AS_TEXT),
    (-1, 2_147_483_648, Decimal("5.5"), "5.5", "", "x", "5e0", "1__0", "0x5", True, [], {}),
    ("-5", "2147483648"),
)
YEAR = Kind((1000, 2200, "1994"), (999, 2201, "MCM", True), ("999",))
SCORE = Kind((1, 5, "3"), (0, 6, "three", True), ("0", "6"))
AMOUNT = Kind(
    (0, -5, Decimal("12.34"), Decimal("999999999999999.9999"), "12.3400000", "-.5", "5.", "1e3", "1E-4",
     *_NUMBERS_AS_TEXT),
    (10**15, -(10**15), "1000000000000000", "1.00001", "NaN", "Infinity", "1,5", "1.2.3", "", ".", "e5", True, [], {}),
    (Decimal("1.00001"), "1e15", "1e-5", "12345678901234567_890"),
)  # fmt: skip
PROBABILITY = Kind((0, 1, Decimal("0.25"), "0.25", "1.0", "10e-1"), (2, -1, "0.12345", "x", True), ("2", "-0.5"))
CURRENCY = Kind(("EUR", "XXX"), (*_NO_TEXT, "", "eur", "EURO", "EU", "EÜR"))
DAY = Kind(
    ("1900-01-01", "2024-02-29", "2200-12-31"),
    (*_NO_TEXT, "", "1899-12-31", "2201-01-01", "2024-13-01", "2024-01-32", "2024-1-1", "20240101", "2024-01-01T00:00"),
    ("2024-02-30",),
)
INSTANT = Kind(
    ("1900-01-01T00:00:00Z", "2024-02-29 09:30+02", "2024-05-31t09:30:00.123456789z", "2200-12-31T23:59:59.999-0000",
     "2024-05-31T09:30:00-03:30"),
    (*_NO_TEXT, "", "2024-05-31", "2024-05-31T09:30", "2024-05-31T09:30:00", "2024-05-31T24:00Z", "2024-13-01T00:00Z",
     "1899-12-31T23:30:00-01:00", "2201-01-01T00:00:00Z", "2024-05-31T09:60Z", "2024-05-31T09:30:00+24:00",
     "2024-05-31T09:30:00+02:75", "2024-05-31T09:30:00.Z", " 2024-05-31T09:30:00Z", "2024-05-31T09:30:00Z\n"),
    ("2024-02-30T09:30:00Z", "1900-01-01T00:30:00+01:00", "2200-12-31T23:30:00-01:00"),
)  # fmt: skip
TRUTH = Kind((True, False, "true", "false"), (0, 1, "yes", "TRUE", "", "true\n", [], {}))
CUSTOM = Kind(
    ({}, {"a": True, "b": 1, "c": Decimal("1.5"), "d": "x", "e": "2024-01-01", "f": 2**63, "ü ": -(10**20) + 1},
     {str(n): n for n in range(200)}, {"x" * 500: ""}),
    (5, "x", [], {"": 1}, {"a": None}, {"a": []}, {"a": {}}, {"a": 10**20}, {"a": "x\x00"}, {"a\x00": 1},
     {"x" * 501: 1}, {str(n): n for n in range(201)}, {"a": "x" * 1_000_001}),
    ({"a": Decimal("0.0000000000000000001")},),
)  # fmt: skip
_STAGE = {"stage": "Won", "kind": "won", "probability": 1}
STAGES = Kind(
    ([_STAGE], [{"stage": "x", "probability": "0.5"}], [_STAGE] * 100),
    ([], [_STAGE] * 101, [{**_STAGE, "kind": "maybe"}], [{**_STAGE, "more": 1}], [{"stage": "x"}], [None], {}, "x",
     [{**_STAGE, "kind": None}]),
)  # fmt: skip
_LINE = {"product": "product:x:y", "label": "x", "quantity": "1.5", "unit_price": 5, "discount": "0.25", "amount": -5}
_LEAST = {"quantity": 1, "amount": 0}
LINES = Kind(
    ([], [_LINE], [_LEAST, _LINE], [_LEAST] * 1000, [{**_LINE, "product": None, "label": None, "discount": None}]),
    ([_LEAST] * 1001, [{"quantity": 1}], [{"amount": 1}], [{**_LINE, "more": 1}], [{**_LINE, "product": "deal:x:y"}],
     [{**_LINE, "discount": 2}], [{**_LINE, "quantity": "x"}], [{**_LINE, "label": ""}], [None], {}, "x"),
)  # fmt: skip
AGENTS = Kind(([], ["x"], ["x"] * 100), (["x"] * 101, [""], [5], [None], "x", {}))
ORDER = Kind((["x"], ["x"] * 100), ([], ["x"] * 101, [""], [5], "x", [None]))

BY_NAME = {
    "email": MAIL, "phone": PHONE, "employees": COUNT, "duration_seconds": COUNT, "founded": YEAR, "score": SCORE,
    "amount": AMOUNT, "price": AMOUNT, "revenue": AMOUNT, "probability": PROBABILITY, "currency": CURRENCY,
    "expected_close": DAY, "custom": CUSTOM, "stages": STAGES, "order": ORDER, "lines": LINES, "agents": AGENTS,
    "due_on": DAY, "public": TRUTH, "wording": TEXT, "location": TEXT,
    **dict.fromkeys(("starts_at", "ends_at", "due_at", "remind_at"), INSTANT),
    "summary": TEXT, "subject_line": TEXT, "body": TEXT, "text": TEXT, "explanation": TEXT, "comment": TEXT,
}  # fmt: skip


def reference(kind: str) -> Kind:
    """What a reference to a thing of one kind may be."""
    taken = (f"{kind}:x:y", f" {kind} : x y : a:b ", f"{kind}:mail:A@b.org", f"{kind}:id:{_UUID}",
             f"{kind}: id : {{{_UUID.upper()}}}", f"{kind}:id:urn:uuid:{_UUID}", f"{kind}:ids:7",
             f"{kind}:phone: +49 (30) 1", f"{kind}:phones:x")  # fmt: skip
    refused = (*_NO_TEXT, "", kind, f"{kind}:", f"{kind}:x", f"{kind}::x", f"{kind}:x:", f"{kind}:x: ", f"{kind}: :x",
               "other:x:y", f"{kind}:x:\x00", f"{kind}:id:7", f"{kind}:phone:x", f"{kind}: phone :+",
               f"{kind}:id:{_UUID}0",
               f"{kind}:x:" + "y" * 512)  # fmt: skip
    return Kind(taken, refused)


def kind_of(event_type: EventType, name: str) -> Kind:
    """The kind of a field; None is taken too where it need not be given."""
    marks = marks_of(event_type.model)
    field = event_type.model.model_fields[name]
    words = _words(field.annotation)
    if name in dict(marks.single_refs):
        found = reference(dict(marks.single_refs)[name])
    elif name in dict(marks.list_refs):
        one, most = reference(dict(marks.list_refs)[name]), _most(field)
        refused = (*([value] for value in one.refused), "x", {}, [one.taken[0]] * (most + 1), [None])
        found = Kind(([], list(one.taken), [one.taken[0]] * most), refused)
    elif words and name == "avoid":
        found = Kind(([], list(words), [words[0]] * 2), (["x"], [""], [None], {}, words[0]))
    elif words:
        found = Kind(words, (*_NO_TEXT, "", "x", words[0].upper()))
    else:
        found = BY_NAME.get(name, NAME)
    may_be_none = not field.is_required() and field.default is None and field.default_factory is None
    none = (None,)
    return Kind(found.taken + none * may_be_none, found.refused + none * (not may_be_none), found.only_edge)


def _most(field: FieldInfo) -> int:
    """How many entries a list may have."""
    most: int = next(mark.max_length for mark in field.metadata if isinstance(mark, MaxLen))
    return most


def _words(annotation: Any) -> tuple[str, ...]:
    parts = get_args(annotation)
    if parts and all(isinstance(part, str) for part in parts):
        return parts
    return next((words for part in parts if (words := _words(part))), ())


@st.composite
def valid_data(draw: st.DrawFn, event_type: EventType) -> dict[str, Any]:
    """Data of a type that the edge takes: any of its fields, and all those that must be there."""
    data = {}
    for name, field in event_type.model.model_fields.items():
        if field.is_required() or draw(st.booleans()):
            kind = kind_of(event_type, name)
            small = [value for value in kind.taken if len(str(value)) < 10_000]
            data[name] = draw(st.sampled_from(small))
            if "ä\n𝄞" in kind.taken:  # any text at all
                data[name] = draw(PLAIN_TEXT.filter(len))
    return data
