"""The envelope every event travels in: who says it, about what, when, and how it came about."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.shared.event import Event
from domain.shared.quality import UNDOUBTED, Quality


class TimePrecision(StrEnum):
    """How exactly the time of an event is known."""

    INSTANT = "instant"
    DAY = "day"  # a bare date, standing at midnight in RAPPORT_TIMEZONE
    UNKNOWN = "unknown"  # the time is a stand-in: it orders, but no day and no duration rests on it


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event as the domain sees it. `time` is when it occurred (aware, UTC); when it was recorded the log says.

    `type` is the permanent type string, `subject` a reference in normal form, `sequence` the sender's own order,
    `importid` the run that took it from a file, `quality` what was found of its values when it was taken into the log.
    """

    tenant: str
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    data: Event
    time_precision: TimePrecision = TimePrecision.INSTANT
    actor: str | None = None
    sequence: int | None = None
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None
    importid: str | None = None
    quality: Quality = UNDOUBTED
