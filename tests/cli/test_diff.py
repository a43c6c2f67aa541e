"""`rapport diff pipeline`: what changed between two dates, on both stores."""

from typing import Any

import pytest

from tests.cli.conftest import Message, columns, filled
from tests.cli.test_as_of import recorded_now
from tests.project.given import Program

JANUARY, MARCH = "2026-01-31", "2026-03-31"


@pytest.fixture
def changed(sales: list[dict[str, Any]], message: Message) -> list[dict[str, Any]]:
    """What else became of the deals until the end of March."""

    def opened(number: int, time: str, **data: Any) -> dict[str, Any]:
        return message("deal.opened", f"deal:test:{number}", time, pipeline="pipeline:test:sales", **data)

    return [
        *sales,
        opened(7, "2026-01-02T12:00:00Z", amount=10, currency="EUR", expected_close="2026-02-15"),
        opened(8, "2026-01-02T12:00:00Z", amount=20, currency="EUR"),
        opened(9, "2026-01-02T12:00:00Z", amount=30, currency="EUR"),
        opened(10, "2026-01-02T12:00:00Z"),
        message("deal.expected_close_changed", "deal:test:7", "2026-02-10T12:00:00Z", expected_close="2026-05-15"),
        message("deal.value_changed", "deal:test:7", "2026-02-11T12:00:00Z", amount=15, currency="EUR"),
        message("deal.moved_to_stage", "deal:test:8", "2026-02-12T12:00:00Z", stage="Offer"),
        message("deal.value_changed", "deal:test:9", "2026-02-13T12:00:00Z", amount=40, currency="USD"),
        message("deal.moved_to_stage", "deal:test:10", "2026-02-14T12:00:00Z", stage="Offer"),
        message("deal.reopened", "deal:test:1", "2026-03-01T12:00:00Z", stage="Offer"),
    ]


def test_each_deal_that_changed_has_a_row_and_the_differences_add_up(
    program: Program, changed: list[dict[str, Any]]
) -> None:
    filled(program, changed)

    rows = program.json("diff", "pipeline", JANUARY, MARCH)

    shown = columns(rows, "kind", "also", "reference", "currency", "amount_before", "amount_after", "difference")
    assert shown == [
        ("added", None, "deal:test:5", "EUR", None, 50, 50),
        ("won", None, "deal:test:2", "EUR", 500, None, -500),
        ("won", "added", "deal:test:4", "USD", None, None, 0),
        ("lost", None, "deal:test:3", "EUR", 300, None, -300),
        ("reopened", None, "deal:test:1", "EUR", None, 1000, 1000),
        ("re-valued", None, "deal:test:9", "EUR", 30, None, -30),
        ("re-valued", "slipped", "deal:test:7", "EUR", 10, 15, 5),
        ("re-valued", None, "deal:test:9", "USD", None, 40, 40),
        ("moved", None, "deal:test:10", "(none)", None, None, 0),
        ("moved", None, "deal:test:8", "EUR", 20, 20, 0),
    ]
    slipped = next(row for row in rows if row["also"] == "slipped")
    assert (slipped["expected_close_before"], slipped["expected_close"]) == ("2026-02-15", "2026-05-15")
    for currency in ("EUR", "USD"):
        difference = sum(row["difference"] for row in rows if row["currency"] == currency)
        assert difference == open_amount(program, MARCH, currency) - open_amount(program, JANUARY, currency)


def open_amount(program: Program, date: str, currency: str) -> float:
    """What the open deals are worth, as the board has it."""
    board = program.json("pipeline", "--as-of", date)
    return float(sum(row["amount"] for row in board if row["stage_kind"] == "open" and row["currency"] == currency))


def test_one_pipeline_alone_and_nothing_at_all(program: Program, changed: list[dict[str, Any]]) -> None:
    filled(program, changed)
    rows = program.json("diff", "pipeline", JANUARY, MARCH)

    assert program.json("diff", "pipeline", JANUARY, MARCH, "--pipeline", "Sales") == rows
    assert program.json("diff", "pipeline", MARCH, MARCH) == []
    assert "nothing changed" in program("diff", "pipeline", "2020-01-01", "2020-12-31").stdout
    assert columns(program.json("diff", "pipeline", "2020-01-01", JANUARY), "kind")[:6] == [("added",)] * 6


def test_what_was_believed_between_two_dates(program: Program, changed: list[dict[str, Any]], message: Message) -> None:
    filled(program, changed)
    then = recorded_now()
    filled(program, [message("deal.value_changed", "deal:test:5", "2026-03-01T12:00:00Z", amount=60, currency="EUR")])

    assert columns(program.json("diff", "pipeline", JANUARY, MARCH), "reference", "amount_after")[0] == (
        "deal:test:5", 60,
    )  # fmt: skip
    news = program.json("diff", "pipeline", then, recorded_now(), "--clock", "recorded")
    assert columns(news, "kind", "reference", "difference") == [("re-valued", "deal:test:5", 10)]


def test_for_people_every_currency_goes_from_one_date_to_the_other(
    embedded: Program, changed: list[dict[str, Any]]
) -> None:
    filled(embedded, changed)

    lines = [line.split() for line in embedded("diff", "pipeline", JANUARY, MARCH).stdout.splitlines()]

    euro = lines[lines.index(["EUR"]) :]
    assert ["open", JANUARY, "860"] in euro
    assert ["re-valued", "2", "-25"] in euro
    assert ["open", MARCH, "1,085"] in euro


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("2026-01-31", "soon"), "'soon' is no date"),
        (("2026-03-31", "2026-01-31"), "2026-03-31 lies behind 2026-01-31"),
        (("2026-01-31", "2026-03-31", "--pipeline", "Seals"), "known are: Sales"),
    ],
)
def test_what_can_not_be_compared_is_refused_in_a_sentence(
    embedded: Program, sales: list[dict[str, Any]], words: tuple[str, ...], said: str
) -> None:
    filled(embedded, sales)

    refused = embedded("diff", "pipeline", *words)

    assert refused.exit_code == 2
    assert said in refused.stderr
