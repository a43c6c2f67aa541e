"""The program on both stores, as in tests/project, and something to show."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.project.conftest import embedded, postgres_program, program
from tests.project.given import Program

__all__ = ["embedded", "postgres_program", "program"]

Message = Callable[..., dict[str, Any]]


@pytest.fixture
def message() -> Message:
    """Makes an event: `message("deal.won", "deal:test:1", "2026-01-31T10:00:00Z", amount=100, currency="EUR")`."""
    count = iter(range(1, 1_000_000))

    def made(action: str, subject: str, time: str, **data: Any) -> dict[str, Any]:
        event = {"specversion": "1.0", "id": str(next(count)), "source": "test", "type": f"crm.{action}.v1"}
        return {**event, "subject": subject, "time": time, "data": data}

    return made


@pytest.fixture
def sales(message: Message) -> list[dict[str, Any]]:
    """A pipeline and seven deals of two agents in two currencies, from January to April 2026, with none in March."""
    stages = [
        {"stage": "Lead", "kind": "open", "probability": "0.2"},
        {"stage": "Offer", "kind": "open", "probability": "0.5"},
        {"stage": "Won", "kind": "won", "probability": "1"},
        {"stage": "Lost", "kind": "lost", "probability": "0"},
    ]
    found = [message("pipeline.defined", "pipeline:test:sales", "2026-01-01T00:00:00Z", name="Sales", stages=stages)]

    def deal(number: int, opened: str, amount: int, currency: str = "EUR", owner: str = "Kim") -> None:
        what = {"title": f"Deal {number}", "pipeline": "pipeline:test:sales", "owner": owner, "amount": amount}
        found.append(message("deal.opened", f"deal:test:{number}", opened, currency=currency, **what))

    deal(1, "2026-01-05T12:00:00Z", 1000)
    deal(2, "2026-01-06T12:00:00Z", 500)
    deal(3, "2026-01-07T12:00:00Z", 300, owner="Lee")
    deal(4, "2026-02-01T12:00:00Z", 700, currency="USD", owner="Lee")
    deal(5, "2026-02-02T12:00:00Z", 50)
    deal(6, "2026-04-01T12:00:00Z", 80)
    found += [
        message("deal.won", "deal:test:1", "2026-01-15T12:00:00Z"),
        message("deal.moved_to_stage", "deal:test:2", "2026-01-20T12:00:00Z", stage="Offer"),
        message("deal.lost", "deal:test:3", "2026-02-07T12:00:00Z", reason="price"),
        message("deal.won", "deal:test:4", "2026-02-11T12:00:00Z"),
        message("deal.won", "deal:test:2", "2026-02-20T12:00:00Z"),
    ]
    return found


def columns(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Some columns of rows, to compare."""
    return [tuple(row[name] for name in names) for row in rows]


def filled(program: Program, messages: list[dict[str, Any]]) -> Program:
    """The program with these events in its log."""
    program.ingest(messages)
    return program
