"""The field types events are built from, each with the limits that both databases share."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints
from pydantic.types import Strict

from domain.shared.references import normal_reference

MAX_NAME = 500
MAX_TEXT = 1_000_000
_YEARS = range(1900, 2201)
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"
_ZONE = r"([Zz]|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)"
_INSTANT = re.compile(rf"\d{{4}}-\d\d-\d\d[Tt ]{_CLOCK}{_ZONE}?", re.ASCII)


class Personal:
    """Marks a field as personal data and names whose it is.

    `of="subject"`: the contact the event is about. `of="contacts"`: every contact the event concerns. Personal fields
    are kept apart from `data` in the log, and reach only tables of the schema `personal`.
    """

    __slots__ = ("of",)

    def __init__(self, of: Literal["subject", "contacts"] = "subject") -> None:
        self.of = of


class Refers:
    """Marks a field as a reference to a thing of one kind."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind


class Checked:
    """Marks a field whose value can be doubtful and is taken all the same: what it should be, to the world."""

    __slots__ = ("as_",)

    def __init__(self, as_: Literal["email", "phone", "country", "currency"]) -> None:
        self.as_ = as_


def _refer(kind: str) -> AfterValidator:
    def normal(text: str) -> str:
        return normal_reference(text, kind)

    return AfterValidator(normal)


def _no_nul(text: str) -> str:
    if "\x00" in text:
        msg = "a NUL character can't be stored"
        raise ValueError(msg)
    return text


def _four_places(value: Decimal) -> Decimal:
    # One way to write an amount: 12.5 and 12.50 are the same fact, so a repeat is seen as a repeat. So are 0 and -0,
    # which adding 0 makes the same.
    return value.quantize(Decimal("0.0001")) + 0


def _written_as_day(value: object) -> object:
    # Pydantic would read 20240101 as seconds since 1970, and so give a wrong day instead of an error.
    if isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII)):
        return value
    msg = "must be a date like 2024-05-31"
    raise ValueError(msg)


def _moment(value: object) -> datetime:
    """The moment that a value writes, in UTC to the microsecond: the same moment in two zones is one fact."""
    moment = value if isinstance(value, datetime) else _read_moment(value)
    if moment.tzinfo is None:
        msg = "must have a zone: add Z for UTC or an offset such as +02:00"
        raise ValueError(msg)
    # Both as it is written and in UTC: the first so that a pattern can say it, the second because it is what is kept.
    if moment.year in _YEARS and (utc := moment.astimezone(UTC)).year in _YEARS:
        return utc
    msg = "is a time that can't be meant"
    raise ValueError(msg)


def _read_moment(value: object) -> datetime:
    if not isinstance(value, str) or _INSTANT.fullmatch(value) is None:
        msg = "must be a time with its zone, like 2024-05-31T09:30:00Z"
        raise ValueError(msg)
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError:
        msg = "is a time that calendar or clock does not have"
        raise ValueError(msg) from None


def utc_text(time: datetime) -> str:
    """A time as the log writes it: in UTC to the microsecond, such as `2024-05-31T09:30:00.000000Z`."""
    utc = time if time.tzinfo is UTC else time.astimezone(UTC)
    return utc.isoformat(timespec="microseconds")[:26] + "Z"


def _no_truth_value(value: object) -> object:
    # Pydantic would take true for 1.
    if isinstance(value, bool):
        msg = "must be a whole number"
        raise ValueError(msg)  # noqa: TRY004 - pydantic turns only ValueErrors into errors of the field
    return value


def _truth(value: object) -> object:
    # Pydantic would take yes, on and 1 too; the words of JSON are enough, also as text, which is all that CSV has.
    if isinstance(value, bool) or value in ("true", "false"):
        return value
    msg = "must be true or false"
    raise ValueError(msg)


Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME), AfterValidator(_no_nul)]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT), AfterValidator(_no_nul)]
Amount = Annotated[Decimal, Field(max_digits=19, decimal_places=4, allow_inf_nan=False), AfterValidator(_four_places)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Checked("currency")]
Probability = Annotated[
    Decimal, Field(ge=0, le=1, max_digits=5, decimal_places=4, allow_inf_nan=False), AfterValidator(_four_places)
]
TruthValue = Annotated[bool, BeforeValidator(_truth)]
Whole = Annotated[int, BeforeValidator(_no_truth_value)]
Count = Annotated[Whole, Field(ge=0, le=2_147_483_647)]
Day = Annotated[date, BeforeValidator(_written_as_day), Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]
Instant = Annotated[datetime, BeforeValidator(_moment), PlainSerializer(utc_text, return_type=str, when_used="json")]
CustomWhole = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
CustomNumber = Annotated[Decimal, Field(max_digits=38, decimal_places=18, allow_inf_nan=False)]
CustomDay = Annotated[date, Strict(), Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]
CustomValue = bool | CustomWhole | CustomNumber | CustomDay | Text

ContactRef = Annotated[str, Refers("contact"), _refer("contact")]
AccountRef = Annotated[str, Refers("account"), _refer("account")]
AgentRef = Annotated[str, Refers("agent"), _refer("agent")]
ProductRef = Annotated[str, Refers("product"), _refer("product")]
PipelineRef = Annotated[str, Refers("pipeline"), _refer("pipeline")]
DealRef = Annotated[str, Refers("deal"), _refer("deal")]
TicketRef = Annotated[str, Refers("ticket"), _refer("ticket")]
TaskRef = Annotated[str, Refers("task"), _refer("task")]
MeetingRef = Annotated[str, Refers("meeting"), _refer("meeting")]
OrderRef = Annotated[str, Refers("order"), _refer("order")]
SubscriptionRef = Annotated[str, Refers("subscription"), _refer("subscription")]
MessageRef = Annotated[str, Refers("message"), _refer("message")]
ThreadRef = Annotated[str, Refers("thread"), _refer("thread")]
