"""`--as-of` and `--clock`: how everything stood on any date, on both stores."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cli.conftest import Message, columns, filled
from tests.project.given import Program

READING = (
    ("pipeline",), ("tickets",), ("agenda",), ("kpi", "sales"), ("kpi", "funnel"), ("kpi", "service"),
    ("kpi", "activity"), ("timeline", "contact:test:ada"), ("sql", "SELECT * FROM deal"),
)  # fmt: skip
ADA = "contact:test:ada"


@pytest.fixture
def service(message: Message) -> list[dict[str, Any]]:
    """Ada, who is renamed in March, with two calls, a ticket and a task."""
    return [
        message("contact.added", ADA, "2026-01-02T09:00:00Z", name="Ada Lind", email="ada@example.org"),
        message("activity.call_logged", "activity:test:1", "2026-01-03T10:00:00Z", contacts=[ADA], direction="inbound"),
        message("ticket.opened", "ticket:test:1", "2026-01-04T10:00:00Z", contacts=[ADA], subject_line="No light"),
        message(
            "task.planned", "task:test:1", "2026-01-04T11:00:00Z", contacts=[ADA], due_on="2026-01-10", owner="Kim"
        ),
        message("ticket.resolved", "ticket:test:1", "2026-02-01T10:00:00Z"),
        message("contact.name_corrected", ADA, "2026-03-01T10:00:00Z", name="Ada Berg"),
        message("activity.call_logged", "activity:test:2", "2026-03-02T10:00:00Z", contacts=[ADA], direction="inbound"),
    ]


def recorded_now() -> str:
    """This moment, as a date to go back to; nothing that is recorded later has the same."""
    now = datetime.now(UTC).isoformat()
    time.sleep(0.005)
    return now


def test_the_board_as_it_stood_at_the_end_of_a_day(program: Program, sales: list[dict[str, Any]]) -> None:
    filled(program, sales)

    in_january = program.json("pipeline", "--as-of", "2026-01-31")

    assert columns(in_january, "stage", "currency", "deals", "amount") == [
        ("Lead", "EUR", 1, 300),
        ("Offer", "EUR", 1, 500),
        ("Won", "EUR", 1, 1000),
        ("Lost", None, 0, None),
    ]
    assert columns(program.json("pipeline", "--as-of", "2026-01-15T11:59:59Z"), "stage", "deals")[2] == ("Won", 0)
    assert columns(program.json("pipeline", "--as-of", "2026-01-15T13:00+01:00"), "stage", "deals")[2] == ("Won", 1)
    assert program.json("pipeline", "--as-of", "2027-01-01") == program.json("pipeline")


def test_a_day_ends_in_the_zone_whose_days_count(
    embedded: Program, sales: list[dict[str, Any]], message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_TIMEZONE", "Pacific/Auckland")  # in January, 13 hours ahead
    filled(embedded, [*sales, message("deal.lost", "deal:test:2", "2026-01-21T10:59:59.999999Z")])

    assert columns(embedded.json("pipeline", "--as-of", "2026-01-20"), "stage", "deals")[1] == ("Offer", 0)
    assert columns(embedded.json("pipeline", "--as-of", "2026-01-21"), "stage", "deals")[1] == ("Offer", 0)
    assert columns(embedded.json("pipeline", "--as-of", "2026-01-21T10:59:59Z"), "stage", "deals")[1] == ("Offer", 1)


def test_what_comes_late_restates_the_past_and_what_had_been_believed_can_still_be_seen(
    program: Program, sales: list[dict[str, Any]], message: Message
) -> None:
    filled(program, sales)
    believed = program.json("pipeline", "--as-of", "2026-01-31")
    then = recorded_now()
    known_then = program.json("pipeline")
    filled(program, [message("deal.value_changed", "deal:test:2", "2026-01-21T12:00:00Z", amount=900, currency="EUR")])

    restated = program.json("pipeline", "--as-of", "2026-01-31")

    assert columns(believed, "stage", "amount")[1] == ("Offer", 500)
    assert columns(restated, "stage", "amount")[1] == ("Offer", 900)
    assert program.json("pipeline", "--as-of", then, "--clock", "recorded") == known_then
    assert program.json("pipeline", "--as-of", recorded_now(), "--clock", "recorded") == program.json("pipeline")


@pytest.mark.parametrize("clock", ["occurred", "recorded"])
def test_before_the_first_event_everything_is_empty_and_nothing_an_error(
    program: Program, sales: list[dict[str, Any]], service: list[dict[str, Any]], clock: str
) -> None:
    filled(program, [*sales, *service])

    for command in READING:
        assert program.json(*command, "--as-of", "2020-01-01", "--clock", clock) == [], command
        assert program(*command, "--as-of", "2020-01-01", "--clock", clock).exit_code == 0, command
    assert program.json("contact", ADA, "--as-of", "2020-01-01", "--clock", clock) == {}
    assert "nothing is known" in program("contact", ADA, "--as-of", "2020-01-01", "--clock", clock).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--as-of", "yesterday"), "'yesterday' is no date"),
        (("--as-of", "2026-02-30"), "'2026-02-30' is no date"),
        (("--as-of", ""), "'' is no date"),
        (("--as-of", "2026-01-31T12:00"), "has no zone"),
        (("--as-of", "0001-01-01T00:00+14:00"), "is too far away"),
        (("--clock", "recorded"), "--clock goes with a date"),
    ],
)
def test_a_date_that_is_none_is_refused_in_a_sentence(embedded: Program, words: tuple[str, ...], said: str) -> None:
    for command in READING:
        refused = embedded(*command, *words)
        assert refused.exit_code == 2
        assert said in refused.stderr
        assert refused.stderr.count("\n") == 1


def test_a_person_as_known_then(program: Program, service: list[dict[str, Any]]) -> None:
    filled(program, service)

    assert columns(program.json("timeline", ADA, "--as-of", "2026-02-28"), "event_type", "subject_line") == [
        ("crm.ticket.resolved.v1", None),
        ("crm.task.planned.v1", None),
        ("crm.ticket.opened.v1", "No light"),
        ("crm.activity.call_logged.v1", None),
        ("crm.contact.added.v1", None),
    ]
    then, now = (program.json("contact", ADA, *words) for words in (("--as-of", "2026-01-31"), ()))
    assert (then["name"], [ticket["subject_line"] for ticket in then["tickets"]]) == ("Ada Lind", ["No light"])
    assert (now["name"], now["tickets"]) == ("Ada Berg", [])
    assert program.json("timeline", "ada@example.org", "--as-of", "2026-01-02T09:30Z")[0]["kind"] == "contact"


def test_today_is_that_date_for_what_is_to_be_done(program: Program, service: list[dict[str, Any]]) -> None:
    filled(program, service)

    assert columns(program.json("tickets", "--as-of", "2026-01-05T10:00Z"), "reference", "age_seconds") == [
        ("ticket:test:1", 86400)
    ]
    assert program.json("tickets", "--as-of", "2026-02-02") == []
    for day, is_overdue in (("2026-01-10", False), ("2026-01-11", True)):
        agenda = program.json("agenda", "--as-of", day)
        assert columns(agenda, "reference", "is_overdue") == [("task:test:1", is_overdue)]


def test_figures_as_of_a_date(program: Program, sales: list[dict[str, Any]], service: list[dict[str, Any]]) -> None:
    filled(program, [*sales, *service])
    date = ("--as-of", "2026-01-31")

    assert columns(program.json("kpi", "sales", *date), "period", "deals_opened", "deals_won", "open_amount") == [
        ("2026-01-01", 3, 1, 800)
    ]
    assert columns(program.json("kpi", "service", *date), "opened", "resolved", "backlog") == [(1, 0, 1)]
    assert columns(program.json("kpi", "activity", *date), "period", "activities") == [("2026-01-01", 1)]
    assert columns(program.json("kpi", "funnel", *date), "stage", "here_now")[:2] == [("Lead", 1), ("Offer", 1)]
