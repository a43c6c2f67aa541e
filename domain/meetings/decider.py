"""What is allowed with a meeting: one function per decision.

Each takes what we know and the fact that is asked for, and returns the facts that follow, or refuses with what to do
instead.
"""

from domain.meetings.events import MeetingCancelled, MeetingHeld, MeetingMoved, MeetingScheduled
from domain.meetings.state import Meeting, MeetingEvent
from domain.shared.errors import CommandRefused


def schedule(meeting: Meeting, wanted: MeetingScheduled) -> list[MeetingEvent]:
    """A meeting is scheduled once, and again if it was cancelled."""
    if meeting.status == "held":
        raise CommandRefused("the meeting was held already; schedule another one")
    if meeting.scheduled and meeting.status == "planned":
        raise CommandRefused("the meeting is scheduled already; move it with move-meeting or cancel it first")
    _refuse_backwards(wanted)
    return [wanted]


def move(meeting: Meeting, wanted: MeetingMoved) -> list[MeetingEvent]:
    """A planned meeting can be moved to another time or place."""
    _refuse_unless_planned(meeting)
    _refuse_backwards(wanted)
    if (meeting.starts_at, meeting.ends_at) == (wanted.starts_at, wanted.ends_at) and wanted.location is None:
        raise CommandRefused("the meeting is at that time already; nothing to move")
    return [wanted]


def hold(meeting: Meeting, wanted: MeetingHeld) -> list[MeetingEvent]:
    """A planned meeting takes place once; where nobody came, it lasted no time."""
    _refuse_unless_planned(meeting)
    if wanted.outcome == "no_show" and wanted.duration_seconds:
        raise CommandRefused("a meeting that nobody came to has no duration; correct one of the two")
    return [wanted]


def cancel(meeting: Meeting, wanted: MeetingCancelled) -> list[MeetingEvent]:
    """A planned meeting can be cancelled."""
    _refuse_unless_planned(meeting, "nothing to cancel")
    return [wanted]


def _refuse_unless_planned(meeting: Meeting, instead: str = "schedule it again with schedule-meeting") -> None:
    if not meeting.known:
        raise CommandRefused("the meeting is not known; schedule it first with schedule-meeting")
    if meeting.status == "held":
        raise CommandRefused("the meeting was held already; schedule another one with schedule-meeting")
    if meeting.status == "cancelled":
        raise CommandRefused(f"the meeting is cancelled; {instead}")


def _refuse_backwards(wanted: MeetingScheduled | MeetingMoved) -> None:
    if wanted.ends_at is not None and wanted.ends_at < wanted.starts_at:
        raise CommandRefused("a meeting does not end before it starts; correct --starts-at or --ends-at")
