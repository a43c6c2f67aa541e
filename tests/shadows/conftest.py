"""The program on both stores with a pipeline, deals and tickets, and a folder for changed models."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Message, embedded, message, postgres_program, program, sales
from tests.project.given import Program
from tests.shadows.given import copied

__all__ = ["embedded", "message", "postgres_program", "program", "sales"]

Changed = Callable[..., Path]


@pytest.fixture
def tickets(message: Message) -> list[dict[str, Any]]:
    """Two tickets: one answered after an hour and resolved after three, one resolved after two without an answer."""
    opened, kim = "2026-01-05T10:00:00Z", {"owner": "Kim", "channel": "email", "priority": "high"}
    return [
        message("ticket.opened", "ticket:test:1", opened, **kim),
        message("ticket.agent_replied", "ticket:test:1", "2026-01-05T11:00:00Z"),
        message("ticket.resolved", "ticket:test:1", "2026-01-05T13:00:00Z"),
        message("ticket.opened", "ticket:test:2", opened, **kim),
        message("ticket.resolved", "ticket:test:2", "2026-01-05T12:00:00Z"),
    ]


@pytest.fixture
def filled(program: Program, sales: list[dict[str, Any]], tickets: list[dict[str, Any]]) -> Program:
    """The program with tables of all of these."""
    program.ingest([*sales, *tickets])
    program.json("project")
    return program


@pytest.fixture
def changed(tmp_path: Path, program: Program) -> Changed:
    """Copies models into a folder, `name="old → new"` or unchanged where it is empty; returns the folder."""
    folder = tmp_path / "changed"

    def made(**models: str) -> Path:
        for name, change in models.items():
            copied(program, name, folder, change)
        return folder

    return made
