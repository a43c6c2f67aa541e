"""How much went on between people on each day: counted for the agent who took part, with the team of that time."""

from datetime import date, timedelta
from typing import Any

from domain.activities.events import (
    CallLogged,
    CartAbandoned,
    ChatMessageLogged,
    DocumentShared,
    EmailReceived,
    EmailSent,
    FormSubmitted,
    LetterLogged,
    NoteTaken,
    PageVisited,
    PresentationGiven,
    SmsLogged,
    SocialMessageLogged,
)
from domain.agents.events import AgentJoined, AgentMoved
from domain.meetings.events import MeetingCancelled, MeetingHeld, MeetingScheduled
from domain.shared.envelope import Envelope
from domain.shared.event import Event
from tests.properties.given import MIDNIGHT, UNKNOWN, Given, event

MODELS = ("kpi_activity_daily",)
DAY = 24


def day(number: int) -> date:
    return MIDNIGHT.date() + timedelta(days=number)


def happened(data: Event, hour: float = 1, **said: Any) -> Envelope:
    return event("activity:crm:1", data, hour, **said)


def test_every_kind_of_activity_is_counted_with_its_direction_and_channel(given: Given) -> None:
    shown = given(
        happened(CallLogged(direction="inbound")),
        happened(EmailReceived()),
        happened(EmailSent()),
        happened(ChatMessageLogged(direction="inbound")),
        happened(SocialMessageLogged(direction="outbound", network="linkedin")),
        happened(SmsLogged(direction="outbound")),
        happened(LetterLogged(direction="inbound")),
        happened(NoteTaken(text="x")),
        happened(PresentationGiven()),
        happened(PageVisited(page="/prices")),
        happened(FormSubmitted(form="contact")),
        happened(DocumentShared(document="Offer", direction="outbound")),
        happened(CartAbandoned()),
    )
    assert shown.rows("kpi_activity_daily", "kind", "direction", "channel", "activities") == [
        ("call", "inbound", "phone", 1),
        ("cart", "(none)", "web", 1),
        ("chat", "inbound", "chat", 1),
        ("document", "outbound", "(none)", 1),
        ("email", "inbound", "email", 1),
        ("email", "outbound", "email", 1),
        ("form", "inbound", "web", 1),
        ("letter", "inbound", "post", 1),
        ("note", "(none)", "(none)", 1),
        ("presentation", "(none)", "(none)", 1),
        ("sms", "outbound", "sms", 1),
        ("social", "outbound", "linkedin", 1),
        ("visit", "(none)", "web", 1),
    ]


def test_an_activity_counts_for_its_agent_and_the_team_they_were_in_then(given: Given) -> None:
    shown = given(
        happened(EmailSent(agent="Kim"), 1),
        happened(EmailSent(agent="Kim"), DAY + 1),
        happened(EmailSent(agent="Kim"), DAY + 2),
        happened(EmailSent(agent="Lee"), DAY + 2),
        happened(EmailSent(), DAY + 3),
        event("agent:crm:kim", AgentJoined(name="Kim", team="North"), 0),
        event("agent:crm:kim", AgentMoved(team="South"), DAY),
    )
    assert shown.rows("kpi_activity_daily", "day", "owner", "team", "activities") == [
        (day(0), "Kim", "North", 1),
        (day(1), "(none)", "(none)", 1),
        (day(1), "Kim", "South", 2),
        (day(1), "Lee", "(none)", 1),
    ]


def test_how_long_it_took_is_added_up_for_what_says_so(given: Given) -> None:
    shown = given(
        happened(CallLogged(direction="outbound", duration_seconds=100), 1),
        happened(CallLogged(direction="outbound", duration_seconds=0), 2),
        happened(CallLogged(direction="outbound"), 3),
        happened(PresentationGiven(duration_seconds=3600), 4),
    )
    assert shown.rows("kpi_activity_daily", "kind", "activities", "timed", "seconds") == [
        ("call", 3, 2, 100),
        ("presentation", 1, 1, 3600),
    ]


def test_calls_in_which_nobody_was_reached_are_missed(given: Given) -> None:
    shown = given(
        happened(CallLogged(direction="outbound", outcome="connected"), 1),
        happened(CallLogged(direction="outbound", outcome="voicemail"), 2),
        happened(CallLogged(direction="outbound", outcome="no_answer"), 3),
        happened(CallLogged(direction="outbound"), 4),
        happened(PresentationGiven(outcome="declined"), 5),
    )
    assert shown.rows("kpi_activity_daily", "kind", "activities", "missed") == [("call", 4, 2), ("presentation", 1, 0)]


def test_what_has_no_known_time_is_in_no_day_and_a_late_activity_in_its_own(given: Given) -> None:
    shown = given(
        happened(EmailSent(agent="Kim"), DAY),
        happened(EmailSent(agent="Kim"), DAY + 1, **UNKNOWN),
        happened(EmailSent(agent="Kim"), 0),
        happened(EmailSent(agent="Kim"), DAY + 2),
    )
    assert shown.rows("kpi_activity_daily", "day", "activities") == [(day(0), 1), (day(1), 2)]


def test_a_meeting_counts_on_the_day_it_was_held_for_who_organised_it(given: Given) -> None:
    planned = MeetingScheduled(starts_at=MIDNIGHT, owner="Kim", channel="video")
    shown = given(
        event("meeting:crm:held", planned, 1),
        event("meeting:crm:held", MeetingHeld(outcome="done", duration_seconds=1800), 2 * DAY),
        event("meeting:crm:missed", planned, 1),
        event("meeting:crm:missed", MeetingHeld(outcome="no_show"), 2 * DAY),
        event("meeting:crm:cancelled", planned, 1),
        event("meeting:crm:cancelled", MeetingCancelled(by="them"), 2 * DAY),
        event("meeting:crm:planned", planned, 1),
        event("meeting:crm:some_day", MeetingHeld(), 1, **UNKNOWN),
        event("meeting:crm:unplanned", MeetingHeld(), 2 * DAY),
        event("agent:crm:kim", AgentJoined(name="Kim", team="North"), 0),
        event("agent:crm:kim", AgentMoved(team="South"), DAY),
    )
    assert shown.rows(
        "kpi_activity_daily", "day", "kind", "channel", "owner", "team", "activities", "missed", "timed", "seconds"
    ) == [
        (day(2), "meeting", "(none)", "(none)", "(none)", 1, 0, 0, 0),
        (day(2), "meeting", "video", "Kim", "South", 2, 1, 1, 1800),
    ]
