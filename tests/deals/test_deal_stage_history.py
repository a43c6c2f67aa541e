"""How long a deal stayed in which stage."""

from decimal import Decimal
from typing import Any

from domain.deals.events import DealMovedToStage, DealOpened, DealOwnerChanged, DealReopened, DealValueChanged, DealWon
from domain.pipelines.events import PipelineDefined, PipelineStageRenamed
from domain.shared.envelope import Envelope
from domain.shared.event import Event
from tests.properties.given import UNKNOWN, Given, at, event

MODELS = ("deal_stage_history",)
DEAL, SALES = "deal:crm:1", "pipeline:crm:sales"
DEFINED = event(
    SALES,
    PipelineDefined.model_validate(
        {
            "name": "Sales",
            "stages": [
                {"stage": "New", "probability": "0.1"},
                {"stage": "Offer", "probability": "0.5"},
                {"stage": "Signed", "kind": "won", "probability": "1"},
            ],
        }
    ),
)
OPENED = DealOpened(pipeline=SALES)


def deal(data: Event, hour: float, **said: Any) -> Envelope:
    return event(DEAL, data, hour, **said)


def test_each_stay_is_a_row_from_entering_to_leaving(given: Given) -> None:
    shown = given(
        DEFINED, deal(DealWon(), 8), deal(OPENED, 1), deal(DealMovedToStage(stage="Offer"), 3, actor="Kim Park")
    )
    columns = ("entered_at", "stage", "stage_kind", "left_at", "seconds", "is_current", "from_stage", "moved_by")
    assert shown.rows("deal_stage_history", *columns) == [
        (at(1), "New", "open", at(3), Decimal(7200), False, None, None),
        (at(3), "Offer", "open", at(8), Decimal(18000), False, "New", "Kim Park"),
        (at(8), "Signed", "won", None, None, True, "Offer", None),
    ]


def test_a_stay_has_the_worth_and_the_owner_that_the_deal_had_at_its_end(given: Given) -> None:
    shown = given(
        DEFINED,
        deal(OPENED, 1),
        deal(DealValueChanged(amount=Decimal(5), currency="EUR"), 2),
        deal(DealOwnerChanged(owner="Kim"), 3),
        deal(DealMovedToStage(stage="Offer"), 4),
        deal(DealValueChanged(amount=Decimal(7), currency="EUR"), 5),
    )
    assert shown.rows("deal_stage_history", "stage", "amount", "currency", "owner") == [
        ("New", Decimal(5), "EUR", "Kim"),
        ("Offer", Decimal(7), "EUR", "Kim"),
    ]


def test_a_move_to_the_same_stage_and_what_contradicts_begin_no_stay(given: Given) -> None:
    shown = given(
        DEFINED,
        deal(OPENED, 1),
        deal(DealMovedToStage(stage="New"), 2),
        deal(DealMovedToStage(stage="Unheard of"), 3),
        event(SALES, PipelineStageRenamed(stage="New", name="Fresh"), 9),
    )
    assert shown.rows("deal_stage_history", "stage_key", "stage", "entered_at", "left_at") == [
        ("New", "Fresh", at(1), None)
    ]


def test_a_deal_is_back_in_a_stage_when_it_is_reopened(given: Given) -> None:
    shown = given(DEFINED, deal(OPENED, 1), deal(DealWon(), 2), deal(DealReopened(), 3))
    assert shown.rows("deal_stage_history", "entered_at", "stage", "from_stage", "is_current") == [
        (at(1), "New", None, False),
        (at(2), "Signed", "New", False),
        (at(3), "New", "Signed", True),
    ]


def test_times_that_are_not_known_give_no_duration(given: Given) -> None:
    shown = given(DEFINED, deal(OPENED, 1, **UNKNOWN), deal(DealMovedToStage(stage="Offer"), 2))
    assert shown.rows("deal_stage_history", "stage", "entered_at", "entered_on", "left_at", "seconds") == [
        ("New", None, None, at(2), None),
        ("Offer", at(2), at(2).date(), None, None),
    ]
