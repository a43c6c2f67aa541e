"""A meeting as it stands: one row, whatever came of it."""

from datetime import UTC, datetime
from decimal import Decimal

from domain.deals.events import DealOpened
from domain.meetings.events import MeetingCancelled, MeetingHeld, MeetingMoved, MeetingScheduled
from tests.properties.given import Given, at, event, id_of

MODELS = ("meeting",)
VISIT = "meeting:crm:visit"
TEN, ELEVEN, NOON = (datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (10, 11, 12))
SCHEDULED = MeetingScheduled(
    starts_at=TEN, ends_at=ELEVEN, owner="Kim", channel="video", deal="deal:crm:1", account="account:crm:1"
)


def test_a_meeting_stands_as_it_was_scheduled(given: Given) -> None:
    shown = given(event(VISIT, SCHEDULED, 1), event("deal:crm:1", DealOpened(amount=Decimal(1), currency="EUR")))

    assert shown.rows(
        "meeting", "reference", "status", "starts_at", "ends_at", "owner", "channel", "moves", "events"
    ) == [(VISIT, "planned", TEN, ELEVEN, "Kim", "video", 0, 1)]
    assert shown.rows("meeting", "meeting_id", "deal_id", "account_id", "ticket_id", "last_event_at") == [
        (id_of(VISIT), id_of("deal:crm:1"), id_of("account:crm:1"), None, at(1))
    ]


def test_moved_and_held_it_keeps_who_organised_it(given: Given) -> None:
    shown = given(
        event(VISIT, MeetingHeld(), 3),
        event(VISIT, MeetingMoved(starts_at=NOON), 2),
        event(VISIT, SCHEDULED, 1),
        event(VISIT, MeetingMoved(starts_at=TEN), 4),  # which can't be: it was held
    )

    assert shown.rows("meeting", "status", "starts_at", "ends_at", "owner", "moves", "events", "last_event_at") == [
        ("held", NOON, None, "Kim", 1, 4, at(4))
    ]


def test_cancelled_and_scheduled_anew_it_is_as_it_was_said_last(given: Given) -> None:
    cancelled = (event(VISIT, SCHEDULED, 1), event(VISIT, MeetingCancelled(by="them"), 2))
    anew = event(VISIT, MeetingScheduled(starts_at=NOON, owner="Lee"), 3)

    assert given(*cancelled).rows("meeting", "status", "owner") == [("cancelled", "Kim")]
    assert given(*cancelled, anew).rows("meeting", "status", "starts_at", "owner", "deal_id") == [
        ("planned", NOON, "Lee", None)
    ]


def test_a_meeting_of_which_only_its_end_is_known_is_one_too(given: Given) -> None:
    assert given(event(VISIT, MeetingHeld(), 1)).rows("meeting", "status", "starts_at", "owner") == [
        ("held", None, None)
    ]


def test_what_came_of_it_is_told_while_it_stands(given: Given) -> None:
    ann = "contact:crm:ann"
    scheduled = MeetingScheduled(starts_at=TEN, contacts=[ann], agents=["Kim", "Lee"])
    held = MeetingHeld(outcome="no_show", duration_seconds=60)

    shown = given(event(VISIT, scheduled, 1), event(VISIT, held, 2))
    assert shown.rows("meeting", "contact_id", "agents", "held_at", "outcome", "duration_seconds") == [
        (id_of(ann), '["Kim","Lee"]', at(2), "no_show", 60)
    ]

    cancelled = (event(VISIT, scheduled, 1), event(VISIT, MeetingCancelled(by="us"), 2))
    assert given(*cancelled).rows("meeting", "cancelled_at", "held_at") == [(at(2), None)]
    anew = given(*cancelled, event(VISIT, scheduled, 3))
    assert anew.rows("meeting", "status", "cancelled_at") == [("planned", None)]
