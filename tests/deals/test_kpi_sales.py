"""What happened with deals on each day, and what was open at its end."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain.agents.events import AgentJoined, AgentMoved
from domain.deals.events import (
    DealLost,
    DealMovedToStage,
    DealOpened,
    DealOwnerChanged,
    DealReopened,
    DealValueChanged,
    DealWon,
)
from domain.pipelines.events import PipelineDefined, PipelineStageAdded
from domain.shared.envelope import Envelope
from domain.shared.event import Event
from tests.properties.given import MIDNIGHT, UNKNOWN, Given, event

MODELS = ("kpi_sales_daily", "kpi_sales", "kpi_pipeline_daily", "pipeline_board")
SALES = "pipeline:crm:sales"
DEFINED = event(
    SALES,
    PipelineDefined.model_validate(
        {
            "name": "Sales",
            "stages": [
                {"stage": "New", "probability": "0.2"},
                {"stage": "Offer", "probability": "0.5"},
                {"stage": "Signed", "kind": "won", "probability": "1"},
            ],
        }
    ),
)
FLOWS = ("deals_opened", "deals_won", "deals_lost", "deals_reopened", "open_deals", "open_amount", "open_weighted")


def day(number: int) -> date:
    return MIDNIGHT.date() + timedelta(days=number)


def deal(data: Event, on: float, key: str = "1", **said: Any) -> Envelope:
    return event(f"deal:crm:{key}", data, on * 24, **said)


def worth(amount: str, currency: str = "EUR", **said: Any) -> DealOpened:
    return DealOpened(pipeline=SALES, amount=Decimal(amount), currency=currency, **said)


def test_a_day_has_what_happened_on_it(given: Given) -> None:
    shown = given(
        DEFINED,
        deal(worth("100"), 1),
        deal(DealMovedToStage(stage="Offer"), 2),
        deal(DealWon(amount=Decimal(90)), 4),
        deal(worth("10"), 4, "2"),
        deal(DealLost(), 4.5, "2"),
    )
    assert shown.rows("kpi_sales_daily", "day", *FLOWS) == [
        (day(1), 1, 0, 0, 0, 1, Decimal(100), Decimal(20)),
        (day(2), 0, 0, 0, 0, 0, 0, Decimal(30)),
        (day(4), 1, 1, 1, 0, -1, Decimal(-100), Decimal(-50)),
    ]
    cycles = ("won_amount", "lost_amount", "won_cycle_seconds", "won_cycles", "lost_cycle_seconds", "lost_cycles")
    assert shown.rows("kpi_sales_daily", *cycles, day=day(4)) == [(90, 10, 3 * 86400, 1, 43200, 1)]
    rates = ("win_rate", "average_deal_size", "sales_cycle_days")
    assert shown.rows("kpi_sales", *rates, day=day(4)) == [(0.5, 90.0, 3.0)]
    assert shown.rows("kpi_sales", *rates, day=day(1)) == [(None, None, None)]


def test_what_happens_later_changes_no_day_of_the_past(given: Given) -> None:
    before = [DEFINED, deal(worth("100"), 1), deal(DealWon(), 2)]
    past = given(*before).rows("kpi_sales_daily", "day", *FLOWS)
    shown = given(*before, deal(DealReopened(), 3), deal(DealLost(), 5))
    assert shown.rows("kpi_sales_daily", "day", *FLOWS)[:2] == past
    assert shown.rows("kpi_sales_daily", "day", "deals_reopened", "deals_lost", "open_deals")[2:] == [
        (day(3), 1, 0, 1),
        (day(5), 0, 1, -1),
    ]


def test_currencies_are_never_added_together(given: Given) -> None:
    shown = given(
        DEFINED,
        deal(worth("100"), 1),
        deal(worth("100", "USD"), 1, "2"),
        deal(DealOpened(pipeline=SALES), 1, "3"),
        deal(DealValueChanged(amount=Decimal(7), currency="USD"), 2),
    )
    assert shown.rows("kpi_sales_daily", "day", "currency", "open_deals", "open_amount") == [
        (day(1), "(none)", 1, 0),
        (day(1), "EUR", 1, Decimal(100)),
        (day(1), "USD", 1, Decimal(100)),
        (day(2), "EUR", -1, Decimal(-100)),
        (day(2), "USD", 1, Decimal(7)),
    ]


def test_a_deal_goes_from_one_owner_to_the_other_with_the_team_each_had_then(given: Given) -> None:
    shown = given(
        deal(DealOpened(owner="Kim"), 1),
        event("agent:crm:kim", AgentJoined(name="Kim", team="North"), 0),
        event("agent:crm:kim", AgentMoved(team="South"), 48),
        event("agent:crm:lee", AgentJoined(name="Lee", team="West"), 0),
        deal(DealOwnerChanged(owner="Lee"), 3),
    )
    assert shown.rows("kpi_sales_daily", "day", "owner", "team", "deals_opened", "open_deals") == [
        (day(1), "Kim", "North", 1, 1),
        (day(3), "Kim", "North", 0, -1),
        (day(3), "Lee", "West", 0, 1),
    ]


def test_what_has_no_owner_and_no_pipeline_is_counted_too(given: Given) -> None:
    shown = given(deal(DealWon(amount=Decimal(5)), 1))
    assert shown.rows("kpi_sales_daily", "owner", "team", "pipeline", "currency", "deals_won", "won_amount") == [
        ("(none)", "(none)", "(none)", "(none)", 1, Decimal(5))
    ]


def test_an_event_without_a_known_time_is_in_no_day(given: Given) -> None:
    shown = given(DEFINED, deal(worth("100"), 1, **UNKNOWN), deal(DealMovedToStage(stage="Offer"), 2))
    assert shown.rows("kpi_sales_daily", "day", "deals_opened", "open_deals", "open_weighted") == [
        (day(2), 0, 1, Decimal(50))
    ]
    won = given(DEFINED, deal(worth("100"), 1, **UNKNOWN), deal(DealWon(), 2))
    assert won.rows("kpi_sales_daily", "day", "deals_won", "won_cycles") == [(day(2), 1, 0)]


def test_a_deal_closed_at_an_unknown_time_leaves_the_open_pipeline_on_its_last_known_day(given: Given) -> None:
    opened = (DEFINED, deal(worth("100"), 1), deal(DealValueChanged(amount=Decimal(80), currency="EUR"), 3))
    assert given(*opened).rows("kpi_pipeline_daily", "day", "open_deals")[-1] == (day(3), 1)
    closed = given(*opened, deal(DealWon(), 9, **UNKNOWN), deal(worth("10"), 5, "2"))
    assert closed.rows("kpi_pipeline_daily", "day", "open_deals", "open_amount") == [
        (day(1), 1, Decimal(100)),
        (day(2), 1, Decimal(100)),
        (day(5), 1, Decimal(10)),
    ]
    assert closed.rows("kpi_sales_daily", "day", "deals_won") == [(day(1), 0), (day(3), 0), (day(5), 0)]


def test_the_probability_that_counts_is_the_one_of_the_day(given: Given) -> None:
    shown = given(
        DEFINED,
        deal(worth("100"), 1),
        event(SALES, PipelineStageAdded(stage="New", probability=Decimal("0.9")), 48),
        deal(DealValueChanged(amount=Decimal(200), currency="EUR"), 3),
    )
    assert shown.rows("kpi_sales_daily", "day", "open_weighted") == [(day(1), Decimal(20)), (day(3), Decimal(160))]


def test_the_open_pipeline_of_any_day_is_what_all_days_before_it_left(given: Given) -> None:
    shown = given(
        DEFINED, deal(worth("100", owner="Kim"), 1), deal(worth("40", owner="Kim"), 3, "2"), deal(DealWon(), 5)
    )
    assert shown.rows("kpi_pipeline_daily", "day", "owner", "open_deals", "open_amount", "open_weighted") == [
        (day(1), "Kim", 1, Decimal(100), Decimal(20)),
        (day(2), "Kim", 1, Decimal(100), Decimal(20)),
        (day(3), "Kim", 2, Decimal(140), Decimal(28)),
        (day(4), "Kim", 2, Decimal(140), Decimal(28)),
        (day(5), "Kim", 1, Decimal(40), Decimal(8)),
    ]


def test_the_board_shows_what_is_in_each_stage_by_currency(given: Given) -> None:
    shown = given(
        DEFINED,
        deal(worth("100"), 1),
        deal(worth("50"), 1, "2"),
        deal(worth("50", "USD"), 1, "3"),
        deal(worth("70", stage="Offer"), 1, "4"),
        deal(worth("9", stage="Signed"), 1, "5"),
        deal(DealLost(), 1, "6"),
        deal(DealOwnerChanged(owner="Kim"), 1, "7"),
    )
    columns = ("pipeline", "ordinal", "stage", "stage_kind", "currency", "deals", "amount", "weighted_amount")
    assert shown.rows("pipeline_board", *columns) == [
        ("(none)", None, "(none)", "open", "(none)", 1, 0, 0),
        ("(none)", None, "Lost", "lost", "(none)", 1, 0, 0),
        ("Sales", 1, "New", "open", "EUR", 2, Decimal(150), Decimal(30)),
        ("Sales", 1, "New", "open", "USD", 1, Decimal(50), Decimal(10)),
        ("Sales", 2, "Offer", "open", "EUR", 1, Decimal(70), Decimal(35)),
        ("Sales", 3, "Signed", "won", "EUR", 1, Decimal(9), Decimal(9)),
    ]
