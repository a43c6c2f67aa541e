"""How the deals of a month went through the stages: what was opened stays in, whatever came of it later."""

from datetime import date
from typing import Any

import pytest

from domain.deals.events import DealLost, DealMovedToStage, DealOpened, DealReopened, DealWon
from domain.pipelines.events import PipelineDefined, PipelineStageRenamed, PipelineStageRetired
from domain.shared.envelope import Envelope
from domain.shared.event import Event
from tests.properties.given import UNKNOWN, Given, event

MODELS = ("kpi_funnel", "kpi_funnel_rate")
SALES = "pipeline:crm:sales"
DEFINED = event(
    SALES,
    PipelineDefined.model_validate(
        {
            "name": "Sales",
            "stages": [
                {"stage": "New", "probability": "0.1"},
                {"stage": "Offer", "probability": "0.5"},
                {"stage": "Signed", "kind": "won", "probability": "1"},
                {"stage": "Gone", "kind": "lost", "probability": "0"},
            ],
        }
    ),
)
MARCH, APRIL = date(2025, 3, 1), date(2025, 4, 1)
OPENED = DealOpened(pipeline=SALES)
PARTS = ("stage", "entered", "moved_on", "here_now", "won", "lost", "won_from_here", "lost_from_here")


def deal(data: Event, on: float, key: str = "1", **said: Any) -> Envelope:
    return event(f"deal:crm:{key}", data, on * 24, **said)


def to(stage: str) -> DealMovedToStage:
    return DealMovedToStage(stage=stage)


def test_each_stage_says_how_many_came_how_many_went_on_and_what_became_of_them(given: Given) -> None:
    shown = given(
        DEFINED,
        *(deal(OPENED, 1, key) for key in "12345"),
        deal(to("Offer"), 2, "2"),
        deal(DealLost(), 3, "3"),
        deal(to("Offer"), 2, "4"),
        deal(DealLost(), 3, "4"),
        deal(to("Offer"), 2, "5"),
        deal(DealWon(), 4, "5"),
    )
    assert shown.rows("kpi_funnel", *PARTS, opened=5) == [
        ("Gone", 2, 0, 2, 0, 2, 0, 0),
        ("New", 5, 3, 1, 1, 2, 0, 1),
        ("Offer", 3, 1, 1, 1, 1, 1, 1),
        ("Signed", 1, 0, 1, 1, 0, 0, 0),
    ]


def test_a_deal_counts_in_the_month_it_was_opened_whenever_the_rest_happens(given: Given) -> None:
    before = given(DEFINED, deal(OPENED, 1), deal(OPENED, 40, "2")).rows("kpi_funnel", "month", "stage", "entered")
    shown = given(DEFINED, deal(OPENED, 1), deal(OPENED, 40, "2"), deal(DealLost(), 100))

    assert before == [
        (MARCH, "Gone", 0), (MARCH, "New", 1), (MARCH, "Offer", 0), (MARCH, "Signed", 0),
        (APRIL, "Gone", 0), (APRIL, "New", 1), (APRIL, "Offer", 0), (APRIL, "Signed", 0),
    ]  # fmt: skip
    assert shown.rows("kpi_funnel", "month", "stage", "entered", "lost", stage="New") == [
        (MARCH, "New", 1, 1),
        (APRIL, "New", 1, 0),
    ]


def test_a_deal_that_goes_back_and_forth_entered_each_stage_once(given: Given) -> None:
    shown = given(
        DEFINED, deal(OPENED, 1), deal(to("Offer"), 2), deal(to("New"), 4), deal(to("Offer"), 7), deal(DealLost(), 11)
    )
    assert shown.rows("kpi_funnel", *PARTS)[1:3] == [("New", 1, 1, 0, 0, 1, 0, 0), ("Offer", 1, 0, 0, 0, 1, 0, 1)]
    # from first entering to leaving for good, with all detours
    assert shown.rows("kpi_funnel_rate", "stage", "days_to_enter", "days_inside", stage_kind="open") == [
        ("New", 0, 6),
        ("Offer", 1, 9),
    ]


def test_where_a_deal_was_before_it_came_to_a_stage_is_no_way_on_from_there(given: Given) -> None:
    shown = given(DEFINED, deal(DealOpened(pipeline=SALES, stage="Offer"), 1), deal(to("New"), 2), deal(DealLost(), 3))
    assert shown.rows("kpi_funnel", "stage", "entered", "moved_on", stage_kind="open") == [
        ("New", 1, 0),
        ("Offer", 1, 0),
    ]


def test_a_reopened_deal_was_won_and_is_not_won_now(given: Given) -> None:
    shown = given(DEFINED, deal(OPENED, 1), deal(DealWon(), 2), deal(DealReopened(), 3), deal(DealLost(), 5))
    assert shown.rows("kpi_funnel", *PARTS) == [
        ("Gone", 1, 0, 1, 0, 1, 0, 0),
        ("New", 1, 1, 0, 0, 1, 0, 1),
        ("Offer", 0, 0, 0, 0, 0, 0, 0),
        ("Signed", 1, 0, 0, 0, 1, 0, 0),
    ]


def test_rates_and_means_are_quotients_of_sums_and_empty_where_nobody_came(given: Given) -> None:
    shown = given(
        DEFINED,
        *(deal(OPENED, 1, key) for key in "1234"),
        deal(to("Offer"), 2, "1"),
        deal(to("Offer"), 4, "2"),
        deal(DealWon(), 6, "2"),
        deal(DealLost(), 3, "3"),
    )
    columns = ("stage", "entered_rate", "moved_on_rate", "win_rate", "lost_from_here_rate")
    assert shown.rows("kpi_funnel_rate", *columns) == [
        ("Gone", 0.25, None, 0, 0),
        ("New", 1, 0.5, 0.25, 0.25),
        ("Offer", 0.5, 0.5, 0.5, 0),
        ("Signed", 0.25, None, 1, 0),
    ]
    assert shown.rows("kpi_funnel_rate", "stage", "days_to_enter", "days_inside") == [
        ("Gone", 2, None),
        ("New", 0, pytest.approx(2)),
        ("Offer", 2, 2),
        ("Signed", 5, None),
    ]
    nobody = given(DEFINED, deal(OPENED, 1)).rows("kpi_funnel_rate", *columns, "days_to_enter", stage="Offer")
    assert nobody == [("Offer", 0, None, None, None, None)]


def test_times_that_are_not_known_are_left_out_of_the_means(given: Given) -> None:
    shown = given(
        DEFINED, deal(OPENED, 1), deal(to("Offer"), 3, **UNKNOWN), deal(OPENED, 1, "2"), deal(to("Offer"), 2, "2")
    )
    columns = ("stage", "entered", "timed_entries", "seconds_to_enter", "timed_stays", "seconds_inside")
    assert shown.rows("kpi_funnel", *columns, stage_kind="open") == [
        ("New", 2, 2, 0, 1, 86400),
        ("Offer", 2, 1, 86400, 0, 0),
    ]


def test_a_deal_that_was_opened_nobody_knows_when_is_in_no_month(given: Given) -> None:
    shown = given(DEFINED, deal(OPENED, 1, **UNKNOWN), deal(to("Offer"), 3), deal(DealWon(), 3, "2"))
    assert shown.rows("kpi_funnel", *PARTS) == []


def test_what_happened_before_the_opening_is_no_step(given: Given) -> None:
    shown = given(DEFINED, deal(DealWon(), 1), deal(OPENED, 3), deal(DealReopened(stage="New"), 4))
    assert shown.rows("kpi_funnel", "stage", "entered", "won_from_here", "seconds_to_enter", "seconds_inside")[1:] == [
        ("New", 1, 0, 86400, 0),
        ("Offer", 0, 0, 0, 0),
        ("Signed", 1, 0, 0, 86400),
    ]


def test_stages_have_their_names_and_places_of_now_and_retired_ones_show_only_with_deals(given: Given) -> None:
    shown = given(
        DEFINED,
        deal(OPENED, 1),
        deal(to("Offer"), 2),
        deal(OPENED, 40, "2"),
        event(SALES, PipelineStageRenamed(stage="New", name="Fresh"), 100),
        event(SALES, PipelineStageRetired(stage="Offer"), 100),
    )
    columns = ("month", "pipeline", "ordinal", "stage_key", "stage", "entered")
    assert shown.rows("kpi_funnel", *columns) == [
        (MARCH, "Sales", 1, "New", "Fresh", 1),
        (MARCH, "Sales", 2, "Signed", "Signed", 0),
        (MARCH, "Sales", 3, "Gone", "Gone", 0),
        (MARCH, "Sales", 4, "Offer", "Offer", 1),
        (APRIL, "Sales", 1, "New", "Fresh", 1),
        (APRIL, "Sales", 2, "Signed", "Signed", 0),
        (APRIL, "Sales", 3, "Gone", "Gone", 0),
    ]


def test_deals_without_a_pipeline_are_a_funnel_of_their_own(given: Given) -> None:
    shown = given(DEFINED, deal(DealOpened(), 1), deal(DealOpened(), 1, "2"), deal(DealWon(), 2), deal(OPENED, 1, "3"))
    columns = ("pipeline", "ordinal", *PARTS)
    assert shown.rows("kpi_funnel", *columns, pipeline="(none)") == [
        ("(none)", None, "(none)", 2, 1, 1, 1, 0, 1, 0),
        ("(none)", None, "Won", 1, 0, 1, 1, 0, 0, 0),
    ]
