"""Random histories: deliveries of events about a few things, in any order, late, repeated, contradictory.

The pool is small on purpose: a handful of things, names, stages and hours, so that equal times, equal names and facts
that contradict each other come by themselves. Both tenants use the same keys and (unlike in life) the same secret, so
that their ids are the same too: a model that forgets the tenant in any join shows it. What computing the tables takes
hardly grows with the events, so a history is long, and tells the stories of two tenants at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal

from hypothesis import strategies as st

from consumers.ingest.quality import Check, Verdict, judged
from domain.catalog import EVENT_TYPES, EventType, Stream
from domain.shared.envelope import Envelope, TimePrecision
from domain.shared.identity import Identity
from domain.shared.references import parse_reference
from tests.properties.pool import LINKED, REFERENCES, data_of
from tests.properties.rare import RARE

IDENTITY = Identity(b"one secret for both tenants, so that ids are equal")
TENANTS = ("main", "other")
TIMEZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")
SOURCE = "crm"
BEGIN = datetime(2026, 3, 6, 22, 0, tzinfo=UTC)  # its hours cross midnight in every zone, and summer time begins soon

# How often an area is drawn: what has states and many ways to go wrong comes more often.
_WEIGHTS = {
    "deal": 10, "pipeline": 5, "ticket": 8, "agent": 8, "contact": 6, "activity": 2, "account": 1,
    "product": 1, "meeting": 4, "task": 4, "order": 3, "subscription": 3,
}  # fmt: skip
# What is found of a value is what the libraries know on that day: the same value may be found good, odd, or neither.
VERDICTS: list[Check] = [
    lambda _, value: Verdict(value),
    lambda as_, value: Verdict(f"{as_} {value.lower()}"),
    lambda _, value: Verdict(value.upper(), "odd"),
    lambda as_, _: Verdict(doubt=f"not_a_known_{as_}"),
]
# What has to meet its like before it shows anything is drawn once more, as areas of their own.
_TURNS = {
    "contact": (8, ("linked", "linked", "linked", "unlinked")),
    "ticket": (4, ("resolved", "resolved", "put_on_hold", "closed", "reopened")),
    "agent": (3, ("joined", "moved")),
    "meeting": (1, ("scheduled", "cancelled")),
    "activity": (3, ("email_received", "email_sent", "chat_message_logged")),
}
_EVENLY = 36  # a multiple of the number of types of most areas


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that reached the log. `again` says that an earlier one came before under its id."""

    envelope: Envelope
    again: Literal["no", "repeat", "restamped", "alert"] = "no"

    def __str__(self) -> str:
        e = self.envelope
        data = ", ".join(f"{name}={value!r}" for name, value in e.data if value not in (None, {}, []))
        again = "" if self.again == "no" else f" ({self.again})"
        when = f"{e.time:%d %H:%M:%S.%f} {e.time_precision} {e.sequence}"
        return f"{e.tenant} #{e.id}{again} {when} {e.subject} {e.type} {data}"


What = Literal["event", "import", "correlation", "undo", "again"]


@dataclass(frozen=True, slots=True)
class Correction:
    """What is taken back, or not any more, once so many deliveries came in.

    `nth` picks one of the deliveries before it, whose event or import is voided, or which comes again; of the voids
    before it, the one that is undone. What the log refuses changes nothing.
    """

    after: int
    what: What
    nth: int


@dataclass(frozen=True, slots=True, repr=False)
class History:
    """Deliveries in the order they came, the zone whose days count, and how many were taken at a time."""

    deliveries: tuple[Delivery, ...]
    sizes: tuple[int, ...] = ()
    timezone: str = "UTC"
    corrections: tuple[Correction, ...] = ()

    def __repr__(self) -> str:
        return f"a history of {len(self.deliveries)} deliveries"  # hypothesis shows this; tests note what str says

    def __str__(self) -> str:
        head = f"in {self.timezone}, batches of {self.sizes} and the rest:"
        return "\n".join((head, *map(str, self.deliveries), *map(str, self.corrections)))


@st.composite
def histories(draw: st.DrawFn, max_events: int = 220) -> History:
    """Histories, most of them long: short ones have little to contradict.

    The long ones have every type of event, and what would come together too rarely by chance.
    """
    least = draw(st.sampled_from((1, max_events // 2, max_events // 2)))
    steps = draw(st.lists(_steps(), min_size=least, max_size=max_events))
    if least > 1:
        for nth, event_type in enumerate(EVENT_TYPES):
            steps.insert(37 * nth % len(steps), draw(_steps_of(event_type)))
        for nth, step in enumerate(_rare()):
            steps.insert(41 * nth % len(steps), step)
    sizes = draw(st.lists(st.sampled_from((1, 2, 10, 40, 100)), min_size=1, max_size=3))
    timezone = draw(st.sampled_from(TIMEZONES))
    corrections = (*(_CORRECTED if least > 1 else ()), *draw(st.lists(st.sampled_from(_CORRECTIONS), max_size=20)))
    return History(_delivered(steps), tuple(sizes), timezone, corrections)


Again = tuple[Literal["repeat", "restamped", "alert"], int] | None


@dataclass(frozen=True, slots=True)
class _Manner:
    """How an event is said: when, how exactly that is known, in which place, by whom, and whether by id."""

    time: datetime
    precision: TimePrecision
    sequence: int | None
    actor: str | None
    by_id: bool


@dataclass(frozen=True, slots=True)
class _Step:
    """A delivery before it is known what came before it. `again` picks an earlier one to come again."""

    event_type: EventType
    tenant: str
    subject: str
    data: dict[str, Any]
    manner: _Manner
    again: Again


# One choice each, where several would be drawn one by one: a history has only so many choices.
_MANNERS = [
    _Manner(BEGIN + timedelta(hours=6 * hours, microseconds=micros), precision, sequence, actor, by_id)
    for by_id in (False,) * 7 + (True,)
    for actor in (None, "Kim Park")
    for precision in (TimePrecision.INSTANT,) * 6 + (TimePrecision.DAY, TimePrecision.UNKNOWN)
    for sequence in (None, None, 1, 2, 10)
    for micros in (0, 0, 0, 1, 500_000)
    for hours in range(10)
]
# Taken back and in again, so that the first void can't be undone; another one that can; and several at once.
_CORRECTED = (
    Correction(7, "event", 0),
    Correction(7, "again", 0),
    Correction(7, "undo", 0),
    Correction(7, "event", 1),
    Correction(14, "undo", 1),
    Correction(140, "import", 2),
    Correction(140, "correlation", 3),
    Correction(140, "again", 2),
    Correction(210, "undo", 2),
    Correction(217, "undo", 3),
)
_OFTEN: tuple[What, ...] = ("event", "event", "import", "correlation", "undo", "undo", "again", "again", "again")
_CORRECTIONS = [
    Correction(after, what, nth) for what in _OFTEN for after in range(7, 250, 7) for nth in range(0, 250, 9)
]
_AGAIN: list[Again] = [None] * 600
_AGAIN += [(how, place) for how in ("repeat", "restamped", "alert") for place in range(0, 250, 5)]


@cache
def _steps() -> st.SearchStrategy[_Step]:
    areas = {area: [t for t in EVENT_TYPES if t.area == area] for area in _WEIGHTS}
    drawn = [(weight, areas[area]) for area, weight in _WEIGHTS.items()]
    for area, (weight, actions) in _TURNS.items():
        drawn.append((weight, [t for action in actions for t in areas[area] if t.action == action]))
    # As often as its area's weight says, and in it each type as often as the others.
    weighted = [types[n % len(types)] for weight, types in drawn for n in range(weight * _EVENLY)]
    return st.sampled_from(weighted).flatmap(_steps_of)


@cache
def _rare() -> list[_Step]:
    """What has to meet its like, all of one tenant; chance adds to it what it likes."""
    by_name = {f"{t.area}.{t.action}": t for t in EVENT_TYPES}
    return [
        _Step(by_name[name], TENANTS[0], subject, data, _MANNERS[hours], None) for name, subject, data, hours in RARE
    ]


@cache
def _steps_of(event_type: EventType) -> st.SearchStrategy[_Step]:
    subjects = [reference for reference in REFERENCES[event_type.area] if "never" not in reference]
    subjects = list(LINKED) if event_type.action in {"linked", "unlinked"} else subjects
    of_whom = [(tenant, subject) for tenant in TENANTS for subject in subjects]
    return st.builds(
        lambda whose, data, manner, again: _Step(event_type, whose[0], whose[1], data, manner, again),
        st.sampled_from(of_whom),
        data_of(event_type),
        st.sampled_from(_MANNERS),
        st.sampled_from(_AGAIN),
    )


def _delivered(steps: Sequence[_Step]) -> tuple[Delivery, ...]:
    deliveries: list[Delivery] = []
    for number, step in enumerate(steps):
        envelope = _envelope(step, number)
        if step.again is None or not deliveries:
            deliveries.append(Delivery(envelope))
            continue
        how, place = step.again
        first = deliveries[place % len(deliveries)].envelope
        if how == "repeat":
            envelope = first
        elif how == "restamped":
            envelope = replace(first, time=step.manner.time, sequence=step.manner.sequence)
        else:
            envelope = replace(envelope, id=first.id, tenant=first.tenant)
        same = (first.type, first.subject, first.data) == (envelope.type, envelope.subject, envelope.data)
        deliveries.append(Delivery(envelope, how if how != "alert" else "repeat" if same else "alert"))
    return tuple(deliveries)


def _envelope(step: _Step, number: int) -> Envelope:
    subject = step.subject
    if step.event_type.stream is Stream.OWN:
        subject = f"activity:{SOURCE}:{number}"
    elif step.manner.by_id:
        kind = parse_reference(subject).kind
        subject = f"{kind}:id:{IDENTITY.thing(subject)}"
    envelope = Envelope(
        tenant=step.tenant,
        id=str(number),
        source=SOURCE,
        type=step.event_type.name,
        subject=subject,
        time=step.manner.time,
        data=step.event_type.model.model_validate(step.data),
        time_precision=step.manner.precision,
        actor=step.manner.actor,
        sequence=step.manner.sequence,
        correlationid=f"case {number % 80}",
        importid=f"run {number % 40}",
    )
    return judged(envelope, VERDICTS[number % len(VERDICTS)])
