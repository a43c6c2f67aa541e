"""A deal as known now, and after each of its events, by the rules for facts in any order."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.agents.events import AgentJoined, AgentMoved
from domain.contacts.events import ContactLinked, ContactUnlinked
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
from domain.pipelines.events import PipelineDefined, PipelineStageRenamed, PipelineStageRetired
from domain.products.events import ProductListed
from domain.shared.envelope import Envelope
from domain.shared.event import Event
from tests.properties.given import UNKNOWN, Given, at, event, id_of

MODELS = ("deal", "deal_history", "contradiction")
DEAL, SALES = "deal:crm:1", "pipeline:crm:sales"
STAGES = [("New", "open", "0.1"), ("Offer", "open", "0.5"), ("Signed", "won", "1"), ("Gone", "lost", "0")]
DEFINED = event(
    SALES,
    PipelineDefined.model_validate(
        {"name": "Sales", "stages": [{"stage": s, "kind": kind, "probability": p} for s, kind, p in STAGES]}
    ),
)
STEPS: dict[str, Event] = {
    "opened": DealOpened(pipeline=SALES),
    "opened:Offer": DealOpened(pipeline=SALES, stage="Offer"),
    "opened:Signed": DealOpened(pipeline=SALES, stage="Signed"),
    "opened:?": DealOpened(pipeline=SALES, stage="?", title="Turbine"),
    "opened-nowhere": DealOpened(),
    "New": DealMovedToStage(stage="New"),
    "Offer": DealMovedToStage(stage="Offer"),
    "Signed": DealMovedToStage(stage="Signed"),
    "Gone": DealMovedToStage(stage="Gone"),
    "?": DealMovedToStage(stage="?"),
    "won": DealWon(),
    "lost": DealLost(reason="price"),
    "reopened": DealReopened(),
    "reopened:Offer": DealReopened(stage="Offer"),
    "reopened:Signed": DealReopened(stage="Signed"),
    "reopened:?": DealReopened(stage="?"),
    "value": DealValueChanged(amount=Decimal(5), currency="EUR"),
}


def deal(data: Event, hour: float, **said: Any) -> Envelope:
    return event(DEAL, data, hour, **said)


def story(steps: str) -> list[Envelope]:
    return [DEFINED, *(deal(STEPS[step], hour) for hour, step in enumerate(steps.split(), start=1))]


@pytest.mark.parametrize(
    ("steps", "status", "stage", "reasons"),
    [
        ("opened", "open", "New", ""),
        ("opened:Offer", "open", "Offer", ""),
        ("value", "open", None, ""),  # known and open from its first event of any type
        ("opened Offer", "open", "Offer", ""),
        ("Offer opened", "open", "New", ""),  # judged by the pipeline of an opening that comes later
        ("opened Signed", "won", "Signed", ""),
        ("opened:Signed", "won", "Signed", ""),
        ("opened Gone", "lost", "Gone", ""),
        ("opened won", "won", "Signed", ""),
        ("opened lost", "lost", "Gone", ""),
        ("opened-nowhere won", "won", "Won", ""),  # no pipeline, so no stage of that kind
        ("lost", "lost", "Lost", ""),
        ("opened Offer won reopened", "open", "Offer", ""),
        ("opened Offer won reopened:Offer", "open", "Offer", ""),
        ("opened won reopened:Signed", "open", "New", ""),  # no stage to be open in: back to where it was
        ("won reopened", "open", None, ""),
        # what does not fit changes nothing
        ("opened opened:Offer", "open", "New", "already_opened"),
        ("opened ?", "open", "New", "unknown_stage"),
        ("opened:?", "open", None, "unknown_stage"),
        ("Offer", "open", None, "unknown_stage"),  # of no pipeline
        ("opened won Offer", "won", "Signed", "closed"),
        ("opened won ?", "won", "Signed", "unknown_stage"),
        ("opened won lost", "won", "Signed", "closed"),
        ("won opened", "won", "Signed", "closed"),
        ("won opened-nowhere", "won", "Won", "closed"),
        ("opened reopened", "open", "New", "open"),
        ("opened reopened:?", "open", "New", "open"),
        ("opened won reopened:?", "won", "Signed", "unknown_stage"),
        ("opened won lost reopened lost won", "lost", "Gone", "closed closed"),
    ],
)
def test_what_happens_to_a_deal(given: Given, steps: str, status: str, stage: str | None, reasons: str) -> None:
    shown = given(*story(steps))
    assert shown.rows("deal", "status", "stage", "events") == [(status, stage, len(steps.split()))]
    assert [reason for (reason,) in shown.rows("contradiction", "reason")] == sorted(reasons.split())


def test_a_contradiction_is_judged_anew_when_its_deal_is_touched(given: Given) -> None:
    moved = story("opened won Offer")
    reason = ("crm.deal.moved_to_stage.v1", "closed", DEAL, at(3))
    assert given(*moved).rows("contradiction", "event_type", "reason", "thing", "occurred_at") == [reason]
    assert given(*moved, deal(DealReopened(), 2.5)).rows("contradiction", "reason") == []


def test_stages_are_judged_by_the_pipeline_as_it_is_today(given: Given) -> None:
    early = story("opened ? Offer")
    late = event(SALES, PipelineStageRenamed(stage="New", name="?"), 9)
    assert given(*early).rows("contradiction", "reason") == [("unknown_stage",)]
    shown = given(*early, late, event(SALES, PipelineStageRetired(stage="Offer"), 9))
    assert shown.rows("contradiction", "reason") == []
    assert shown.rows("deal_history", "n", "stage_key", "stage") == [
        (1, "New", "?"),
        (2, "New", "?"),
        (3, "Offer", "Offer"),
    ]


def test_details_are_corrections_that_hold_from_their_place_on_whatever_the_status(given: Given) -> None:
    shown = given(
        deal(DealOwnerChanged(owner="Lee"), 0),
        deal(DealOpened(title="Turbine", amount=Decimal(100), currency="EUR", expected_close=date(2025, 6, 1)), 1),
        deal(DealWon(amount=Decimal("90.5")), 2),
        deal(DealValueChanged(amount=Decimal(80), currency="USD"), 3),
        deal(DealExpectedCloseChanged(), 4),
        deal(DealOpened(title="Another", owner="Kim", amount=Decimal(1)), 5),
    )
    columns = ("n", "title", "owner", "amount", "currency", "expected_close", "status")
    expected = date(2025, 6, 1)
    assert shown.rows("deal_history", *columns) == [
        (1, None, "Lee", None, None, None, "open"),
        (2, "Turbine", "Lee", Decimal(100), "EUR", expected, "open"),
        (3, "Turbine", "Lee", Decimal("90.5"), "EUR", expected, "won"),
        (4, "Turbine", "Lee", Decimal(80), "USD", expected, "won"),
        (5, "Turbine", "Lee", Decimal(80), "USD", None, "won"),
        (6, "Turbine", "Lee", Decimal(80), "USD", None, "won"),
    ]


def test_times_and_the_cycle_are_empty_where_they_are_not_known_or_out_of_order(given: Given) -> None:
    opened, won = deal(DealOpened(), 1), deal(DealWon(), 3)
    columns = ("opened_at", "closed_at", "cycle_seconds")
    assert given(opened, won).rows("deal", *columns) == [(at(1), at(3), Decimal(7200))]
    assert given(opened, deal(DealWon(), 3, **UNKNOWN)).rows("deal", *columns) == [(at(1), None, None)]
    assert given(deal(DealOpened(), 1, **UNKNOWN), won).rows("deal", *columns) == [(None, at(3), None)]
    assert given(won, deal(DealOpened(), 4)).rows("deal", *columns) == [(at(4), at(3), None)]
    assert given(opened, won, deal(DealReopened(), 4)).rows("deal", *columns) == [(at(1), None, None)]
    assert given(won).rows("deal", *columns) == [(None, at(3), None)]


def test_why_it_was_lost_is_said_while_it_is_lost(given: Given) -> None:
    assert given(*story("opened lost")).rows("deal", "lost_reason") == [("price",)]
    assert given(*story("opened lost reopened")).rows("deal", "lost_reason") == [(None,)]
    assert given(*story("opened lost reopened Gone")).rows("deal", "lost_reason") == [(None,)]


def test_equal_times_hold_in_the_senders_order_and_facts_without_one_come_last(given: Given) -> None:
    events = [
        deal(DealOwnerChanged(owner="last"), 1),
        deal(DealOwnerChanged(owner="second"), 1, sequence=10),
        deal(DealOwnerChanged(owner="first"), 1, sequence=9),
    ]
    for came_in in (events, events[::-1]):
        assert given(*came_in).rows("deal_history", "n", "owner") == [(1, "first"), (2, "second"), (3, "last")]


def test_a_repeat_is_one_event_and_its_first_time_stands(given: Given) -> None:
    first, again = deal(DealWon(), 1, id="7"), deal(DealWon(), 2, id="7")
    assert given(first, again).rows("deal", "events", "closed_at") == [(1, at(1))]


def test_the_weighted_amount_is_rounded_to_six_places_and_may_be_huge(given: Given) -> None:
    def weighted(amount: str) -> Sequence[tuple[Any, ...]]:
        opened = DealOpened(pipeline=SALES, stage="Offer", amount=Decimal(amount), currency="EUR")
        return given(DEFINED, deal(opened, 1)).rows("deal", "amount", "probability", "weighted_amount")

    assert weighted("0.0001") == [(Decimal("0.0001"), Decimal("0.5"), Decimal("0.00005"))]
    assert weighted("999999999999999.9999") == [
        (Decimal("999999999999999.9999"), Decimal("0.5"), Decimal("499999999999999.99995"))
    ]


def test_the_team_is_the_owners_now_in_the_deal_and_the_one_of_the_time_in_its_history(given: Given) -> None:
    shown = given(
        deal(DealOpened(owner="Kim"), 2),
        event("agent:crm:kim", AgentMoved(team="South"), 3),
        event("agent:crm:kim", AgentJoined(name="Kim", team="North"), 1),
        deal(DealWon(), 4),
    )
    assert shown.rows("deal", "owner", "team") == [("Kim", "South")]
    assert shown.rows("deal_history", "n", "team") == [(1, "North"), (2, "South")]


def test_a_product_has_its_name_once_it_is_listed(given: Given) -> None:
    opened = deal(DealOpened(product="product:crm:turbine"), 1)
    product = id_of("product:crm:turbine")
    assert given(opened).rows("deal", "product_id", "product") == [(product, None)]
    listed = event("product:crm:turbine", ProductListed(name="Turbine"), 5)
    assert given(opened, listed).rows("deal", "product_id", "product") == [(product, "Turbine")]


def test_the_main_contact_is_the_person_behind_linked_contacts(given: Given) -> None:
    opened = deal(DealOpened(contacts=["contact:crm:b", "contact:crm:c"]), 1)
    linked = event("contact:crm:b", ContactLinked(other="contact:crm:a"), 2)
    unlinked = event("contact:crm:a", ContactUnlinked(other="contact:crm:b"), 3)
    person = min(id_of("contact:crm:a"), id_of("contact:crm:b"))
    assert given(opened).rows("deal", "contact_id") == [(id_of("contact:crm:b"),)]
    assert given(opened, linked).rows("deal", "contact_id") == [(person,)]
    assert given(opened, linked, unlinked).rows("deal", "contact_id") == [(id_of("contact:crm:b"),)]


def test_tenants_with_the_same_keys_never_meet(given: Given) -> None:
    there = [event(DEAL, DealOpened(title="Theirs", pipeline=SALES, stage="New"), 1, tenant="other")]
    shown = given(*story("opened won"), *there)
    assert shown.rows("deal", "tenant", "title", "status", "pipeline") == [
        ("main", None, "won", "Sales"),
        ("other", "Theirs", "open", None),
    ]
