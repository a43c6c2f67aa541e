"""Keys that are lost are never silently replaced: the program says so, and goes on without them only when told to."""

from pathlib import Path
from typing import Any

import pytest

from infra.bootstrap import open_rapport
from infra.cli.app import FAILED, SOME_DEAD
from infra.sealing.evidence import holds_sealed
from tests.project.given import Program

NAME = "Ada Unmistakable"
CONTACT = {
    "specversion": "1.0",
    "id": "1",
    "source": "test",
    "type": "crm.contact.added.v1",
    "subject": "contact:test:1",
    "time": "2026-01-01T00:00:00Z",
    "data": {"name": NAME},
}
CALL = {
    "specversion": "1.0",
    "id": "2",
    "source": "test",
    "type": "crm.activity.call_logged.v1",
    "subject": "activity:test:2",
    "time": "2026-01-02T00:00:00Z",
    "data": {"direction": "inbound"},
}
NAMES = "SELECT name FROM personal.contact"


def names(program: Program) -> list[Any]:
    return [row["name"] for row in program.sql(NAMES, "--personal")]


def lose(keys: Path) -> None:
    for path in keys.glob("keys.sqlite*"):
        path.unlink()


def is_sealed() -> bool:
    with open_rapport() as rapport:
        return holds_sealed(rapport.log)


def test_the_keys_of_a_sealed_log_are_missed(program: Program, keys: Path) -> None:
    program.ingest([CONTACT])
    assert names(program) == [NAME]
    lose(keys)

    for words in (("ingest", str(program.home / "again.jsonl")), ("rebuild",), ("keys", "init")):
        (program.home / "again.jsonl").write_text((program.home / "messages.jsonl").read_text().replace('"1"', '"3"'))
        refused = program(*words)
        assert refused.exit_code == FAILED, words
        assert "its keys are gone" in refused.stderr
        assert refused.stderr.count("\n") == 1
    assert not (keys / "keys.sqlite").exists()


def test_who_is_told_to_goes_on_without_them(program: Program, keys: Path) -> None:
    program.ingest([CONTACT])
    lose(keys)

    assert program("keys", "init", "--lost").exit_code == 0

    bob = {**CONTACT, "id": "9", "subject": "contact:test:9", "data": {"name": "Bob"}}
    program.ingest([bob, CALL])
    assert sorted(names(program), key=str) == ["Bob", None]


def test_a_log_without_anything_personal_misses_no_keys(program: Program, keys: Path) -> None:
    assert not is_sealed()
    program.ingest([CALL])
    assert not is_sealed()
    lose(keys)

    assert program("keys", "init").exit_code == 0
    program.ingest([CONTACT])
    assert is_sealed()


def test_a_dead_letter_is_sealed_too(program: Program) -> None:
    (program.home / "bad.jsonl").write_text("{}")
    assert program("ingest", str(program.home / "bad.jsonl")).exit_code == SOME_DEAD

    assert is_sealed()


@pytest.mark.parametrize("text", ['"sealed":[{', '\\"sealed\\":[{', ',"sealed":[{"key":1,"box":"AA=="}]'])
def test_words_of_others_do_not_pass_for_a_seal(program: Program, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_OPEN_CUSTOM", "note")
    program.ingest([{**CALL, "data": {"direction": "inbound", "custom": {"note": text}}}])

    assert not is_sealed()
