"""The targets people type are there, and `make` alone lists them."""

import re
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PROMISED = {"demo", "test", "test-long", "lint", "types", "bench", "services", "clean", "install", "help"}


def make(*arguments: str) -> str:
    return subprocess.run(["make", *arguments], cwd=PROJECT, capture_output=True, text=True, check=True).stdout


def test_make_alone_lists_every_target_with_a_sentence() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    listed = re.findall(r"^  make (\S+) +\S.{10,}$", make(), re.MULTILINE)
    assert sorted(listed) == sorted(phony[1].split())
    assert set(listed) >= PROMISED


def test_tests_come_after_services_lint_and_types() -> None:
    planned = make("--dry-run", "test")
    steps = [planned.index(part) for part in ("install.sh", "infra.services start", "ruff check", "mypy", "-m pytest")]
    assert steps == sorted(steps)


def test_continuous_integration_is_make_test() -> None:
    script = PROJECT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().rstrip().endswith("\nmake test")
