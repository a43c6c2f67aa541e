"""A glance at the files tells whether the tables hold the whole log: a read need not load what computes them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.publishing import glance
from infra.publishing.places import Places
from tests.project.given import Program, calls


@pytest.fixture
def filled(embedded: Program) -> Program:
    """Tables of ten calls."""
    embedded.ingest(calls(10))
    embedded.json("project")
    return embedded


def fresh(program: Program, timezone: str = "UTC") -> bool:
    return glance.are_fresh(Places(program.home), program.home / "log.sqlite", timezone)


def test_tables_are_fresh_until_something_comes_in(filled: Program) -> None:
    assert fresh(filled)

    filled.ingest(calls(1, first=10))
    assert not fresh(filled)

    filled.json("project")
    assert fresh(filled)


def test_another_zone_or_another_program_would_compute_others(filled: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not fresh(filled, "Europe/Berlin")

    monkeypatch.setattr(glance, "_COMPUTING", ("domain",))
    assert not fresh(filled)


@pytest.mark.parametrize("command", [["project"], ["sql", "SELECT 1"]], ids=["project", "sql"])
def test_a_program_that_computes_the_same_makes_the_tables_its_own(filled: Program, command: list[str]) -> None:
    published = filled.home / "projector" / "published.json"
    said = json.loads(published.read_text())
    published.write_text(json.dumps({**said, "program": "another, with the same models"}))
    assert not fresh(filled)

    filled.json(*command)

    assert fresh(filled)
    assert json.loads(published.read_text()) == said


def test_what_python_compiles_is_no_part_of_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glance, "files", lambda _: tmp_path)
    (tmp_path / "model.sql").write_text("SELECT 1")
    stamp = glance.program_stamp("UTC")

    (tmp_path / "rules.cpython-311.pyc").write_bytes(b"compiled")
    assert glance.program_stamp("UTC") == stamp

    (tmp_path / "rules.py").write_text("")
    assert glance.program_stamp("UTC") != stamp


@pytest.mark.parametrize(
    "harm",
    [
        lambda home: (home / "personal.duckdb").unlink(),
        lambda home: (home / "projector" / "published.json").unlink(),
        lambda home: (home / "log.sqlite").write_bytes(b"no log"),
    ],
    ids=["a file gone", "nothing said", "a broken log"],
)
def test_what_is_not_certain_is_not_fresh(filled: Program, harm: Callable[[Path], object]) -> None:
    harm(filled.home)

    assert not fresh(filled)


@pytest.mark.usefixtures("filled")
def test_a_read_of_fresh_tables_loads_neither_event_models_nor_the_log() -> None:
    reads = "import sys; from infra.cli import app; app(['sql', 'SELECT 1'], standalone_mode=False);"
    reads += "print([m for m in ('domain.catalog', 'infra.log.log', 'eventsourcing') if m in sys.modules])"

    shown = subprocess.run([sys.executable, "-c", reads], capture_output=True, text=True, check=True)

    assert shown.stdout.splitlines()[-1] == "[]"
