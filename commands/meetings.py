"""Commands about meetings."""

from collections.abc import Callable, Sequence

from commands.case import Case, Handler
from commands.command import C, MeetingCommand, NewMeeting
from domain.meetings import events
from domain.meetings.state import Meeting, MeetingEvent, contradictions, fold


class ScheduleMeeting(NewMeeting, events.MeetingScheduled):
    """Schedule a meeting, or one again that was cancelled."""


class MoveMeeting(MeetingCommand, events.MeetingMoved):
    """Move a meeting to another time or place."""


class HoldMeeting(MeetingCommand, events.MeetingHeld):
    """Record that a meeting took place, and what came of it."""


class CancelMeeting(MeetingCommand, events.MeetingCancelled):
    """Cancel a meeting."""


def on_meeting(command: type[C], decide: Callable[[Meeting, C], Sequence[MeetingEvent]]) -> Handler:
    """A command about one meeting as it stands at the command's time."""

    def handle(wanted: C, case: Case) -> Sequence[MeetingEvent]:
        facts = decide(fold(case.past), wanted.asked())
        case.refuse_if_later_contradicts(facts, contradictions)
        return facts

    return Handler(command, handle)
