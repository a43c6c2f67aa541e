"""What is allowed with a deal."""

from datetime import date
from decimal import Decimal

import pytest

from domain.deals import decider
from domain.deals.events import (
    DealExpectedCloseChanged,
    DealLost,
    DealMovedToStage,
    DealOpened,
    DealOwnerChanged,
    DealReopened,
    DealValueChanged,
    DealWon,
)
from domain.deals.state import UNKNOWN, Deal, DealEvent, fold
from domain.pipelines import state as pipelines
from domain.pipelines.events import PipelineDefined, PipelineStageRenamed, PipelineStageRetired, Stage, StageKind
from domain.pipelines.state import UNDEFINED
from tests.commands.given import happened, refused


def stage(name: str, probability: str, kind: StageKind = "open") -> Stage:
    return Stage(stage=name, kind=kind, probability=Decimal(probability))


SALES_REF = "pipeline:crm:sales"
SALES = pipelines.fold(
    happened(
        SALES_REF,
        PipelineDefined(
            name="Sales",
            stages=[
                stage("Lead", "0.1"),
                stage("Offer", "0.5"),
                stage("Old", "0.5"),
                stage("Signed", "1", "won"),
                stage("Gone", "0", "lost"),
            ],
        ),
        PipelineStageRenamed(stage="Offer", name="Proposal"),
        PipelineStageRetired(stage="Old"),
    )
)
OPENED = DealOpened(pipeline=SALES_REF, stage="Lead", owner="Kim", amount=Decimal(100), currency="EUR")


def deal(*facts: DealEvent) -> Deal:
    return fold(happened("deal:crm:1", *facts), SALES)


def test_a_deal_is_opened_in_the_first_open_stage_unless_told_otherwise() -> None:
    wanted = DealOpened(pipeline=SALES_REF, title="Turbine")

    assert decider.open_deal(UNKNOWN, SALES, wanted) == [wanted.model_copy(update={"stage": "Lead"})]


def test_a_stage_may_be_called_by_any_of_its_names_and_the_fact_names_its_key() -> None:
    wanted = DealOpened(pipeline=SALES_REF, stage="Proposal")

    assert decider.open_deal(UNKNOWN, SALES, wanted) == [DealOpened(pipeline=SALES_REF, stage="Offer")]


def test_a_deal_that_is_known_from_other_events_can_still_be_opened() -> None:
    assert decider.open_deal(deal(DealOwnerChanged(owner="Kim")), SALES, OPENED) == [OPENED]


@pytest.mark.parametrize(
    ("given", "wanted", "because"),
    [
        (deal(OPENED), OPENED, "already open"),
        (deal(OPENED, DealWon()), OPENED, "already won"),
        (deal(DealLost()), OPENED, "already lost"),
        (UNKNOWN, DealOpened(), "--pipeline"),
        (UNKNOWN, DealOpened(pipeline=SALES_REF, stage="Nowhere"), "'Nowhere' is not a stage .* Lead, Proposal"),
        (UNKNOWN, DealOpened(pipeline=SALES_REF, stage="Old"), "'Old' is retired"),
        (UNKNOWN, DealOpened(pipeline=SALES_REF, stage="Signed"), "use win-deal"),
        (UNKNOWN, DealOpened(pipeline=SALES_REF, amount=Decimal(1)), "--currency"),
        (UNKNOWN, DealOpened(pipeline=SALES_REF, currency="EUR"), "--amount"),
    ],
)
def test_opening_is_refused(given: Deal, wanted: DealOpened, because: str) -> None:
    with refused(because):
        decider.open_deal(given, SALES, wanted)


def test_a_deal_is_not_opened_in_a_pipeline_that_is_not_defined() -> None:
    with refused("pipeline:crm:sales is not defined; define it first with define-pipeline"):
        decider.open_deal(UNKNOWN, UNDEFINED, OPENED)


def test_a_pipeline_without_a_live_open_stage_takes_no_deal() -> None:
    closing = pipelines.fold(happened(SALES_REF, PipelineDefined(name="S", stages=[stage("Won", "1", "won")])))
    with refused("add-stage"):
        decider.open_deal(UNKNOWN, closing, DealOpened(pipeline=SALES_REF))


def test_an_open_deal_moves_and_the_fact_says_where_from() -> None:
    moved = decider.move(deal(OPENED), SALES, DealMovedToStage(stage="Proposal"))

    assert moved == [DealMovedToStage(stage="Offer", from_stage="Lead")]


@pytest.mark.parametrize(
    ("given", "to", "because"),
    [
        (UNKNOWN, "Offer", "not known; open it first with open-deal"),
        (deal(OPENED, DealWon()), "Offer", "the deal is won; reopen it first"),
        (deal(DealOwnerChanged(owner="Kim")), "Offer", "goes through no pipeline"),
        (deal(OPENED), "Lead", "in Lead already"),
        (deal(OPENED), "Old", "'Old' is retired"),
        (deal(OPENED), "Nowhere", "'Nowhere' is not a stage"),
        (deal(OPENED), "Signed", "use win-deal"),
        (deal(OPENED), "Gone", "use lose-deal"),
    ],
)
def test_moving_is_refused(given: Deal, to: str, because: str) -> None:
    with refused(because):
        decider.move(given, SALES, DealMovedToStage(stage=to))


def test_the_value_of_an_open_deal_changes() -> None:
    wanted = DealValueChanged(amount=Decimal(120), currency="EUR")

    assert decider.change_value(deal(OPENED), wanted) == [wanted]


@pytest.mark.parametrize(
    ("given", "because"),
    [
        (UNKNOWN, "not known"),
        (deal(OPENED, DealLost()), "the deal is lost"),
        (deal(OPENED), "worth 100 EUR already"),
    ],
)
def test_changing_the_value_is_refused(given: Deal, because: str) -> None:
    with refused(because):
        decider.change_value(given, DealValueChanged(amount=Decimal("100.00"), currency="EUR"))


def test_a_closed_deal_can_still_get_another_owner() -> None:
    wanted = DealOwnerChanged(owner="Robin")

    assert decider.change_owner(deal(OPENED, DealWon()), wanted) == [wanted]


@pytest.mark.parametrize(("given", "because"), [(UNKNOWN, "not known"), (deal(OPENED), "Kim owns the deal already")])
def test_changing_the_owner_is_refused(given: Deal, because: str) -> None:
    with refused(because):
        decider.change_owner(given, DealOwnerChanged(owner="Kim"))


def test_the_expected_day_of_an_open_deal_changes_and_can_be_taken_back() -> None:
    expected = DealExpectedCloseChanged(expected_close=date(2025, 6, 30))

    assert decider.change_expected_close(deal(OPENED), expected) == [expected]
    assert decider.change_expected_close(deal(OPENED, expected), DealExpectedCloseChanged()) == [
        DealExpectedCloseChanged()
    ]


@pytest.mark.parametrize(
    ("given", "because"),
    [
        (UNKNOWN, "not known"),
        (deal(OPENED, DealWon()), "the deal is won"),
        (deal(OPENED), "on that day already"),
    ],
)
def test_changing_the_expected_day_is_refused(given: Deal, because: str) -> None:
    with refused(because):
        decider.change_expected_close(given, DealExpectedCloseChanged())


@pytest.mark.parametrize(
    ("wanted", "won"),
    [
        (DealWon(), DealWon()),
        (DealWon(amount=Decimal(90)), DealWon(amount=Decimal(90), currency="EUR")),
        (DealWon(amount=Decimal(90), currency="USD"), DealWon(amount=Decimal(90), currency="USD")),
    ],
)
def test_an_open_deal_is_won_and_an_amount_is_in_the_deals_currency(wanted: DealWon, won: DealWon) -> None:
    assert decider.win(deal(OPENED), wanted) == [won]


@pytest.mark.parametrize(
    ("given", "wanted", "because"),
    [
        (UNKNOWN, DealWon(), "not known"),
        (deal(OPENED, DealWon()), DealWon(), "the deal is won"),
        (deal(OPENED, DealLost()), DealWon(), "the deal is lost"),
        (deal(DealOpened(pipeline=SALES_REF)), DealWon(amount=Decimal(1)), "--currency"),
        (deal(OPENED), DealWon(currency="USD"), "--amount"),
    ],
)
def test_winning_is_refused(given: Deal, wanted: DealWon, because: str) -> None:
    with refused(because):
        decider.win(given, wanted)


def test_an_open_deal_is_lost_for_a_reason() -> None:
    assert decider.lose(deal(OPENED), DealLost(reason="price")) == [DealLost(reason="price")]


@pytest.mark.parametrize(
    ("given", "wanted", "because"),
    [
        (UNKNOWN, DealLost(reason="price"), "not known"),
        (deal(OPENED, DealWon()), DealLost(reason="price"), "the deal is won"),
        (deal(OPENED), DealLost(), "--reason"),
    ],
)
def test_losing_is_refused(given: Deal, wanted: DealLost, because: str) -> None:
    with refused(because):
        decider.lose(given, wanted)


@pytest.mark.parametrize(
    ("wanted", "reopened"),
    [(DealReopened(), DealReopened()), (DealReopened(stage="Proposal"), DealReopened(stage="Offer"))],
)
def test_a_closed_deal_is_reopened(wanted: DealReopened, reopened: DealReopened) -> None:
    assert decider.reopen(deal(OPENED, DealWon()), SALES, wanted) == [reopened]


@pytest.mark.parametrize(
    ("given", "wanted", "because"),
    [
        (UNKNOWN, DealReopened(), "not known"),
        (deal(OPENED), DealReopened(), "the deal is open"),
        (deal(OPENED, DealWon()), DealReopened(stage="Old"), "'Old' is retired"),
        (deal(OPENED, DealWon()), DealReopened(stage="Gone"), "use lose-deal"),
    ],
)
def test_reopening_is_refused(given: Deal, wanted: DealReopened, because: str) -> None:
    with refused(because):
        decider.reopen(given, SALES, wanted)
