"""`rapport explain`: the events behind a number or a row, on both stores."""

import json
import os
from decimal import Decimal
from typing import Any

import pytest

from infra.cli.explained import Explainer
from tests.cli.conftest import Message, columns, filled
from tests.cli.test_as_of import recorded_now
from tests.project.given import Program

SALES = "kpi_sales_daily"
WON = (SALES, "day=2026-01-15", "owner=Kim", "currency=EUR")


def one(program: Program, *words: str) -> dict[str, Any]:
    """The only number that was asked for."""
    (found,) = program.json("explain", *words)
    assert found["agrees"] is True
    explained: dict[str, Any] = found
    return explained


def added(explained: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The events of a number, and what each adds."""
    return columns(explained["events"], "event_type", "subject", "contribution")


def test_a_number_is_the_sum_of_what_its_events_add(program: Program, sales: list[dict[str, Any]]) -> None:
    filled(program, sales)

    explained = one(program, *WON, "--measure", "won_amount")

    assert (explained["measure"], explained["number"], explained["made"]) == ("won_amount", 1000, 1000)
    (event,) = explained["events"]
    assert (event["position"], event["occurred_at"], event["of"]) == (8, "2026-01-15T12:00:00+00:00", "won_amount")
    assert added(explained) == [("crm.deal.won.v1", "deal:test:1", 1000)]


def test_every_number_of_a_row_is_explained_unless_one_is_named(embedded: Program, sales: list[dict[str, Any]]) -> None:
    filled(embedded, sales)

    found = {row["measure"]: row for row in embedded.json("explain", *WON)}

    shown = {name: row["number"] for name, row in found.items() if row["events"]}
    cycle = 10 * 24 * 60 * 60
    assert shown == {
        "deals_won": 1, "won_amount": 1000, "won_cycle_seconds": cycle, "won_cycles": 1,
        "open_deals": -1, "open_amount": -1000, "open_weighted": -200,
    }  # fmt: skip
    assert (found["deals_lost"]["number"], found["deals_lost"]["events"]) == (0, [])


def test_several_rows_are_explained_together(program: Program, sales: list[dict[str, Any]]) -> None:
    filled(program, sales)

    explained = one(program, SALES, "currency=EUR", "--measure", "won_amount")

    assert explained["number"] == 1500
    assert [event["contribution"] for event in explained["events"]] == [1000, 500]
    told = program("explain", SALES, "owner=Kim", "currency=EUR").stdout
    assert "rows together, owner Kim, currency EUR" in told


def test_a_rate_is_divided_again(program: Program, sales: list[dict[str, Any]]) -> None:
    filled(program, sales)

    explained = one(program, "kpi_sales", "2026-02-20", "Kim", "--measure", "average_deal_size")

    assert (explained["number"], explained["made"]) == (500, 500)
    assert columns(explained["events"], "of", "contribution") == [("won_amount", 500), ("deals_won", 1)]


def test_a_balance_is_explained_by_all_changes_up_to_that_day(program: Program, sales: list[dict[str, Any]]) -> None:
    filled(program, sales)

    explained = one(program, "kpi_pipeline_daily", "2026-01-31", "Kim", "--measure", "open_amount")

    assert explained["number"] == 500
    assert added(explained) == [
        ("crm.deal.opened.v1", "deal:test:1", 1000),
        ("crm.deal.opened.v1", "deal:test:2", 500),
        ("crm.deal.won.v1", "deal:test:1", -1000),
    ]


def test_a_median_is_explained_by_the_values(program: Program, message: Message) -> None:
    for number, hours in enumerate((1, 2, 9), start=1):
        ticket = f"ticket:test:{number}"
        filled(program, [
            {**message("ticket.opened", ticket, "2026-01-04T10:00:00Z"), "id": f"o{number}"},
            {**message("ticket.resolved", ticket, f"2026-01-04T{10 + hours}:00:00Z"), "id": f"r{number}"},
        ])  # fmt: skip

    measure = ("--measure", "resolution_seconds_median")
    explained = one(program, "kpi_service_median", "2026-01-01", "team=(all)", "owner=(all)", *measure)

    assert (explained["number"], explained["made"]) == (7200, 7200)
    assert [event["contribution"] for event in explained["events"]] == [3600, 7200, 32400]
    assert {event["event_type"] for event in explained["events"]} == {"crm.ticket.resolved.v1"}
    refused = program("explain", "kpi_service_median", "2026-01-01", *measure)
    assert refused.exit_code == 2
    assert "do not add up" in refused.stderr


def test_the_board_is_explained_by_what_brought_the_deals_there(
    program: Program, sales: list[dict[str, Any]], message: Message
) -> None:
    filled(program, [
        *sales,
        message("deal.value_changed", "deal:test:6", "2026-04-02T12:00:00Z", amount=100, currency="EUR"),
        message("deal.reopened", "deal:test:1", "2026-04-03T12:00:00Z", stage="Lead"),
    ])  # fmt: skip

    explained = one(program, "pipeline_board", "stage=Lead", "currency=EUR", "--measure", "amount")

    assert explained["number"] == 1150
    assert added(explained) == [
        ("crm.deal.opened.v1", "deal:test:1", 1000),
        ("crm.deal.won.v1", "deal:test:1", -1000),
        ("crm.deal.opened.v1", "deal:test:5", 50),
        ("crm.deal.opened.v1", "deal:test:6", 80),
        ("crm.deal.value_changed.v1", "deal:test:6", 20),
        ("crm.deal.reopened.v1", "deal:test:1", 1000),
    ]


def test_a_stage_of_the_funnel_is_explained_by_the_events_that_count(
    program: Program, sales: list[dict[str, Any]]
) -> None:
    filled(program, sales)
    key = ("kpi_funnel", "month=2026-01-01", "stage=Lead", "--measure")

    assert added(one(program, *key, "won"))[0] == ("crm.deal.won.v1", "deal:test:1", 1)
    assert added(one(program, *key, "moved_on"))[1] == ("crm.deal.moved_to_stage.v1", "deal:test:2", 1)
    assert len(added(one(program, *key, "entered"))) == 3


def test_calls_and_meetings_are_explained(program: Program, message: Message) -> None:
    ada = ["contact:test:ada"]
    meeting = {"contacts": ada, "starts_at": "2026-01-03T12:00:00Z"}
    filled(program, [
        message("activity.call_logged", "activity:test:1", "2026-01-03T10:00:00Z", contacts=ada, direction="inbound"),
        message("meeting.scheduled", "meeting:test:1", "2026-01-01T10:00:00Z", **meeting),
        message("meeting.held", "meeting:test:1", "2026-01-03T12:00:00Z"),
    ])  # fmt: skip

    explained = one(program, "kpi_activity_daily", "2026-01-03", "--measure", "activities")

    assert added(explained) == [
        ("crm.activity.call_logged.v1", "activity:test:1", 1),
        ("crm.meeting.held.v1", "meeting:test:1", 1),
    ]


def test_a_late_event_is_among_them_and_not_in_what_was_known_before(
    program: Program, sales: list[dict[str, Any]], message: Message
) -> None:
    filled(program, sales)
    program.json("project")
    then = recorded_now()
    filled(program, [{**message("deal.won", "deal:test:5", "2026-01-15T18:00:00Z"), "id": "late"}])
    filled(
        program,
        [
            {
                **message("deal.value_changed", "deal:test:1", "2026-01-10T12:00:00Z", amount=1200, currency="EUR"),
                "id": "later",
            }
        ],
    )

    assert added(one(program, *WON, "--measure", "won_amount")) == [("crm.deal.won.v1", "deal:test:1", 1200)]
    known = one(program, *WON, "--measure", "won_amount", "--as-of", then, "--clock", "recorded")
    assert added(known) == [("crm.deal.won.v1", "deal:test:1", 1000)]
    before = program.json("explain", *WON, "--as-of", "2026-01-14")
    assert before == []


def test_a_reopened_deal_stays_won_on_the_day_it_was(
    program: Program, sales: list[dict[str, Any]], message: Message
) -> None:
    filled(program, [*sales, message("deal.reopened", "deal:test:1", "2026-03-01T12:00:00Z", stage="Offer")])

    assert one(program, *WON, "--measure", "deals_won")["number"] == 1
    reopened = one(program, SALES, "2026-03-01", "--measure", "deals_reopened")
    assert added(reopened) == [("crm.deal.reopened.v1", "deal:test:1", 1)]


def test_what_was_taken_back_explains_nothing(program: Program, sales: list[dict[str, Any]]) -> None:
    filled(program, sales)
    event = one(program, *WON, "--measure", "deals_won")["events"][0]["event_id"]

    assert program("void", "--event-id", event, "--reason", "a mistake", "--yes").exit_code == 0

    assert program.json("explain", *WON) == []
    assert columns(program.json("explain", "deal", "deal:test:1"), "event_type") == [("crm.deal.opened.v1",)]
    (void,) = program.sql("SELECT void_id FROM void")
    assert columns(program.json("explain", "void", void["void_id"]), "event_type") == [("crm.void.made.v1",)]


BEHIND = (
    (("deal", "deal:test:3"), ["deal.opened", "deal.lost"]),
    (("deal", "reference=deal:test:3"), ["deal.opened", "deal.lost"]),
    (("deal_stage_history", "stage=Offer"), ["deal.opened", "deal.moved_to_stage", "deal.won"]),
    (("deal_history", "reference=deal:test:3", "event_type=crm.deal.lost.v1"), ["deal.lost"]),
    (("pipeline",), ["pipeline.defined"]),
)


def test_the_events_behind_a_row_that_is_no_sum(program: Program, sales: list[dict[str, Any]]) -> None:
    filled(program, sales)

    for words, types in BEHIND:
        found = program.json("explain", *words)
        assert [event["event_type"] for event in found] == [f"crm.{one}.v1" for one in types], words
        assert all(set(event) == {"position", "event_id", "event_type", "subject", "occurred_at"} for event in found)


def test_a_person_is_explained_by_what_was_said_of_them(program: Program, message: Message) -> None:
    ada = "contact:test:ada"
    filled(program, [
        message("contact.added", ada, "2026-01-02T09:00:00Z", name="Ada Lind"),
        message("contact.tagged", ada, "2026-01-03T09:00:00Z", tag="vip"),
        message("contact.added", "contact:test:bo", "2026-01-02T09:00:00Z", name="Bo"),
        message("activity.call_logged", "activity:test:1", "2026-01-04T10:00:00Z", contacts=[ada], direction="inbound"),
    ])  # fmt: skip

    types = ["contact.added", "contact.tagged", "activity.call_logged"]
    for table in ("contact", "contact_360", "contact_timeline"):
        found = program.json("explain", table, f"contact_id={ada}")
        assert [event["event_type"] for event in found] == [f"crm.{one}.v1" for one in types], table
    refused = program("explain", "personal.contact")
    assert (refused.exit_code, "personal data" in refused.stderr) == (2, True)


def test_no_such_row_is_no_error(embedded: Program, sales: list[dict[str, Any]]) -> None:
    filled(embedded, sales)

    for words in ((SALES, "day=2020-01-01"), ("deal", "deal:test:99"), ("kpi_service",), ("freshness", "position=99")):
        assert embedded.json("explain", *words) == []
        told = embedded("explain", *words)
        assert (told.exit_code, told.stdout) == (0, f"{words[0]} has no such row\n")


REFUSED = (
    (("kpi_sale_daily",), "there is no table kpi_sale_daily; did you mean kpi_sales_daily?"),
    ((SALES, "ownr=Kim"), "has no column ownr; did you mean owner?; rows are told apart by day, owner"),
    ((SALES, "tenant=main"), "has no column tenant"),
    ((SALES, "owner=Kom"), "no owner in kpi_sales_daily is Kom; did you mean Kim?; there are Kim, Lee"),
    ((SALES, "day=today"), "'today' is nothing that day can be; there it is like 2026-"),
    ((SALES, "owner=Kim", "owner=Lee"), "owner is given twice"),
    (("deal", "deal:test:1", "more"), "there is no column left for more"),
    (("deal", "x"), "'x' is nothing that deal_id can be"),
    ((SALES, "--measure", "won_amont"), "has no number won_amont; did you mean won_amount?"),
    (("deal", "--measure", "amount"), "deal has no numbers that are explained"),
    ((SALES, "--measure", "won_amount"), "currencies are never added: give one currency of EUR, USD"),
    (("kpi_sales", "owner=Kim", "--measure", "win_rate"), "win_rate does not add up"),
    (("kpi_pipeline_daily", "owner=Kim"), "balances do not add up over time: give one day"),
    (("kpi_funnel", "month=2026-01-01"), "do not add up"),
)


def test_what_there_is_not_is_said_with_what_there_is(embedded: Program, sales: list[dict[str, Any]]) -> None:
    filled(embedded, sales)

    for words, said in REFUSED:
        refused = embedded("explain", *words)
        assert (refused.exit_code, refused.stdout) == (2, ""), words
        assert said in refused.stderr, words
        assert refused.stderr.count("\n") == 1, words


def test_for_people_and_as_csv(embedded: Program, sales: list[dict[str, Any]]) -> None:
    filled(embedded, sales)

    told = embedded("explain", *WON, "--measure", "won_amount").stdout
    assert "won_amount: 1,000" in told
    assert "1 event gives 1,000, the number in kpi_sales_daily" in told
    told = embedded("explain", "kpi_sales", "2026-01-15", "Kim", "--measure", "average_deal_size").stdout
    assert "won_amount 1,000 and deals_won 1 give 1000.0, the number" in told
    mixed = embedded("explain", SALES, "owner=Lee")
    assert "left out, since these rows do not add up to it: won_amount, lost_amount" in mixed.stderr

    lines = embedded("explain", *WON, "--measure", "won_amount", "--format", "csv").stdout.splitlines()
    assert lines[0] == "measure,number,of,position,event_id,event_type,subject,occurred_at,contribution"
    assert lines[1].startswith("won_amount,1000.0000,won_amount,8,")


def test_a_number_that_its_events_do_not_give_is_said_loudly(
    embedded: Program, sales: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(embedded, sales)
    rows = Explainer.rows

    def wrong(self: Explainer, where: Any) -> list[dict[str, Any]]:
        return [{**row, "won_amount": Decimal(7)} for row in rows(self, where)]

    monkeypatch.setattr(Explainer, "rows", wrong)
    told = embedded("explain", *WON, "--measure", "won_amount", "--format", "json")

    assert told.exit_code == 1
    assert json.loads(told.stdout)[0]["agrees"] is False
    assert "won_amount is 7 in kpi_sales_daily, and its events give 1,000: the tables are wrong" in told.stderr


def test_who_may_not_read_facts_is_told_so(
    postgres_program: Program, sales: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(postgres_program, sales)
    assert one(postgres_program, *WON, "--measure", "deals_won")["number"] == 1

    monkeypatch.setenv("RAPPORT_STORE", os.environ["RAPPORT_STORE"].replace("rapport_app", "rapport_analyst"))
    refused = postgres_program("explain", *WON)

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "connect as rapport_app" in refused.stderr
    assert refused.stderr.count("\n") == 1
