"""What is allowed with a meeting."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.meetings import decider
from domain.meetings.events import MeetingCancelled, MeetingHeld, MeetingMoved, MeetingScheduled
from domain.meetings.state import UNKNOWN, Meeting, MeetingEvent, fold
from tests.commands.given import happened, refused


def meeting(*facts: MeetingEvent) -> Meeting:
    return fold(happened("meeting:crm:1", *facts))


NOON = datetime(2025, 3, 10, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
SCHEDULED = MeetingScheduled(starts_at=NOON, ends_at=LATER)
PLANNED = meeting(SCHEDULED)
HELD = meeting(SCHEDULED, MeetingHeld())
CANCELLED = meeting(SCHEDULED, MeetingCancelled())


@pytest.mark.parametrize("given", [UNKNOWN, CANCELLED, meeting(MeetingMoved(starts_at=NOON))])
def test_a_meeting_is_scheduled_once_or_again_after_it_was_cancelled(given: Meeting) -> None:
    assert decider.schedule(given, SCHEDULED) == [SCHEDULED]


@pytest.mark.parametrize(
    ("given", "because"), [(PLANNED, "scheduled already; move it with move-meeting"), (HELD, "held already")]
)
def test_a_meeting_is_not_scheduled_twice(given: Meeting, because: str) -> None:
    with refused(because):
        decider.schedule(given, SCHEDULED)


@pytest.mark.parametrize(
    ("decide", "wanted"),
    [
        (decider.move, MeetingMoved(starts_at=LATER)),
        (decider.hold, MeetingHeld(outcome="done", duration_seconds=3600)),
        (decider.cancel, MeetingCancelled(by="us")),
    ],
)
def test_what_is_asked_for_happens_to_a_planned_meeting_alone(
    decide: Callable[[Meeting, Any], list[MeetingEvent]], wanted: MeetingEvent
) -> None:
    assert decide(PLANNED, wanted) == [wanted]
    with refused("not known; schedule it first with schedule-meeting"):
        decide(UNKNOWN, wanted)
    with refused("the meeting was held already; schedule another one"):
        decide(HELD, wanted)
    with refused("the meeting is cancelled; "):
        decide(CANCELLED, wanted)


def test_a_meeting_moves_somewhere_else_or_to_another_time() -> None:
    elsewhere = MeetingMoved(starts_at=NOON, ends_at=LATER, location="room 5")

    assert decider.move(PLANNED, elsewhere) == [elsewhere]
    with refused("at that time already"):
        decider.move(PLANNED, MeetingMoved(starts_at=NOON, ends_at=LATER))


def test_a_meeting_does_not_end_before_it_starts() -> None:
    because = "does not end before it starts; correct --starts-at or --ends-at"
    with refused(because):
        decider.schedule(UNKNOWN, MeetingScheduled(starts_at=LATER, ends_at=NOON))
    with refused(because):
        decider.move(PLANNED, MeetingMoved(starts_at=LATER, ends_at=NOON))


def test_a_meeting_that_nobody_came_to_took_no_time() -> None:
    with refused("has no duration"):
        decider.hold(PLANNED, MeetingHeld(outcome="no_show", duration_seconds=5))
