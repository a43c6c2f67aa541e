"""`rapport status` and `rapport init`: what is there."""

import sqlite3
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from tests.cli.conftest import Message, filled
from tests.log.test_roles import PASSWORD
from tests.project.given import Program


def test_before_anything_happened(program: Program) -> None:
    status = program.json("status")

    assert (status["position"], status["lag"], status["dead_letters"], status["contradictions"]) == (0, 0, 0, 0)
    assert status["tables"] == {}


def test_how_far_the_tables_are_and_what_needs_attention(
    program: Program, sales: list[dict[str, Any]], message: Message
) -> None:
    filled(program, [*sales, message("deal.won", "deal:test:1", "2026-03-01T12:00:00Z")])
    behind = program.json("status")
    assert (behind["position"], behind["lag"], behind["events"]) == (0, 13, 13)

    program.json("project")
    (program.home / "bad.jsonl").write_text("{}")
    program("ingest", str(program.home / "bad.jsonl"))

    status = program.json("status")
    assert (status["position"], status["lag"], status["head"]) == (13, 0, 13)
    assert (status["dead_letters"], status["contradictions"]) == (1, 1)
    assert (status["tables"]["deal"], status["tables"]["personal.message"]) == (6, 0)
    assert status["applied_at"] >= status["recorded_at"]
    assert "contradictions" in program("status").stdout
    assert "rows of deal,6" in program("status", "--format", "csv").stdout


def test_init_makes_the_files_and_may_be_repeated(embedded: Program) -> None:
    first, again = embedded("init"), embedded("init")

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "empty as yet" in first.stdout
    assert (embedded.home / "log.sqlite").exists()
    assert (embedded.home / "log.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("how", ["setting", "option", "store"])
def test_init_makes_the_database_as_its_owner(
    embedded: Program, postgres_database: str, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setenv("RAPPORT_APP_PASSWORD", PASSWORD)
    monkeypatch.setenv("RAPPORT_ANALYST_PASSWORD", PASSWORD)
    if how != "option":
        monkeypatch.setenv("RAPPORT_STORE" if how == "store" else "RAPPORT_OWNER_URL", postgres_database)

    made = embedded("init", *(["--owner-url", postgres_database] if how == "option" else []))

    assert made.exit_code == 0, made.stderr
    assert PASSWORD not in made.stdout
    server = postgres_database.rpartition("@")[2]
    monkeypatch.delenv("RAPPORT_OWNER_URL", raising=False)
    monkeypatch.setenv("RAPPORT_STORE", f"postgresql://rapport_app:{quote(PASSWORD)}@{server}")
    assert embedded.json("project")["position"] == 0
    with psycopg.connect(f"postgresql://rapport_analyst:{quote(PASSWORD)}@{server}") as analyst:
        assert analyst.execute("SELECT count(*) FROM crm.deal").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            analyst.execute("SELECT count(*) FROM personal.contact")


def test_a_database_without_a_log_says_what_to_do(
    embedded: Program, postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_STORE", postgres_database)

    for words in (["status"], ["project"], ["sql", "SELECT 1"], ["run", "project"], ["rebuild"]):
        refused = embedded(*words)
        assert refused.exit_code == 1
        assert "rapport init" in refused.stderr
        assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [["status"], ["project"], ["sql", "SELECT 1"], ["run", "project"]])
def test_a_log_of_a_later_program_is_refused(embedded: Program, sales: list[dict[str, Any]], words: list[str]) -> None:
    filled(embedded, sales)
    with sqlite3.connect(embedded.home / "log.sqlite") as connection:
        connection.execute("INSERT INTO log_format VALUES (99)")
    connection.close()

    refused = embedded(*words)

    assert refused.exit_code == 1
    assert "upgrade Rapport" in refused.stderr
    assert refused.stderr.count("\n") == 1
