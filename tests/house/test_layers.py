"""Dependencies point one way, and a wrong one is seen."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("domain", "commands", "projections", "consumers", "infra")
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--config", PROJECT / "pyproject.toml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_contracts_hold() -> None:
    done = lint(PROJECT)
    assert done.returncode == 0, done.stdout
    assert "3 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("where", "what", "named"),
    [
        ("domain/deals/planted.py", "import infra.settings", "domain.deals.planted -> infra.settings"),
        ("domain/deals/planted.py", "import sqlite3", "domain.deals.planted -> sqlite3"),
        ("commands/planted.py", "import projections", "commands.planted -> projections"),
        ("projections/planted.py", "import consumers", "projections.planted -> consumers"),
        ("consumers/planted.py", "import duckdb", "consumers.planted -> duckdb"),
    ],
)
def test_a_dependency_the_wrong_way_is_named(tmp_path: Path, where: str, what: str, named: str) -> None:
    for package in PACKAGES:
        shutil.copytree(PROJECT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / where).write_text(f"{what}\n")
    done = lint(tmp_path)
    assert done.returncode == 1
    assert named in done.stdout
