"""`rapport status` tells how far the topics were read, and how much of them is still to come."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.log.init import init_postgres
from tests.conftest import PROJECT
from tests.kafka.ingesting import Topics, ingesting, read_upto, settings_of
from tests.observing.test_consumer_seen import note

STATUS = [sys.executable, "-c", "from infra.cli import app; app()", "status", "--format"]


def status(environment: Mapping[str, str], form: str = "json") -> str:
    done = subprocess.run(
        [*STATUS, form], env={**os.environ, **environment}, cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def consumers(environment: Mapping[str, str], topic: str) -> list[dict[str, Any]]:
    return [one for one in json.loads(status(environment))["consumers"] if one["topic"] == topic]


def test_offsets_claims_and_lag_of_each_partition(
    kafka_servers: str, postgres_database: str, rapport_home: Path, tmp_path: Path
) -> None:
    init_postgres(postgres_database)
    with Topics(kafka_servers, partitions=1) as topics:
        environment, topic = settings_of(topics, rapport_home, postgres_database), topics.of["activity"]
        assert json.loads(status(environment))["consumers"] == []

        # Given a consumer that has read two messages and was started twice, and two that came since,
        for _ in range(2):
            topics.send("activity", b"{}")
            with ingesting(environment, tmp_path / "output") as program:
                program.until(lambda: read_upto(postgres_database) == topics.sent.total())
                program.stop()
        for number in range(2):
            topics.send("activity", note(str(number)))
        topics.flush()

        # then the status says so in all its forms,
        [found] = consumers(environment, topic)
        assert found == {"topic": topic, "partition": 0, "offset": 2, "messages_behind": 2, "claims": 2}
        assert json.loads(status(environment))["brokers"] == "reachable"
        assert f"messages_behind of {topic}[0],2" in status(environment, "csv")
        assert topic in status(environment, "table")

        # and without brokers it still says what the log knows.
        away = {**environment, "RAPPORT_KAFKA": "127.0.0.1:1"}
        [found] = consumers(away, topic)
        assert (found["offset"], found["messages_behind"]) == (2, None)
        assert "no Kafka broker listens there" in json.loads(status(away))["brokers"]
