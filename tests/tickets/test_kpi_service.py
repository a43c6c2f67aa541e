"""The numbers of service: counted on the day and for whom it happened, and never taken back."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from domain.agents.events import AgentJoined, AgentMoved
from domain.tickets.events import (
    TicketAgentReplied,
    TicketAssigned,
    TicketClosed,
    TicketEscalated,
    TicketOpened,
    TicketPriorityChanged,
    TicketPutOnHold,
    TicketRated,
    TicketReopened,
    TicketResolved,
    TicketStepRecorded,
)
from tests.properties.given import MIDNIGHT, UNKNOWN, Given, Shown, event

MODELS = ("kpi_service", "kpi_service_median", "kpi_backlog_daily", "ticket_queue")
TICKET = "ticket:crm:1"
DAY = 24


def day(number: int) -> Any:
    return MIDNIGHT.date() + timedelta(days=number)


def backlog(shown: Shown) -> list[tuple[Any, ...]]:
    return shown.rows("kpi_backlog_daily", "day", "owner", "open_tickets")


def test_each_event_counts_on_its_day(given: Given) -> None:
    shown = given(
        event(TICKET, TicketOpened(channel="email", priority="high", owner="Kim"), 1),
        event(TICKET, TicketAgentReplied(), 3),
        event(TICKET, TicketAgentReplied(), 4),
        event(TICKET, TicketResolved(), DAY + 1),
        event(TICKET, TicketRated(score=4), DAY + 2),
        event(TICKET, TicketReopened(), DAY + 3),
        event(TICKET, TicketRated(score=1), DAY + 4),
        event(TICKET, TicketResolved(), 2 * DAY + 1),
        event(TICKET, TicketClosed(), 2 * DAY + 2),
    )
    columns = ("day", "opened", "resolved", "reopened", "closed", "backlog_change")
    assert shown.rows("kpi_service_daily", *columns, owner="Kim", channel="email", priority="high") == [
        (day(0), 1, 0, 0, 0, 1),
        (day(1), 0, 1, 1, 0, 0),
        (day(2), 0, 1, 0, 1, -1),
    ]
    measures = ("day", "first_responses", "first_response_seconds", "resolutions", "resolution_seconds")
    assert shown.rows("kpi_service_daily", *measures) == [
        (day(0), 1, 7200, 0, 0),
        (day(1), 0, 0, 1, DAY * 3600),
        (day(2), 0, 0, 1, 2 * DAY * 3600),
    ]
    assert shown.rows("kpi_service_daily", "day", "ratings", "rating_sum", "satisfied", ratings=2) == [
        (day(1), 2, 5, 1)
    ]


def test_a_reopening_takes_no_resolution_of_the_past_away(given: Given) -> None:
    resolved = (event(TICKET, TicketOpened(), 1), event(TICKET, TicketResolved(), 2))
    columns = ("day", "resolved", "resolutions", "resolution_seconds")
    past = given(*resolved).rows("kpi_service_daily", *columns)
    later = given(*resolved, event(TICKET, TicketReopened(), DAY + 1)).rows("kpi_service_daily", *columns, day=day(0))
    assert later == past == [(day(0), 1, 1, 3600)]


def test_a_ticket_resolved_after_one_reply_at_most_is_resolved_at_the_first_contact(given: Given) -> None:
    shown = given(
        event("ticket:crm:none", TicketResolved(owner="none"), 1),
        event("ticket:crm:one", TicketAgentReplied(owner="one"), 1),
        event("ticket:crm:one", TicketResolved(), 2),
        event("ticket:crm:one", TicketAgentReplied(), 3),
        event("ticket:crm:two", TicketAgentReplied(owner="two"), 1),
        event("ticket:crm:two", TicketAgentReplied(), 2),
        event("ticket:crm:two", TicketResolved(), 3),
        event("ticket:crm:up", TicketEscalated(owner="escalated"), 1),
        event("ticket:crm:up", TicketResolved(), 2),
        event("ticket:crm:closed", TicketClosed(owner="not resolved"), 1),
    )
    assert shown.rows("kpi_service_daily", "owner", "resolved", "first_contact") == [
        ("escalated", 1, 0),
        ("none", 1, 1),
        ("not resolved", 0, 0),
        ("one", 1, 1),
        ("two", 1, 0),
    ]
    assert shown.rows("ticket", "owner", "replies", "escalated", at_first_contact=True) == [
        ("none", 0, 0),
        ("one", 2, 0),
    ]


def test_a_reopening_takes_back_the_first_contact_on_its_own_day_and_once(given: Given) -> None:
    resolved = (event(TICKET, TicketOpened(), 1), event(TICKET, TicketResolved(), 2))
    columns = ("day", "resolved", "reopened", "first_contact", "first_contact_reopened")
    past = given(*resolved).rows("kpi_service_daily", *columns)
    again = (TicketReopened(), TicketResolved(), TicketReopened(), TicketResolved())
    shown = given(*resolved, *(event(TICKET, data, DAY * (day + 1)) for day, data in enumerate(again)))

    assert past == [(day(0), 1, 0, 1, 0)]
    assert shown.rows("kpi_service_daily", *columns) == [
        *past,
        (day(1), 0, 1, 0, 1),
        (day(2), 1, 0, 0, 0),
        (day(3), 0, 1, 0, 0),
        (day(4), 1, 0, 0, 0),
    ]
    assert shown.rows("kpi_service", "day", "first_contact_rate") == [
        (day(0), 1), (day(1), None), (day(2), 0), (day(3), None), (day(4), 0),
    ]  # fmt: skip
    assert shown.rows("ticket", "status", "at_first_contact") == [("resolved", False)]


def test_a_first_contact_on_an_unknown_day_is_neither_counted_nor_taken_back(given: Given) -> None:
    shown = given(
        event(TICKET, TicketOpened(), 1),
        event(TICKET, TicketResolved(), 2, **UNKNOWN),
        event(TICKET, TicketReopened(), 3),
    )
    columns = ("reopened", "first_contact", "first_contact_reopened")
    assert shown.rows("kpi_service_daily", *columns) == [(1, 0, 0)]


def test_what_contradicts_is_not_counted(given: Given) -> None:
    shown = given(
        event(TICKET, TicketReopened(), 1),
        event(TICKET, TicketClosed(), 2),
        event(TICKET, TicketClosed(), 3),
        event(TICKET, TicketResolved(), 4),
        event(TICKET, TicketPutOnHold(), 5),
    )
    columns = ("opened", "resolved", "reopened", "closed", "backlog_change")
    assert shown.rows("kpi_service_daily", *columns) == [(1, 0, 0, 1, 0)]


def test_a_ticket_without_an_opening_counts_as_opened_by_its_first_event(given: Given) -> None:
    steps = (
        event(TICKET, TicketStepRecorded(label="Assign seriousness", owner="Kim"), 1),
        event(TICKET, TicketAssigned(owner="Lee"), DAY + 1),
    )
    assert given(*steps).rows("kpi_service_daily", "day", "owner", opened=1) == [(day(0), "Kim")]
    opened = given(*steps, event(TICKET, TicketOpened(), DAY + 2))
    assert opened.rows("kpi_service_daily", "day", "owner", opened=1) == [(day(1), "Lee")]


def test_an_event_counts_for_the_owner_and_the_team_of_that_time(given: Given) -> None:
    shown = given(
        event("agent:crm:kim", AgentJoined(name="Kim", team="First"), 0),
        event("agent:crm:kim", AgentMoved(team="Second"), DAY),
        event(TICKET, TicketOpened(owner="Kim"), 1),
        event(TICKET, TicketResolved(), DAY + 1),
        event(TICKET, TicketClosed(owner="Lee"), DAY + 2),
    )
    columns = ("day", "owner", "team", "opened", "resolved", "closed", "backlog_change")
    assert shown.rows("kpi_service_daily", *columns) == [
        (day(0), "Kim", "First", 1, 0, 0, 1),
        (day(1), "Kim", "First", 0, 0, 0, -1),  # it left the backlog that it was in
        (day(1), "Kim", "Second", 0, 1, 0, 0),
        (day(1), "Lee", "(none)", 0, 0, 1, 0),
    ]


def test_no_day_counts_what_has_no_known_time(given: Given) -> None:
    shown = given(
        event(TICKET, TicketOpened(), 1, **UNKNOWN),
        event(TICKET, TicketAgentReplied(), 2),
        event(TICKET, TicketResolved(), 3, **UNKNOWN),
        event(TICKET, TicketRated(score=5), DAY + 1),
    )
    columns = ("day", "opened", "first_responses", "resolved", "ratings", "backlog_change")
    assert shown.rows("kpi_service_daily", *columns) == [
        (day(0), 0, 0, 0, 0, 1),
        (day(1), 0, 0, 0, 1, -1),
    ]


def test_the_backlog_of_any_day_is_what_was_open_at_its_end(given: Given) -> None:
    shown = given(
        event(TICKET, TicketOpened(owner="Kim"), 1),
        event("ticket:crm:2", TicketOpened(owner="Kim"), DAY + 1),
        event("ticket:crm:2", TicketResolved(), DAY + 2),
        event("ticket:crm:3", TicketOpened(owner="Lee"), DAY + 1),
        event(TICKET, TicketAssigned(owner="Lee"), 3 * DAY),
        event(TICKET, TicketPutOnHold(), 3 * DAY + 1),
        event("ticket:crm:3", TicketClosed(), 5 * DAY),
    )
    assert backlog(shown) == [
        (day(0), "Kim", 1),
        (day(1), "Kim", 1),
        (day(1), "Lee", 1),
        (day(2), "Kim", 1),
        (day(2), "Lee", 1),
        (day(3), "Lee", 2),
        (day(4), "Lee", 2),
        (day(5), "Lee", 1),
    ]


def test_a_ticket_moves_between_the_backlogs_of_priorities(given: Given) -> None:
    shown = given(
        event(TICKET, TicketOpened(priority="low"), 1),
        event(TICKET, TicketPriorityChanged(priority="urgent"), DAY),
        event(TICKET, TicketEscalated(), 2 * DAY),
        event("ticket:crm:2", TicketClosed(), 2 * DAY),
    )
    assert shown.rows("kpi_backlog_daily", "day", "priority", "open_tickets") == [
        (day(0), "low", 1),
        (day(1), "urgent", 1),
        (day(2), "urgent", 1),
    ]


@pytest.mark.parametrize("end", [TicketResolved(), TicketClosed()])
def test_a_ticket_that_ended_on_an_unknown_day_is_in_no_backlog_for_ever(
    given: Given, end: TicketResolved | TicketClosed
) -> None:
    shown = given(
        event(TICKET, TicketOpened(owner="Kim"), 1),
        event(TICKET, TicketAssigned(owner="Lee"), 2 * DAY),
        event(TICKET, end, 3 * DAY, **UNKNOWN),
        event("ticket:crm:2", TicketClosed(), 6 * DAY),
    )
    assert backlog(shown) == [(day(0), "Kim", 1), (day(1), "Kim", 1)]
    assert shown.rows("ticket_queue", "ticket_id") == []


def test_the_queue_is_the_backlog_of_the_last_day(given: Given) -> None:
    shown = given(
        event(TICKET, TicketOpened(owner="Kim"), 1),
        event("ticket:crm:2", TicketPutOnHold(), DAY),
        event("ticket:crm:3", TicketClosed(), 2 * DAY),
        event("ticket:crm:4", TicketReopened(), 2 * DAY),
    )
    assert [row for row in backlog(shown) if row[0] == day(2)] == [(day(2), "(none)", 2), (day(2), "Kim", 1)]
    assert len(shown.rows("ticket_queue", "ticket_id")) == 3


def test_late_events_change_the_days_they_belong_to(given: Given) -> None:
    shown = given(
        event(TICKET, TicketClosed(owner="Kim"), 2 * DAY),
        event(TICKET, TicketResolved(owner="Kim"), DAY),
        event(TICKET, TicketOpened(owner="Kim"), 0),
    )
    assert shown.rows("kpi_service_daily", "day", "opened", "resolved", "closed") == [
        (day(0), 1, 0, 0),
        (day(1), 0, 1, 0),
        (day(2), 0, 0, 1),
    ]


def test_means_and_rates_are_quotients_of_exact_sums(given: Given) -> None:
    steps = [event("ticket:crm:2", TicketReopened(), 21)]
    for number, (hours, score) in enumerate([(1, 5), (2, 4), (6, 1)]):
        subject = f"ticket:crm:{number}"
        steps += [event(subject, TicketOpened(), 1), event(subject, TicketAgentReplied(), 1 + hours)]
        steps += [event(subject, TicketResolved(), 1 + 2 * hours), event(subject, TicketRated(score=score), 20)]
    shown = given(*steps)
    columns = ("first_response_seconds_mean", "resolution_seconds_mean", "reopened_per_resolved")
    assert shown.rows("kpi_service", *columns) == [(10800, 21600, pytest.approx(1 / 3))]
    assert shown.rows("kpi_service", "rating_mean", "satisfied_rate") == [(pytest.approx(10 / 3), pytest.approx(2 / 3))]


def test_a_mean_of_nothing_is_empty(given: Given) -> None:
    shown = given(event(TICKET, TicketOpened(), 1))
    columns = ("first_response_seconds_mean", "resolution_seconds_mean", "reopened_per_resolved", "satisfied_rate")
    assert shown.rows("kpi_service", *columns) == [(None, None, None, None)]


def test_medians_of_a_month_by_team_and_owner_and_of_all(given: Given) -> None:
    steps = [event("agent:crm:kim", AgentJoined(name="Kim", team="First"), -DAY)]
    for owner, hours in (("Kim", 1), ("Kim", 2), ("Lee", 9), ("Lee", None)):
        subject = f"ticket:crm:{owner}{hours}"
        steps.append(event(subject, TicketOpened(owner=owner), 1))
        if hours is not None:
            steps.append(event(subject, TicketResolved(), 1 + hours))
    shown = given(*steps, event("ticket:crm:later", TicketOpened(owner="Kim"), 40 * DAY))
    march, april = day(0).replace(day=1), day(0).replace(month=4, day=1)
    columns = ("month", "team", "owner", "tickets", "resolution_seconds_median", "events_median")
    assert shown.rows("kpi_service_median", *columns) == [
        (march, "(all)", "(all)", 4, 7200, 2),
        (march, "(none)", "(all)", 2, 32400, 1.5),
        (march, "(none)", "Lee", 2, 32400, 1.5),
        (march, "First", "(all)", 2, 5400, 2),
        (march, "First", "Kim", 2, 5400, 2),
        (april, "(all)", "(all)", 1, None, 1),
        (april, "First", "(all)", 1, None, 1),
        (april, "First", "Kim", 1, None, 1),
    ]


@pytest.mark.parametrize(
    ("hours", "median", "p90"),
    [([5], 5, 5), ([1, 2], 1.5, 1.9), ([1, 2, 10], 2, 8.4), (range(1, 12), 6, 10), ([0] * 9 + [7], 0, 0.7)],
)
def test_nine_in_ten_took_no_longer_than_the_90th_percentile_in_proportion_between_two(
    given: Given, hours: Sequence[int], median: float, p90: float
) -> None:
    steps = []
    for number, hour in enumerate(hours):
        subject = f"ticket:crm:{number}"
        steps += [event(subject, TicketOpened(), 0), event(subject, TicketAgentReplied(), hour)]
        steps += [event(subject, TicketResolved(), 2 * hour)]
    shown = given(*steps, event("ticket:crm:open", TicketOpened(), 0))
    columns = ("first_response_seconds_median", "first_response_seconds_p90")
    assert shown.rows("kpi_service_median", *columns, owner="(all)", team="(all)") == [(median * 3600, p90 * 3600)]
    columns = ("resolution_seconds_median", "resolution_seconds_p90")
    assert shown.rows("kpi_service_median", *columns, owner="(all)", team="(all)") == [(median * 7200, p90 * 7200)]
