"""`rapport pipeline` and `rapport tickets`: what is to be worked on now."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.cli.conftest import Message, columns, filled
from tests.project.given import Program


def test_the_board_in_the_order_of_the_stages(program: Program, sales: list[dict[str, Any]]) -> None:
    filled(program, sales)

    board = program.json("pipeline")

    assert columns(board, "pipeline", "stage", "currency", "deals", "amount", "weighted_amount") == [
        ("Sales", "Lead", "EUR", 2, 130, 26),
        ("Sales", "Offer", None, 0, None, None),
        ("Sales", "Won", "EUR", 2, 1500, 1500),
        ("Sales", "Won", "USD", 1, 700, 700),
        ("Sales", "Lost", "EUR", 1, 300, 0),
    ]
    assert program.json("pipeline", "--pipeline", "Sales") == board


def test_a_pipeline_that_is_not_there(embedded: Program, sales: list[dict[str, Any]]) -> None:
    assert "no pipeline and no deal yet" in embedded("pipeline").stdout
    filled(embedded, sales)

    refused = embedded("pipeline", "--pipeline", "Seals")

    assert refused.exit_code == 2
    assert "known are: Sales" in refused.stderr


def test_the_board_for_people(embedded: Program, sales: list[dict[str, Any]]) -> None:
    filled(embedded, sales)

    lines = embedded("pipeline").stdout.splitlines()

    assert lines[0].strip() == "Sales"
    assert [line.split()[0] for line in lines[4:9]] == ["Lead", "Offer", "Won", "Won", "Lost"]
    assert "█" in lines[4]


def test_the_queue_has_the_most_urgent_first_and_tells_ages(program: Program, message: Message) -> None:
    now = datetime.now(UTC)
    hours_ago = [(now - timedelta(hours=hours)).isoformat() for hours in range(100)]
    contact = "contact:test:ada"
    filled(
        program,
        [
            message("contact.added", contact, hours_ago[99], name="Ada Lind"),
            message("ticket.opened", "ticket:test:1", hours_ago[50], priority="low", owner="Kim", contacts=[contact]),
            message("ticket.opened", "ticket:test:2", hours_ago[3], priority="urgent", subject_line="No light"),
            message("ticket.opened", "ticket:test:3", hours_ago[40], owner="Kim"),
            message("ticket.put_on_hold", "ticket:test:3", hours_ago[30], waiting_for="customer"),
            message("ticket.opened", "ticket:test:4", hours_ago[20]),
            message("ticket.resolved", "ticket:test:4", hours_ago[10]),
        ],
    )

    queue = program.json("tickets")

    assert columns(queue, "reference", "status", "priority", "contact", "subject_line") == [
        ("ticket:test:2", "open", "urgent", None, "No light"),
        ("ticket:test:3", "on_hold", None, None, None),
        ("ticket:test:1", "open", "low", "Ada Lind", None),
    ]
    assert queue[0]["age_seconds"] == queue[0]["waiting_seconds"]
    assert 3 * 3600 <= queue[0]["age_seconds"] < 4 * 3600
    assert columns(program.json("tickets", "--owner", "Kim", "--status", "open"), "reference") == [("ticket:test:1",)]
    assert columns(program.json("tickets", "--limit", "1"), "reference") == [("ticket:test:2",)]
    shown = program("tickets").stdout
    assert "No light" in shown
    assert "2 d" in shown
    assert "3 h" in shown
