"""`rapport keys`: made, shown and rotated by whoever runs the program."""

import signal
from pathlib import Path
from typing import Any

import pytest

from infra.bootstrap import open_rapport
from infra.cli.app import FAILED, MISUSED
from tests.project.conftest import embedded
from tests.project.given import Program, wait_until
from tests.sealing.key_fixtures import keys_database, keys_url
from tests.sealing.key_stores import contact

__all__ = ["embedded", "keys_database", "keys_url"]

ONE, OTHER = "1a" * 32, "2b" * 32


@pytest.fixture(params=["files", "postgres"])
def program(request: pytest.FixtureRequest, embedded: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program with its keys in files, and in PostgreSQL, in turn."""
    if request.param == "postgres":
        monkeypatch.setenv("RAPPORT_KEYS", request.getfixturevalue("keys_url"))
    return embedded


def seal_something() -> None:
    ada = contact()
    with open_rapport() as rapport:
        rapport.keystore.contact_keys("main", [ada, contact()])
        rapport.keystore.text_keys("main", [[ada], [], []])
        rapport.keystore.erase_contact("main", ada)


def states(status: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(master["state"], master["held"]) for master in status["master_keys"]]


def test_init_makes_store_and_master_key_and_may_be_repeated(program: Program, keys: Path) -> None:
    first, again = program("keys", "init"), program("keys", "init")

    assert (first.exit_code, again.exit_code) == (0, 0), first.stderr
    assert "Back up both, apart from each other" in first.stdout
    assert (keys / "master.key").exists()
    assert states(program.json("keys", "status")) == [("in use", True)]


def test_status_counts_by_class_and_makes_nothing(program: Program, keys: Path) -> None:
    assert program.json("keys", "status")["keys"] == []
    assert "not made yet" in program("keys", "status").stdout
    assert not (keys / "master.key").exists()

    program("keys", "init")
    seal_something()

    status = program.json("keys", "status")
    counted = {one["retention"]: (one["keys"], one["destroyed"]) for one in status["keys"]}
    counted.pop("identity", None)  # the tenant's secret, in PostgreSQL
    assert counted == {"profile": (1, 1), "text": (2, 1)}
    assert status["erased_contacts"] == 1
    assert "main,text,2,1" in program("keys", "status", "--format", "csv").stdout
    assert status["master_keys"][0]["fingerprint"] in program("keys", "status").stdout


def test_rotate_replaces_the_file(program: Program, keys: Path) -> None:
    program("keys", "init")
    seal_something()
    before = (keys / "master.key").read_text()
    rehearsed = program("keys", "rotate", "--dry-run")
    assert "keys would be looked at" in rehearsed.stdout
    assert (keys / "master.key").read_text() == before

    done = program("keys", "rotate")

    assert done.exit_code == 0, done.stderr
    assert (keys / "master.key").read_text() != before
    if program.json("keys", "status")["place"].startswith("the PostgreSQL"):
        # Other machines may use it: the old one leads on until somebody says that all have the new one.
        assert states(program.json("keys", "status")) == [("to be put away", False), ("in use", True)]
        assert program("keys", "rotate", "--finish").exit_code == 0
    assert states(program.json("keys", "status")) == [("put away", False), ("in use", True)]
    assert "The old master key opens nothing any more" in (done.stdout + program("keys", "rotate", "--finish").stdout)


def test_rotate_takes_the_next_from_the_settings_where_the_first_is(
    program: Program, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_MASTER_KEY", ONE)
    program("keys", "init")
    seal_something()
    refused = program("keys", "rotate")
    assert (refused.exit_code, "set RAPPORT_NEXT_MASTER_KEY" in refused.stderr) == (MISUSED, True)

    monkeypatch.setenv("RAPPORT_NEXT_MASTER_KEY", OTHER)
    assert program("keys", "rotate").exit_code == 0
    early = program("keys", "rotate", "--finish")
    assert (early.exit_code, "still holds the old master key" in early.stderr) == (FAILED, True)

    monkeypatch.setenv("RAPPORT_MASTER_KEY", OTHER)
    assert program("keys", "rotate", "--finish").exit_code == 0
    assert states(program.json("keys", "status")) == [("put away", False), ("in use", True)]
    assert not (keys / "master.key").exists()


def test_there_is_nothing_to_rotate_before_there_is_a_store(program: Program) -> None:
    refused = program("keys", "rotate")

    assert (refused.exit_code, "there is nothing to rotate" in refused.stderr) == (MISUSED, True)


def test_a_wrong_master_key_is_one_sentence(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_MASTER_KEY", ONE)
    program("keys", "init")
    monkeypatch.setenv("RAPPORT_MASTER_KEY", OTHER)
    monkeypatch.setenv("RAPPORT_NEXT_MASTER_KEY", "3c" * 32)

    refused = program("keys", "rotate")
    assert refused.exit_code == FAILED
    assert refused.stderr.count("\n") == 1
    assert "RAPPORT_MASTER_KEY holds another master key" in refused.stderr
    assert states(program.json("keys", "status")) == [("in use", False)]


@pytest.mark.parametrize("name", ["RAPPORT_MASTER_KEY", "RAPPORT_NEXT_MASTER_KEY", "RAPPORT_KEYS"])
def test_a_setting_that_can_not_be_used_is_named_without_its_value(
    embedded: Program, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "s3cr3t")

    refused = embedded("keys", "status")
    assert refused.exit_code == FAILED
    assert f"{name} can't be used" in refused.stderr
    assert "s3cr3t" not in refused.stderr


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_rotation_that_is_stopped_or_killed_is_taken_up(program: Program, how: signal.Signals) -> None:
    program("keys", "init")
    with open_rapport() as rapport:
        store = rapport.keystore
        made = {key.number: key for key in store.text_keys("main", [[]] * 40_000) if key}
        process = program.start("keys", "rotate")
        wait_until(lambda: len(program.json("keys", "status")["master_keys"]) == 2, "the rotation began", process)
        process.send_signal(how)
        _, said = process.communicate(timeout=60)
        if process.returncode == FAILED:
            assert "stopped; run it again for the rest" in said

        # Then this process, which has had the store open all along, reads what it read, before and after the rest.
        assert store.keys("main", made) == made
        assert program("keys", "rotate").exit_code == 0
        assert store.keys("main", made) == made
    assert program("keys", "rotate", "--finish").exit_code == 0
    assert "leaving" not in {state for state, _ in states(program.json("keys", "status"))}
