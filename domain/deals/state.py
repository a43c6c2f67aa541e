"""What decisions need to know about a deal, and how each event changes it: the rules the tables follow too.

The events of a deal are taken in the models' order. Any valid events in any order evolve: an event in the wrong state
is a contradiction, which changes no status and no stage. Stages are judged by the deal's pipeline as it stands today,
the pipeline being the one its first opening names, wherever in the order that opening stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, assert_never

from domain.deals.events import (
    DealExpectedCloseChanged,
    DealLost,
    DealMovedToStage,
    DealOpened,
    DealOwnerChanged,
    DealReopened,
    DealValueChanged,
    DealWon,
    LostReason,
)
from domain.pipelines.state import UNDEFINED, Pipeline, PipelineStage
from domain.shared.envelope import Envelope, TimePrecision

DealEvent = (
    DealOpened
    | DealValueChanged
    | DealMovedToStage
    | DealOwnerChanged
    | DealExpectedCloseChanged
    | DealWon
    | DealLost
    | DealReopened
)
DealStatus = Literal["open", "won", "lost"]
DealContradiction = Literal["already_opened", "unknown_stage", "closed", "open"]
_WITHOUT_STAGE: dict[DealStatus, str] = {"won": "Won", "lost": "Lost"}


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal as it stands. `known` from its first event of any type, `opened` once somebody said when it began.

    `stage` is the current name of the stage it is in, `resume` that of the open stage it was in last. References are
    in normal form, amounts in `currency`, times in UTC.
    """

    known: bool = False
    opened: bool = False
    status: DealStatus = "open"
    stage: str | None = None
    resume: str | None = None
    title: str | None = None
    pipeline: str | None = None
    account: str | None = None
    contacts: tuple[str, ...] = ()
    product: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    owner: str | None = None
    expected_close: date | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    lost_reason: LostReason | None = None


UNKNOWN = Deal()


def pipeline_of(envelopes: Iterable[Envelope]) -> str | None:
    """The reference to the pipeline that counts for a deal: that of its first opening, in the models' order."""
    return next((e.data.pipeline for e in envelopes if isinstance(e.data, DealOpened)), None)


def judge(deal: Deal, envelope: Envelope, pipeline: Pipeline = UNDEFINED) -> DealContradiction | None:
    """Why an event contradicts what we know of the deal, or None."""
    return _judge(deal, envelope.data, pipeline) if isinstance(envelope.data, DealEvent) else None


def evolve(deal: Deal, envelope: Envelope, pipeline: Pipeline = UNDEFINED) -> Deal:
    """The deal after an event, its stages judged by `pipeline`. An event of another thing changes nothing."""
    event = envelope.data
    if not isinstance(event, DealEvent):
        return deal
    contradiction = _judge(deal, event, pipeline)
    # Details are corrections by a system of record: they stand even where the rest of the event contradicts.
    deal = _with_details(replace(deal, known=True), event, _known_time(envelope))
    return deal if contradiction else _with_status(deal, event, _known_time(envelope), pipeline)


def fold(envelopes: Iterable[Envelope], pipeline: Pipeline = UNDEFINED) -> Deal:
    """The deal after all its events, given in the models' order."""
    deal = UNKNOWN
    for envelope in envelopes:
        deal = evolve(deal, envelope, pipeline)
    return deal


def contradictions(envelopes: Iterable[Envelope], pipeline: Pipeline = UNDEFINED) -> list[tuple[Envelope, str]]:
    """The events of a deal, given in the models' order, that contradict those before them, each with the reason."""
    found, deal = list[tuple[Envelope, str]](), UNKNOWN
    for envelope in envelopes:
        reason = judge(deal, envelope, pipeline)
        if reason:
            found.append((envelope, reason))
        deal = evolve(deal, envelope, pipeline)
    return found


def _judge(deal: Deal, event: DealEvent, pipeline: Pipeline) -> DealContradiction | None:
    match event:
        case DealOpened():
            return "already_opened" if deal.opened else _judge_stage(deal, event.stage, pipeline)
        case DealMovedToStage():
            return _judge_stage(deal, event.stage, pipeline)
        case DealWon() | DealLost():
            return None if deal.status == "open" else "closed"
        case DealReopened():
            if deal.status == "open":
                return "open"
            return "unknown_stage" if event.stage is not None and pipeline.stage(event.stage) is None else None
        case DealValueChanged() | DealOwnerChanged() | DealExpectedCloseChanged():
            return None
        case _:
            assert_never(event)


def _judge_stage(deal: Deal, label: str | None, pipeline: Pipeline) -> DealContradiction | None:
    if label is not None and pipeline.stage(label) is None:
        return "unknown_stage"
    return None if deal.status == "open" else "closed"


def _with_details(deal: Deal, event: DealEvent, at: datetime | None) -> Deal:
    match event:
        case DealOpened():
            return deal if deal.opened else _open(deal, event, at)
        case DealValueChanged():
            return replace(deal, amount=event.amount, currency=event.currency)
        case DealWon():
            return replace(deal, amount=_given(event.amount, deal.amount), currency=event.currency or deal.currency)
        case DealOwnerChanged():
            return replace(deal, owner=event.owner)
        case DealExpectedCloseChanged():
            return replace(deal, expected_close=event.expected_close)
        case DealMovedToStage() | DealLost() | DealReopened():
            return deal
        case _:
            assert_never(event)


def _open(deal: Deal, event: DealOpened, at: datetime | None) -> Deal:
    """The details of the first opening. What it does not give stays as an earlier event left it."""
    return replace(
        deal,
        opened=True,
        opened_at=at,
        title=event.title,
        pipeline=event.pipeline,
        account=event.account,
        contacts=tuple(event.contacts),
        product=event.product,
        amount=_given(event.amount, deal.amount),
        currency=event.currency or deal.currency,
        owner=event.owner or deal.owner,
        expected_close=event.expected_close or deal.expected_close,
    )


def _with_status(deal: Deal, event: DealEvent, at: datetime | None, pipeline: Pipeline) -> Deal:
    match event:
        case DealOpened():
            return _enter(deal, pipeline.stage(event.stage) if event.stage else pipeline.first, at)
        case DealMovedToStage():
            return _enter(deal, pipeline.stage(event.stage), at)
        case DealWon():
            return _close(deal, "won", at, pipeline)
        case DealLost():
            return replace(_close(deal, "lost", at, pipeline), lost_reason=event.reason)
        case DealReopened():
            deal = replace(deal, status="open", stage=deal.resume, closed_at=None, lost_reason=None)
            stage = pipeline.stage(event.stage) if event.stage else None
            return _enter(deal, stage, at) if stage and stage.kind == "open" else deal
        case DealValueChanged() | DealOwnerChanged() | DealExpectedCloseChanged():
            return deal
        case _:
            assert_never(event)


def _enter(deal: Deal, stage: PipelineStage | None, at: datetime | None) -> Deal:
    """The deal in a stage; one of kind won or lost closes it."""
    if stage is None:
        return deal
    if stage.kind == "open":
        return replace(deal, stage=stage.name, resume=stage.name)
    return replace(deal, status=stage.kind, stage=stage.name, closed_at=at)


def _close(deal: Deal, status: Literal["won", "lost"], at: datetime | None, pipeline: Pipeline) -> Deal:
    stage = pipeline.first_of(status)
    return replace(deal, status=status, stage=stage.name if stage else _WITHOUT_STAGE[status], closed_at=at)


def _known_time(envelope: Envelope) -> datetime | None:
    return None if envelope.time_precision is TimePrecision.UNKNOWN else envelope.time


def _given(new: Decimal | None, old: Decimal | None) -> Decimal | None:
    return old if new is None else new
