"""How the events of a meeting change it, in any order, and which of them contradict."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deals.events import DealWon
from domain.meetings.events import MeetingCancelled, MeetingHeld, MeetingMoved, MeetingScheduled
from domain.meetings.state import (
    UNKNOWN,
    Meeting,
    MeetingEvent,
    MeetingStatus,
    contradictions,
    evolve,
    fold,
    judge,
)
from domain.shared.event import Event
from tests.commands.given import happened

NOON = datetime(2025, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SCHEDULED = MeetingScheduled(starts_at=NOON, ends_at=NOON + HOUR)
MOVED = MeetingMoved(starts_at=NOON + 24 * HOUR)
HELD, CANCELLED = MeetingHeld(outcome="done"), MeetingCancelled(by="them")


def meeting(*facts: Event) -> Meeting:
    return fold(happened("meeting:crm:1", *facts))


def test_a_meeting_exists_and_is_planned_from_its_first_event_of_any_type() -> None:
    found = meeting(MOVED)

    assert (found.known, found.scheduled, found.status, found.events) == (True, False, "planned", 1)
    assert found.starts_at == NOON + 24 * HOUR


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ((SCHEDULED,), "planned"),
        ((SCHEDULED, MOVED), "planned"),
        ((SCHEDULED, HELD), "held"),
        ((HELD,), "held"),
        ((HELD, SCHEDULED), "held"),
        ((HELD, CANCELLED), "held"),
        ((SCHEDULED, CANCELLED), "cancelled"),
        ((SCHEDULED, CANCELLED, HELD), "cancelled"),
        ((SCHEDULED, CANCELLED, SCHEDULED), "planned"),
        ((CANCELLED, SCHEDULED, HELD), "held"),
    ],
)
def test_the_status_follows_the_events(facts: tuple[MeetingEvent, ...], status: MeetingStatus) -> None:
    assert meeting(*facts).status == status


def test_a_meeting_is_when_it_was_last_said_to_be() -> None:
    again = MeetingScheduled(starts_at=NOON + 48 * HOUR)

    assert (meeting(SCHEDULED).starts_at, meeting(SCHEDULED).ends_at) == (NOON, NOON + HOUR)
    # Moved without an end, it has none we know: the old one may lie before its beginning.
    assert (meeting(SCHEDULED, MOVED).starts_at, meeting(SCHEDULED, MOVED).ends_at) == (NOON + 24 * HOUR, None)
    assert meeting(SCHEDULED, CANCELLED, MOVED, again).starts_at == NOON + 48 * HOUR
    assert meeting(SCHEDULED, HELD, MOVED).starts_at == NOON


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((SCHEDULED, SCHEDULED), ["already_scheduled"]),
        ((SCHEDULED, HELD, SCHEDULED), ["already_scheduled"]),
        ((SCHEDULED, HELD, HELD, CANCELLED, MOVED), ["held"] * 3),
        ((SCHEDULED, CANCELLED, MOVED, HELD, CANCELLED), ["cancelled"] * 3),
        ((SCHEDULED, CANCELLED, SCHEDULED, SCHEDULED), ["already_scheduled"]),
        ((HELD, SCHEDULED), []),
        ((MOVED, SCHEDULED, MOVED, HELD), []),
    ],
)
def test_facts_in_the_wrong_state_contradict(facts: tuple[MeetingEvent, ...], expected: list[str]) -> None:
    assert [reason for _, reason in contradictions(happened("meeting:crm:1", *facts))] == expected


def test_events_of_other_things_change_nothing() -> None:
    assert meeting(DealWon()) == UNKNOWN


@given(st.lists(st.sampled_from([SCHEDULED, MOVED, HELD, CANCELLED]), max_size=12))
def test_what_contradicts_changes_nothing_but_the_count(facts: list[MeetingEvent]) -> None:
    known = UNKNOWN
    for envelope in happened("meeting:crm:1", *facts):
        after = evolve(known, envelope)
        if judge(known, envelope):
            assert (after.status, after.starts_at, after.ends_at) == (known.status, known.starts_at, known.ends_at)
        assert after.events == known.events + 1
        known = after
