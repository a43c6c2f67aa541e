"""`rapport run` on SQLite and on its own: one consumer, the tables kept beside it, and what ends it with a sentence."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.services import kafka
from tests.conftest import PROJECT
from tests.kafka.given import moves, send, send_both
from tests.kafka.ingesting import Topics, ingesting, settings_of

_RAPPORT = [sys.executable, "-c", "from infra.cli import app; app()"]


@pytest.fixture
def embedded(topics: Topics, rapport_home: Path) -> dict[str, str]:
    """The settings of a program that reads these topics into SQLite."""
    return settings_of(topics, rapport_home, "sqlite", KAFKA_SESSION="6")


def test_sqlite_takes_one_consumer_and_refuses_a_second(
    topics: Topics, embedded: dict[str, str], tmp_path: Path
) -> None:
    send_both(topics, range(100), times=2)
    with ingesting(embedded, tmp_path / "first") as first:
        first.until(lambda: events(embedded) == 200)

        with ingesting(embedded, tmp_path / "second") as second:
            assert second.process.wait(30) == 1
            assert f"a process ({first.process.pid}) takes topics into this log already" in second.said

        assert first.stop() == 0, first.said
    send_both(topics, range(100, 110))
    with ingesting(embedded, tmp_path / "third") as third:
        third.until(lambda: events(embedded) == 220)
        assert third.stop() == 0, third.said


def test_run_takes_topics_and_keeps_the_tables_in_one_process(
    topics: Topics, embedded: dict[str, str], tmp_path: Path
) -> None:
    with ingesting(embedded, tmp_path / "output", program=[*_RAPPORT, "run"]) as program:
        send(topics, "deal", moves(range(50)))
        program.until(lambda: freshest(embedded) == 50)
        assert program.stop() == 0, program.said
    assert "Traceback" not in program.said


def test_a_missing_topic_ends_it_with_a_sentence(embedded: dict[str, str], tmp_path: Path) -> None:
    environment = {**embedded, "RAPPORT_TOPICS": "deals=nobody-made-this"}

    with ingesting(environment, tmp_path / "output") as program:
        assert program.process.wait(30) == 1

    assert "nobody-made-this" in program.said
    assert "`rapport topics create` makes what is missing" in program.said


def test_a_wrong_password_ends_it_with_a_sentence_that_does_not_hold_it(
    embedded: dict[str, str], kafka_servers: str, tmp_path: Path
) -> None:
    assert kafka_servers
    secured = kafka.secured()
    environment = {
        **embedded,
        "RAPPORT_KAFKA": secured.sasl_plain,
        "RAPPORT_KAFKA_SECURITY": "SASL_PLAINTEXT",
        "RAPPORT_KAFKA_USER": secured.user,
        "RAPPORT_KAFKA_PASSWORD": "guessed-by-somebody",
    }

    with ingesting(environment, tmp_path / "output") as program:
        assert program.process.wait(30) == 1

    assert "the Kafka broker refused the user or the password: check RAPPORT_KAFKA_USER" in program.said
    assert "guessed-by-somebody" not in program.said


def events(environment: dict[str, str]) -> int:
    """How many events the log holds."""
    return int(status(environment)["events"])


def freshest(environment: dict[str, str]) -> int:
    """Up to which position the tables are."""
    return int(status(environment)["position"])


def status(environment: dict[str, str]) -> dict[str, int]:
    """What `rapport status` says."""
    words = [*_RAPPORT, "status", "--format", "json"]
    told = subprocess.run(words, env=environment, cwd=PROJECT, capture_output=True, check=True)
    found: dict[str, int] = json.loads(told.stdout)
    return found
