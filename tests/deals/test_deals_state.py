"""How the events of a deal change it, in any order, and which of them contradict."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from domain.deals.state import UNKNOWN, Deal, DealEvent, contradictions, evolve, fold, judge, pipeline_of
from domain.pipelines import state as pipelines
from domain.pipelines.events import PipelineDefined, PipelineStageRetired, Stage
from domain.pipelines.state import UNDEFINED, Pipeline
from domain.shared.envelope import TimePrecision
from domain.shared.event import Event
from domain.tickets.events import TicketOpened
from tests.commands.given import at, happened

SALES = pipelines.fold(
    happened(
        "pipeline:crm:sales",
        PipelineDefined(
            name="Sales",
            stages=[
                Stage(stage="Lead", probability=Decimal("0.1")),
                Stage(stage="Offer", probability=Decimal("0.5")),
                Stage(stage="Old", probability=Decimal("0.5")),
                Stage(stage="Signed", kind="won", probability=Decimal(1)),
                Stage(stage="Gone", kind="lost", probability=Decimal(0)),
            ],
        ),
        PipelineStageRetired(stage="Old"),
    )
)
OPENED = DealOpened(pipeline="pipeline:crm:sales", amount=Decimal(100), currency="EUR", owner="Kim")


def deal(*facts: Event, pipeline: Pipeline = SALES) -> Deal:
    return fold(happened("deal:crm:1", *facts), pipeline)


def reasons(*facts: Event, pipeline: Pipeline = SALES) -> list[str]:
    return [reason for _, reason in contradictions(happened("deal:crm:1", *facts), pipeline)]


def test_a_deal_is_known_and_open_from_its_first_event_of_any_type() -> None:
    found = deal(DealOwnerChanged(owner="Kim"))

    assert (found.known, found.opened, found.status, found.owner, found.opened_at) == (True, False, "open", "Kim", None)


def test_a_deal_opened_without_a_stage_begins_in_the_pipelines_first() -> None:
    found = deal(OPENED)

    assert (found.stage, found.opened_at, found.amount, found.currency) == ("Lead", at(0), Decimal(100), "EUR")


def test_a_time_that_is_not_known_gives_no_opening_and_no_closing_time() -> None:
    found = fold(happened("deal:crm:1", OPENED, DealWon(), precision=TimePrecision.UNKNOWN), SALES)

    assert (found.status, found.opened_at, found.closed_at) == ("won", None, None)


def test_a_move_to_a_closing_stage_closes() -> None:
    found = deal(OPENED, DealMovedToStage(stage="Gone"))

    assert (found.status, found.stage, found.closed_at, found.lost_reason) == ("lost", "Gone", at(1), None)


def test_a_deal_opened_in_a_closing_stage_is_closed_from_then() -> None:
    found = deal(DealOpened(stage="Signed"))

    assert (found.status, found.stage, found.opened_at, found.closed_at) == ("won", "Signed", at(0), at(0))


@pytest.mark.parametrize(
    ("pipeline", "stages"), [(SALES, ("Signed", "Gone")), (UNDEFINED, ("Won", "Lost"))], ids=["defined", "undefined"]
)
def test_won_and_lost_lead_to_the_pipelines_closing_stages(pipeline: Pipeline, stages: tuple[str, str]) -> None:
    won = deal(OPENED, DealWon(amount=Decimal(90)), pipeline=pipeline)
    lost = deal(OPENED, DealLost(reason="price"), pipeline=pipeline)

    assert (won.status, won.stage, won.amount, won.currency) == ("won", stages[0], Decimal(90), "EUR")
    assert (lost.status, lost.stage, lost.lost_reason) == ("lost", stages[1], "price")


@pytest.mark.parametrize(
    ("reopened", "stage"),
    [
        (DealReopened(), "Offer"),
        (DealReopened(stage="Lead"), "Lead"),
        (DealReopened(stage="Old"), "Old"),
    ],
)
def test_a_reopened_deal_is_where_it_was_before_or_where_the_event_says(reopened: DealReopened, stage: str) -> None:
    found = deal(OPENED, DealMovedToStage(stage="Offer"), DealLost(reason="price"), reopened)

    assert (found.status, found.stage, found.closed_at, found.lost_reason) == ("open", stage, None, None)


def test_a_deal_that_was_in_no_open_stage_is_reopened_in_none() -> None:
    assert deal(DealWon(), DealReopened()).stage is None


def test_details_apply_from_the_openings_place_on_even_when_the_deal_is_closed_by_then() -> None:
    found = deal(DealLost(reason="price"), OPENED)

    assert (found.status, found.stage, found.amount, found.owner, found.opened_at) == (
        "lost",
        "Gone",
        Decimal(100),
        "Kim",
        at(1),
    )


def test_what_an_opening_does_not_give_stays_as_an_earlier_event_left_it() -> None:
    day = date(2025, 6, 30)
    found = deal(
        DealOwnerChanged(owner="Robin"),
        DealValueChanged(amount=Decimal(5), currency="USD"),
        DealExpectedCloseChanged(expected_close=day),
        DealOpened(title="T"),
    )

    assert (found.owner, found.amount, found.currency, found.expected_close) == ("Robin", Decimal(5), "USD", day)


def test_values_owners_and_expected_days_are_corrected_on_a_closed_deal_too() -> None:
    found = deal(
        OPENED,
        DealLost(),
        DealValueChanged(amount=Decimal(7), currency="USD"),
        DealOwnerChanged(owner="Robin"),
        DealWon(amount=Decimal(8)),
    )

    assert (found.status, found.amount, found.currency, found.owner) == ("lost", Decimal(8), "USD", "Robin")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((OPENED, OPENED), ["already_opened"]),
        ((OPENED, DealMovedToStage(stage="Nowhere")), ["unknown_stage"]),
        ((OPENED, DealWon(), DealMovedToStage(stage="Offer")), ["closed"]),
        ((OPENED, DealWon(), DealMovedToStage(stage="Nowhere")), ["unknown_stage"]),
        ((OPENED, DealWon(), DealWon(), DealLost()), ["closed", "closed"]),
        ((OPENED, DealReopened()), ["open"]),
        ((OPENED, DealWon(), DealReopened(stage="Nowhere")), ["unknown_stage"]),
        ((DealWon(), OPENED), ["closed"]),
        ((DealOpened(stage="Nowhere"),), ["unknown_stage"]),
        ((OPENED, DealMovedToStage(stage="Old")), []),
    ],
)
def test_facts_in_the_wrong_state_contradict(facts: tuple[DealEvent, ...], expected: list[str]) -> None:
    assert reasons(*facts) == expected


def test_without_a_defined_pipeline_every_stage_is_unknown() -> None:
    assert reasons(OPENED, DealMovedToStage(stage="Lead"), pipeline=UNDEFINED) == ["unknown_stage"]


def test_the_pipeline_that_counts_is_the_first_openings_wherever_it_stands() -> None:
    later = DealOpened(pipeline="pipeline:crm:other")

    assert pipeline_of(happened("deal:crm:1", DealWon(), OPENED, later)) == "pipeline:crm:sales"
    assert pipeline_of(happened("deal:crm:1", DealWon())) is None


def test_events_of_other_things_change_nothing() -> None:
    assert deal(TicketOpened()) == UNKNOWN
    assert reasons(TicketOpened()) == []


def standing(found: Deal) -> tuple[object, ...]:
    return found.status, found.stage, found.resume, found.closed_at, found.lost_reason


labels = st.sampled_from(["Lead", "Offer", "Old", "Signed", "Gone", "Nowhere"])
amounts = st.decimals(min_value=0, max_value=1000, places=2)
deal_events: st.SearchStrategy[DealEvent] = st.one_of(
    st.builds(
        DealOpened,
        pipeline=st.sampled_from(["pipeline:crm:sales", None]),
        stage=st.none() | labels,
        owner=st.sampled_from(["Kim", None]),
        amount=st.none() | amounts,
    ),
    st.builds(DealValueChanged, amount=amounts, currency=st.sampled_from(["EUR", "USD"])),
    st.builds(DealMovedToStage, stage=labels),
    st.builds(DealOwnerChanged, owner=st.sampled_from(["Kim", "Robin"])),
    st.builds(DealExpectedCloseChanged),
    st.builds(DealWon, amount=st.none() | amounts),
    st.builds(DealLost, reason=st.sampled_from(["price", "other", None])),
    st.builds(DealReopened, stage=st.none() | labels),
)


@given(facts=st.lists(deal_events, max_size=12), pipeline=st.sampled_from([SALES, UNDEFINED]))
def test_any_events_in_any_order_evolve_and_a_contradiction_changes_no_status(
    facts: list[DealEvent], pipeline: Pipeline
) -> None:
    found = UNKNOWN
    for envelope in happened("deal:crm:1", *facts):
        reason = judge(found, envelope, pipeline)
        after = evolve(found, envelope, pipeline)
        if reason:
            assert standing(after) == standing(found)
        assert (after.closed_at is None) == (after.status == "open")
        assert after.lost_reason is None or after.status == "lost"
        found = after
    assert found.known == bool(facts)
