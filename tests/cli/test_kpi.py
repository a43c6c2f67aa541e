"""`rapport kpi`: sums first, ratios of the sums then; every currency for itself; no gap between periods."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cli.conftest import Message, columns, filled
from tests.project.given import Program

FLOWS = ("period", "currency", "deals_opened", "deals_won", "deals_lost", "won_amount")
RATES = ("win_rate", "average_deal_size", "sales_cycle_days")
STOCKS = ("open_deals", "open_amount", "open_weighted")


def test_sales_by_month_and_quarter(program: Program, sales: list[dict[str, Any]]) -> None:
    filled(program, sales)

    months = program.json("kpi", "sales", "--by", "month")

    assert columns(months, *FLOWS) == [
        ("2026-01-01", "EUR", 3, 1, 0, 1000),
        ("2026-02-01", "EUR", 1, 1, 1, 500),
        ("2026-02-01", "USD", 1, 1, 0, 700),
        ("2026-03-01", "EUR", 0, 0, 0, 0),
        ("2026-04-01", "EUR", 1, 0, 0, 0),
    ]
    euros = [row for row in months if row["currency"] == "EUR"]
    assert columns(euros, *RATES) == [(1, 1000, 10), (0.5, 500, 45), (None, None, None), (None, None, None)]
    assert columns(euros, *STOCKS) == [(2, 800, 310), (1, 50, 10), (1, 50, 10), (2, 130, 26)]

    quarters = [row for row in program.json("kpi", "sales", "--by", "quarter") if row["currency"] == "EUR"]
    assert columns(quarters, *FLOWS[2:], *RATES) == [(4, 2, 1, 1500, 0.6667, 750, 27.5), (1, 0, 0, 0, None, None, None)]
    assert columns(quarters, *STOCKS) == [(1, 50, 10), (2, 130, 26)]


def test_sales_of_some_days_agents_and_pipelines(embedded: Program, sales: list[dict[str, Any]]) -> None:
    filled(embedded, sales)

    days = embedded.json("kpi", "sales", "--by", "day", "--from", "2026-01-14", "--to", "2026-01-16")
    month = embedded.json("kpi", "sales", "--from", "2026-01-10", "--to", "2026-01-16")
    of_lee = embedded.json("kpi", "sales", "--owner", "Lee", "--by", "quarter")

    assert columns(days, "period", "deals_won", "open_deals") == [
        ("2026-01-14", 0, 3),
        ("2026-01-15", 1, 2),
        ("2026-01-16", 0, 2),
    ]
    assert columns(month, "period", "deals_opened", "deals_won", "open_deals") == [("2026-01-01", 0, 1, 2)]
    assert columns(of_lee, "currency", "deals_won", "deals_lost") == [("EUR", 0, 1), ("USD", 1, 0)]
    assert embedded.json("kpi", "sales", "--pipeline", "None such") == []


def test_service(program: Program, message: Message) -> None:
    ticket = "ticket:test:1"
    filled(
        program,
        [
            message("ticket.opened", ticket, "2026-01-05T10:00:00Z", channel="email", priority="high", owner="Kim"),
            message("ticket.agent_replied", ticket, "2026-01-05T12:00:00Z"),
            message("ticket.resolved", ticket, "2026-01-06T10:00:00Z"),
            message("ticket.reopened", ticket, "2026-02-01T10:00:00Z"),
            message("ticket.resolved", ticket, "2026-02-02T10:00:00Z"),
            message("ticket.rated", ticket, "2026-02-03T10:00:00Z", score=5),
            message("ticket.opened", "ticket:test:2", "2026-02-03T10:00:00Z", channel="phone"),
        ],
    )

    months = program.json("kpi", "service")

    assert columns(months, "period", "opened", "resolved", "reopened", "backlog") == [
        ("2026-01-01", 1, 1, 0, 0),
        ("2026-02-01", 1, 1, 1, 1),
    ]
    assert months[0]["first_response_seconds_mean"] == 7200
    assert months[0]["resolution_seconds_mean"] == 86400
    assert columns(months, "ratings", "rating_mean", "satisfied_rate") == [(0, None, None), (1, 5, 1)]
    assert columns(months, "first_contact_rate", "reopened_per_resolved") == [(1, 0), (-1, 1)]
    assert columns(program.json("kpi", "service", "--channel", "phone"), "period", "opened") == [("2026-02-01", 1)]


def test_medians_and_90th_percentiles_are_those_of_the_tickets_that_began_then(
    program: Program, message: Message
) -> None:
    for number, (day, hours, owner) in enumerate([(5, 1, "Kim"), (6, 2, "Kim"), (7, 11, "Lee"), (38, 4, "Kim")]):
        ticket, opened = f"ticket:test:{number}", datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
        filled(
            program,
            [
                message("ticket.opened", ticket, opened.isoformat(), owner=owner),
                message("ticket.agent_replied", ticket, (opened + timedelta(hours=hours)).isoformat()),
                message("ticket.resolved", ticket, (opened + timedelta(hours=2 * hours)).isoformat()),
            ],
        )

    measures = ("first_response_seconds_median", "first_response_seconds_p90", "resolution_seconds_p90")
    months = program.json("kpi", "service")
    assert columns(months, "period", *measures) == [
        ("2026-01-01", 2 * 3600, 9.2 * 3600, 18.4 * 3600),
        ("2026-02-01", 4 * 3600, 4 * 3600, 8 * 3600),
    ]
    of_kim = program.json("kpi", "service", "--owner", "Kim", "--by", "quarter", "--to", "2026-01-31")
    assert columns(of_kim, "period", *measures) == [("2026-01-01", 1.5 * 3600, 1.9 * 3600, 3.8 * 3600)]
    assert "Times of the tickets that began in each month" in program("kpi", "service").stdout


def test_people_get_a_table_with_a_chart_for_each_currency(embedded: Program, sales: list[dict[str, Any]]) -> None:
    filled(embedded, sales)

    shown = embedded("kpi", "sales").stdout

    assert "Sales in EUR" in shown
    assert "Sales in USD" in shown
    assert "2026-03" in shown
    assert "66.7 %" not in shown
    assert "50.0 %" in shown
    assert "████████████" in shown
    assert "Open pipeline in EUR at the end of each month" in shown


@pytest.mark.parametrize("what", ["sales", "funnel", "service", "activity"])
def test_without_events_there_is_nothing_to_show(embedded: Program, what: str) -> None:
    assert "nothing was counted yet" in embedded("kpi", what).stdout
    assert json.loads(embedded("kpi", what, "--format", "json").stdout) == []
    assert embedded("kpi", what, "--format", "csv").stdout.startswith("period,")


def test_a_day_is_written_as_one(embedded: Program) -> None:
    refused = embedded("kpi", "sales", "--from", "January")

    assert refused.exit_code == 2
    assert "write one like 2026-01-31" in refused.stderr
