"""`rapport kpi activity`: what went on, by kind and direction; meetings count on the day they were held."""

from typing import Any

import pytest

from tests.cli.conftest import Message, columns, filled
from tests.project.given import Program


@pytest.fixture
def busy(message: Message) -> list[dict[str, Any]]:
    """Calls in January and March, a mail, and three meetings of which one is held and one is missed."""

    def call(day: str, direction: str, **said: Any) -> dict[str, Any]:
        return message(
            "activity.call_logged", f"activity:test:{day}", f"2026-{day}T10:00:00Z", direction=direction, **said
        )

    def meeting(key: str, **said: Any) -> dict[str, Any]:
        starts_at = "2026-02-03T09:00:00Z"
        return message(
            "meeting.scheduled", f"meeting:test:{key}", "2026-02-01T09:00:00Z", starts_at=starts_at, owner="Kim", **said
        )

    return [
        call("01-05", "inbound", agent="Kim", outcome="connected", duration_seconds=120),
        call("01-06", "outbound", agent="Lee", outcome="no_answer", duration_seconds=0),
        call("01-07", "outbound", agent="Kim", outcome="connected", duration_seconds=240),
        call("03-02", "outbound", agent="Kim"),
        message("activity.email_received", "activity:test:mail", "2026-01-05T10:00:00Z"),
        meeting("held", channel="video"),
        message("meeting.held", "meeting:test:held", "2026-02-03T10:00:00Z", outcome="done", duration_seconds=1800),
        meeting("missed", channel="video"),
        message("meeting.held", "meeting:test:missed", "2026-02-03T10:00:00Z", outcome="no_show"),
        meeting("planned"),
    ]


def test_activities_by_month_kind_and_direction(program: Program, busy: list[dict[str, Any]]) -> None:
    filled(program, busy)

    months = program.json("kpi", "activity")

    assert columns(months, "period", "kind", "direction", "activities", "missed", "missed_rate", "seconds_mean") == [
        ("2026-01-01", "call", "inbound", 1, 0, 0, 120),
        ("2026-01-01", "call", "outbound", 2, 1, 0.5, 120),
        ("2026-01-01", "email", "inbound", 1, 0, 0, None),
        ("2026-02-01", "call", "outbound", 0, 0, None, None),
        ("2026-02-01", "meeting", "(none)", 2, 1, 0.5, 1800),
        ("2026-03-01", "call", "outbound", 1, 0, 0, None),
    ]


def test_activities_of_an_agent_a_kind_a_direction_and_a_channel(embedded: Program, busy: list[dict[str, Any]]) -> None:
    filled(embedded, busy)

    def counted(*options: str) -> list[tuple[Any, ...]]:
        return columns(embedded.json("kpi", "activity", "--by", "quarter", *options), "kind", "direction", "activities")

    assert counted("--owner", "Lee") == [("call", "outbound", 1)]
    assert counted("--kind", "call", "--direction", "inbound") == [("call", "inbound", 1)]
    assert counted("--channel", "video") == [("meeting", "(none)", 2)]
    assert counted("--from", "2026-03-01") == [("call", "outbound", 1)]
    assert counted("--kind", "letter") == []


def test_people_see_a_column_for_each_kind_and_how_long_it_took(embedded: Program, busy: list[dict[str, Any]]) -> None:
    filled(embedded, busy)

    shown = embedded("kpi", "activity").stdout

    assert "Activities" in shown
    assert "call out" in shown
    assert "Calls and meetings" in shown
    assert "30.0 min" in shown
    assert "nothing was counted yet" in embedded("kpi", "activity", "--kind", "letter").stdout
