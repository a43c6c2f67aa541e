"""Events on topics, programs that end or sleep at a chosen step, and what the log must hold in the end."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.kafka.ingesting import Ingesting, Topics, ingesting

STRUCTURED = [("content-type", b"application/cloudevents+json")]
SESSION = "6"  # seconds, the least that a broker takes unless told otherwise

# Runs `rapport run ingest` in batches of 50, and sends itself a signal before or after a step, the nth time.
_SIGNALLED = """
import os, signal, sys
from importlib import import_module
from consumers.ingest import topics
topics.BATCH = 50
where, step, nth, number, before = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
holder = import_module(where)
*path, name = step.split(".")
for part in path:
    holder = getattr(holder, part)
inner, left = getattr(holder, name), [nth]
def signalled(*args, **kwargs):
    left[0] -= 1
    if before == "before" and not left[0]:
        os.kill(os.getpid(), number)
    result = inner(*args, **kwargs)
    if before == "after" and not left[0]:
        os.kill(os.getpid(), number)
    return result
setattr(holder, name, signalled)
from infra.cli import app
sys.argv = ["rapport", "run", "ingest"]
app()
"""
_IDS = "SELECT convert_from(state, 'UTF8')::json ->> 'id' FROM rapport.stored_events"


def calls(numbers: Iterable[int]) -> Iterator[dict[str, Any]]:
    """Calls that were logged: an activity each."""
    for number in numbers:
        yield {
            "specversion": "1.0",
            "id": f"call-{number}",
            "source": "phone",
            "type": "crm.activity.call_logged.v1",
            "subject": f"activity:phone:{number}",
            "time": "2025-03-03T09:00:00Z",
            "data": {"direction": "inbound", "duration_seconds": 60},
        }


def moves(numbers: Iterable[int]) -> Iterator[dict[str, Any]]:
    """Moves of a few deals: many events in each one's stream."""
    for number in numbers:
        yield {
            "specversion": "1.0",
            "id": f"move-{number}",
            "source": "board",
            "type": "crm.deal.moved_to_stage.v1",
            "subject": f"deal:board:{number % 7}",
            "time": "2025-03-03T09:00:00Z",
            "data": {"stage": f"stage {number}"},
        }


def send(topics: Topics, area: str, events: Iterable[dict[str, Any]], times: int = 1) -> None:
    """Send events in structured mode, keyed by their subject, each so many times; return when they lie there."""
    for event in events:
        for _ in range(times):
            topics.send(area, json.dumps(event).encode(), STRUCTURED, event["subject"].encode())
    topics.flush()


def send_both(topics: Topics, numbers: Iterable[int], times: int = 1) -> None:
    """Send a call and a move for each number."""
    numbers = list(numbers)
    send(topics, "activity", calls(numbers), times)
    send(topics, "deal", moves(numbers), times)


@contextmanager
def signalled(
    environment: dict[str, str], output: Path, where: str, step: str, nth: int, number: int, when: str
) -> Iterator[Ingesting]:
    """The program, in batches of 50, which sends itself signal `number` before or after the step's nth time."""
    words = [sys.executable, "-c", _SIGNALLED, where, step, str(nth), str(number), when]
    with ingesting(environment, output, program=words) as program:
        yield program


def assert_each_once(store: str, numbers: Iterable[int]) -> None:
    """The log holds the call and the move of each number once, and each stream without a gap."""
    expected = {f"{name}-{number}" for number in numbers for name in ("call", "move")}
    with psycopg.connect(store) as connection:
        found = Counter(id_ for (id_,) in connection.execute(_IDS))
        streams = connection.execute(
            "SELECT count(*), max(originator_version) FROM rapport.stored_events"
            " WHERE topic LIKE 'crm.deal.%' GROUP BY originator_id"
        ).fetchall()
    assert set(found) == expected
    assert set(found.values()) <= {1}
    assert all(count == last for count, last in streams)


def taken(store: str) -> int:
    """How many events the log holds."""
    with psycopg.connect(store) as connection:
        found = connection.execute("SELECT count(*) FROM rapport.stored_events").fetchone()
    return int(found[0]) if found else 0
