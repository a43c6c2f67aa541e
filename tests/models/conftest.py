"""The program on both stores with events in it, and a folder for models of the user's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import embedded, message, postgres_program, program, sales
from tests.models.given import CHECKS, MODEL, write_model
from tests.project.given import Program

__all__ = ["embedded", "folder", "message", "owned", "postgres_program", "program", "sales"]

Owned = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rapport_home: Path) -> Path:
    """An empty RAPPORT_MODELS."""
    del rapport_home  # which forgets the shell's settings, and so goes first
    made = tmp_path / "own"
    made.mkdir()
    monkeypatch.setenv("RAPPORT_MODELS", str(made))
    return made


@pytest.fixture
def owned(folder: Path) -> Owned:
    """Writes a model into RAPPORT_MODELS, good by default."""

    def write(name: str = "deals_closed", model: str = MODEL, checks: str | None = CHECKS) -> Path:
        return write_model(folder, name, model, checks)

    return write


@pytest.fixture
def filled(program: Program, sales: list[dict[str, Any]]) -> Program:
    """The program with tables of seven deals."""
    program.ingest(sales)
    program.json("project")
    return program
