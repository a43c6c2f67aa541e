"""A model's folder dropped into projections/ itself is looked at and checked as one in RAPPORT_MODELS is."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.docs.shipped import shipped_models
from infra.models.validation import validate
from projections.header import ModelRefused
from projections.model import load_models
from projections.shipped import SHIPPED
from tests.models.bad import HEADERS, STATEMENTS
from tests.models.conftest import Owned
from tests.models.given import CHECKS, MODEL, write_model
from tests.project.given import Program

PROJECT = Path(__file__).resolve().parents[2]
Runs = Callable[..., "subprocess.CompletedProcess[str]"]
ALL = "SELECT owner, won, lost FROM deals_closed ORDER BY owner"
ROWS = [{"owner": "Kim", "won": 2, "lost": 0}, {"owner": "Lee", "won": 1, "lost": 1}]


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for projections/, with nothing in it that came with the program."""
    load_models()  # ours are read once, from where they are
    folder = tmp_path / "projections"
    folder.mkdir()
    monkeypatch.setattr("projections.model.files", lambda _: folder)
    return folder


@pytest.fixture(scope="module")
def a_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program's own folders, to drop something into."""
    copy = tmp_path_factory.mktemp("copy")
    for package in ("domain", "commands", "projections", "consumers", "infra"):
        shutil.copytree(PROJECT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture
def runs(a_copy: Path) -> Runs:
    """Runs `rapport …` from the copy."""

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", "from infra.cli import app; app()", *words],
            cwd=a_copy, env={**os.environ, "PYTHONPATH": str(a_copy)}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


def test_in_a_copy_of_the_program_it_is_looked_at_before_anything_live_is_touched_and_then_computed(
    filled: Program, runs: Runs, a_copy: Path
) -> None:
    before = filled.sql("SELECT * FROM deal ORDER BY deal_id")

    # given one whose header is right and whose SQL is not
    spoiled = MODEL.replace("count(p.price)", "nothing(p.price)")
    made = write_model(a_copy / "projections", "deals_closed", spoiled, CHECKS)
    try:
        refused = runs("rebuild", "deals_closed")
        # then it is refused, and the tables are what they were
        assert refused.returncode == 1
        assert f"{made / 'model.sql'}, line 18: nothing() can't be used" in refused.stderr
        assert filled.sql("SELECT * FROM deal ORDER BY deal_id") == before

        # when it is mended
        write_model(a_copy / "projections", "deals_closed", MODEL, CHECKS)
        # then one command fills it for all of the past
        rebuilt = runs("rebuild", "deals_closed")
        assert rebuilt.returncode == 0, rebuilt.stderr
        assert json.loads(runs("sql", ALL, "--format", "json").stdout) == ROWS
    finally:
        shutil.rmtree(made)


def test_all_that_can_be_wrong_with_one_of_ones_own_is_refused_of_a_dropped_one(beside: Path) -> None:
    for name, bad in {**HEADERS, **STATEMENTS}.items():
        if bad.name in SHIPPED:
            continue  # that folder is there already
        said = bad.write(beside)
        with pytest.raises(ModelRefused) as refused:
            validate(load_models(), None)
        assert str(refused.value).startswith(said), name
        shutil.rmtree(beside / bad.name)


def test_it_is_told_of_as_one_of_ones_own_is(embedded: Program, beside: Path) -> None:
    write_model(beside, "deals_closed", MODEL, None)
    refused = embedded("model", "check")
    assert refused.exit_code == 1
    assert "deals_closed/checks.sql, line 1: it is missing" in refused.stderr
    assert embedded.json("status")["models"].startswith("refused: ")

    write_model(beside, "deals_closed", MODEL, CHECKS)
    (checked,) = embedded.json("model", "check")
    assert (checked["model"], checked["checks"]) == ("crm.deals_closed", 2)


def test_two_of_one_name_are_one_too_many(beside: Path, owned: Owned, folder: Path) -> None:
    write_model(beside, "deals_closed", MODEL, CHECKS)
    made = owned()

    with pytest.raises(ModelRefused, match=r"line 1: there is a model deals_closed already"):
        load_models(folder)
    # the same folder named twice is one
    shutil.rmtree(made)
    assert [model.name for model in load_models(beside / "deals_closed") if model.own] == ["deals_closed"]


def test_the_list_of_what_came_with_the_program_is_up_to_date() -> None:
    written = (PROJECT / "projections" / "shipped.py").read_text(encoding="utf-8")
    assert written == shipped_models(), "run `make docs` and commit what it writes"
    assert {model.name for model in load_models() if model.own is None} == SHIPPED
