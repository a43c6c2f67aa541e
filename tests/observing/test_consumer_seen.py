"""`rapport run ingest` on the real broker, seen from outside: figures, places, traces, and nothing personal."""

import json
import sys
from pathlib import Path
from typing import Any

import psycopg

from infra.log.init import init_postgres
from tests.kafka.ingesting import Topics, read_upto, settings_of
from tests.observing.given import Running, running

INGEST = [sys.executable, "-c", "from infra.cli import app; app()", "run", "ingest"]
SECRET = "Zappelduster"  # a name that stands in no line and no metric
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER_TRACE = "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01"


def note(id_: str, **more: Any) -> bytes:
    """A note about a person, in structured mode."""
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": "test",
        "type": "crm.activity.note_taken.v1",
        "subject": f"activity:test:{id_}",
        "time": "2026-03-01T10:00:00Z",
        "data": {"text": f"{SECRET} called", "contacts": [f"contact:mail:{SECRET.lower()}@example.org"]},
    }
    return json.dumps({**event, **more}).encode()


def test_its_metrics_and_lines_tell_what_came_and_nothing_personal(
    kafka_servers: str, postgres_database: str, rapport_home: Path
) -> None:
    init_postgres(postgres_database)
    with Topics(kafka_servers, partitions=1) as topics:
        # Given 20 notes, one of them traced, 5 of them twice, one id used for another note, and 3 that can't be used,
        topic = topics.of["activity"]
        for number in range(20):
            headers = [("traceparent", TRACE.encode())] if number == 7 else []
            topics.send("activity", note(str(number)), headers)
        for number in range(5):
            topics.send("activity", note(str(number)))
        topics.send("activity", note("0", data={"text": f"{SECRET} wrote", "contacts": []}))
        topics.send("activity", f"{SECRET} {{".encode())
        topics.send("activity", note("x", traceparent=OTHER_TRACE, time=SECRET))
        topics.send("activity", note("y", data={"text": [SECRET]}), [("traceparent", OTHER_TRACE.encode())])
        topics.flush()

        # when a consumer has taken them,
        with running(INGEST, settings_of(topics, rapport_home, postgres_database)) as seen:
            seen.until(lambda: read_upto(postgres_database) == topics.sent.total(), "all was read")
            seen.until_ready()
            assert counted(seen, topic) == {"taken": 20, "repeat": 5, "alert": 1, "refused": 3}
            place = {"topic": topic, "partition": "0"}
            seen.until(lambda: seen.value("rapport_consumer_lag_messages", **place) == 0, "it had no lag")
            assert seen.value("rapport_consumer_offset", **place) == 29
            seen.until(lambda: seen.value("rapport_dead_letters_open", origin=topic) == 4, "letters were counted")
            metrics = seen.ask("/metrics")[1]
            assert seen.stop() == 0

    # then each message that can't be used has its line with its place and its trace,
    dead = {line["offset"]: line for line in seen.lines if line["event"] == "message.dead"}
    assert sorted(dead) == [25, 26, 27, 28]
    assert {line["topic"] for line in dead.values()} == {topic}
    assert [dead[offset].get("trace") for offset in sorted(dead)] == [None, None, OTHER_TRACE, OTHER_TRACE]
    assert dead[27]["field"] == "time"
    # the trace of a header is in the log,
    assert traces(postgres_database) == [TRACE]
    # and nothing that was said about a person stands anywhere outside.
    assert SECRET.lower() not in (seen.said + metrics).lower()


def counted(seen: Running, topic: str) -> dict[str, float]:
    found = {}
    for outcome in ("taken", "repeat", "alert", "refused"):
        found[outcome] = seen.value("rapport_messages_total", topic=topic, outcome=outcome) or 0
    return found


def traces(store: str) -> list[str]:
    with psycopg.connect(store) as connection:
        states = connection.execute("SELECT state FROM rapport.stored_events").fetchall()
    return [found for (state,) in states if (found := json.loads(state).get("traceparent"))]


def test_given_brokers_that_are_away_then_it_lives_and_is_not_ready(rapport_home: Path) -> None:
    environment = {"RAPPORT_HOME": str(rapport_home), "RAPPORT_KAFKA": "127.0.0.1:1", "PATH": "/usr/bin:/bin"}
    with running(INGEST, environment) as seen:
        seen.until(lambda: "ingest.waits" in [line["event"] for line in seen.lines], "it waited")
        status, body = seen.ask("/readyz")
        assert (status, json.loads(body)["ready"]) == (503, False)
        assert seen.ask("/healthz")[0] == 200
        assert (seen.value("rapport_waits_total") or 0) >= 1
        assert seen.stop() == 0


def test_one_process_for_all_shows_both_ends_of_its_work(kafka_servers: str, rapport_home: Path) -> None:
    with Topics(kafka_servers, partitions=1) as topics:
        topics.send("activity", note("1"), [("traceparent", TRACE.encode())])
        topics.send("activity", b"nonsense")
        topics.flush()
        environment = settings_of(topics, rapport_home, "sqlite")
        with running([*INGEST[:-1], "all"], environment) as seen:
            seen.until_ready()
            seen.until(lambda: seen.value("rapport_tables_position") == 1, "the tables had followed")
            assert counted(seen, topics.of["activity"]) == {"taken": 1, "repeat": 0, "alert": 0, "refused": 1}
            assert seen.value("rapport_projected_events_total") == 1
            assert seen.stop() == 0
        assert {"project.stopped", "ingest.stopped"} <= {line["event"] for line in seen.lines}
