"""What decisions need to know about a meeting, and how each event changes it: the rules the tables follow too.

The events of a meeting are taken in the models' order. A meeting exists, and is planned, from its first event of any
type. An event in the wrong state is a contradiction, which changes nothing but the count of events.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never

from domain.meetings.events import MeetingCancelled, MeetingHeld, MeetingMoved, MeetingScheduled
from domain.shared.envelope import Envelope

MeetingEvent = MeetingScheduled | MeetingMoved | MeetingHeld | MeetingCancelled
MeetingStatus = Literal["planned", "held", "cancelled"]
MeetingContradiction = Literal["already_scheduled", "held", "cancelled"]


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as it stands. `scheduled` says that somebody said when and with whom; times are in UTC."""

    events: int = 0
    scheduled: bool = False
    status: MeetingStatus = "planned"
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def known(self) -> bool:
        """Whether anything was ever said about the meeting."""
        return self.events > 0


UNKNOWN = Meeting()


def judge(meeting: Meeting, envelope: Envelope) -> MeetingContradiction | None:
    """Why an event contradicts what we know of the meeting, or None."""
    return _judge(meeting, envelope.data) if isinstance(envelope.data, MeetingEvent) else None


def evolve(meeting: Meeting, envelope: Envelope) -> Meeting:
    """The meeting after an event. An event of another thing changes nothing."""
    event = envelope.data
    if not isinstance(event, MeetingEvent):
        return meeting
    counted = replace(meeting, events=meeting.events + 1)
    return counted if _judge(meeting, event) else _apply(counted, event)


def fold(envelopes: Iterable[Envelope]) -> Meeting:
    """The meeting after all its events, given in the models' order."""
    meeting = UNKNOWN
    for envelope in envelopes:
        meeting = evolve(meeting, envelope)
    return meeting


def contradictions(envelopes: Iterable[Envelope]) -> list[tuple[Envelope, str]]:
    """The events of a meeting, given in the models' order, that contradict those before them, each with the reason."""
    found, meeting = list[tuple[Envelope, str]](), UNKNOWN
    for envelope in envelopes:
        reason = judge(meeting, envelope)
        if reason:
            found.append((envelope, reason))
        meeting = evolve(meeting, envelope)
    return found


def _judge(meeting: Meeting, event: MeetingEvent) -> MeetingContradiction | None:
    match event:
        case MeetingScheduled():
            # What was cancelled is scheduled anew; what is told late of a meeting that was held is no contradiction.
            return "already_scheduled" if meeting.scheduled and meeting.status != "cancelled" else None
        case MeetingMoved() | MeetingHeld() | MeetingCancelled():
            return None if meeting.status == "planned" else meeting.status
        case _:
            assert_never(event)


def _apply(meeting: Meeting, event: MeetingEvent) -> Meeting:
    match event:
        case MeetingScheduled():
            status: MeetingStatus = "held" if meeting.status == "held" else "planned"
            return replace(meeting, scheduled=True, status=status, starts_at=event.starts_at, ends_at=event.ends_at)
        case MeetingMoved():
            return replace(meeting, starts_at=event.starts_at, ends_at=event.ends_at)
        case MeetingHeld():
            return replace(meeting, status="held")
        case MeetingCancelled():
            return replace(meeting, status="cancelled")
        case _:
            assert_never(event)
