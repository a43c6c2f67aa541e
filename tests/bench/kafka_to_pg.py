"""`kafka_to_pg`: from topics to committed rows in PostgreSQL, by the real program; events a second.

Every fiftieth event lies in the topics twice. Consumers are put to sleep when they have their partitions, and woken
when the topics are full: joining a group takes seconds, and is no part of what is measured.
"""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from kafka import KafkaConsumer, TopicPartition
from psycopg import sql

from infra.log.init import init_postgres
from infra.services import kafka
from tests.bench.measuring import BenchFailed, Line, in_turns, line, stopwatch
from tests.bench.workshop import Workshop, cloud_events, disk_of_postgres, ingest, rapport_at, write_lines
from tests.kafka.ingesting import Ingesting, Topics, ingesting, read_upto, settings_of

NAME = "kafka_to_pg"
_ONE, _TWO = "one consumer", "two consumers"
_COPY, _READ = "raw COPY", "kafka-python merely reading"
_LEAST, _SHARE, _GAIN = 12_000, 0.3, 1.4
_PARTITIONS = 4
_TWICE = 50
_STRUCTURED = ("content-type", b"application/cloudevents+json")
_SESSION = "300"  # seconds: who sleeps while the topics fill stays in the group
_SETTLED = 3.0  # seconds without a new claim, after which the group has found its form
_COLUMNS = "originator_id, originator_version, topic, state, notification_id, tenant, recorded_at"
_NEW = f"SELECT {_COLUMNS} FROM rapport.stored_events WHERE notification_id > %s ORDER BY notification_id"
_RAW = "CREATE TABLE raw (LIKE rapport.stored_events INCLUDING DEFAULTS INCLUDING INDEXES)"
_CLAIMS = "SELECT topic, partition_number, epoch FROM rapport.consumer_offset ORDER BY 1, 2"


def measure(shop: Workshop) -> list[Line]:
    """All in turns, each time into a copy of one log that holds as many events as come."""
    with ExitStack() as stack:
        filled, home = stack.enter_context(shop.postgres()), stack.enter_context(shop.scratch())
        events = _fill(shop, filled, home)
        bench = _Bench(shop, filled, home, events)
        contestants: dict[str, Callable[[], float]] = {
            _ONE: lambda: bench.consume(1),
            _TWO: lambda: bench.consume(2),
            _COPY: bench.copy,
            _READ: bench.read,
        }
        found = in_turns(contestants, shop.runs, disk_of_postgres(filled, shop.folder), shop.tell)
    ours, unit = found[_ONE], "events/s"
    return [
        line(
            NAME, unit, ours, (_COPY, found[_COPY]), note=f"{len(events):,} events, 1 in {_TWICE} twice",
            wanted=(
                f"at least {_LEAST:,}, and {_SHARE} of a raw COPY",
                lambda value, ratio: value >= _LEAST and ratio is not None and ratio >= _SHARE,
            ),
        ),
        line(f"{NAME}:reading", unit, ours, (_READ, found[_READ])),
        line(
            f"{NAME}:two_consumers", unit, found[_TWO], (_ONE, ours),
            wanted=(f"at least {_GAIN} times one", lambda _, ratio: ratio is not None and ratio >= _GAIN),
        ),
    ]  # fmt: skip


def _fill(shop: Workshop, url: str, home: Path) -> Sequence[Mapping[str, Any]]:
    """Take as many events into a log as will come on the topics; returns those that will."""
    count = shop.sizes.topics
    story = cloud_events(2 * count)
    init_postgres(url)
    write_lines(home / "before.jsonl", islice(story, count))
    with rapport_at(home, url) as rapport:
        ingest(rapport, home / "before.jsonl")
    return list(islice(story, count))


class _Bench:
    """The contestants. `rows` are what a consumer wrote, which is what COPY writes again."""

    def __init__(self, shop: Workshop, filled: str, home: Path, events: Sequence[Mapping[str, Any]]) -> None:
        self._shop, self._filled, self._home, self._events = shop, filled, home, events
        self._rows: Sequence[tuple[Any, ...]] = ()

    def consume(self, consumers: int) -> float:
        """Let so many processes take what lies in the topics; returns events a second, each counted once."""
        with self._topics() as topics, self._shop.postgres(like=self._filled) as url, self._shop.scratch() as scratch:
            home = shutil.copytree(self._home, scratch / "home")
            settings = settings_of(topics, home, url, KAFKA_SESSION=_SESSION)
            with psycopg.connect(url) as connection:
                before = _last(connection)
            with ExitStack() as stack:
                programs = [
                    stack.enter_context(ingesting(settings, scratch / f"output-{number}"))
                    for number in range(consumers)
                ]
                _wait_for_claims(programs, url, topics)
                with _asleep(programs):
                    self._send(topics)
                with stopwatch() as watch:
                    _wait_for_all(programs, url, topics.sent.total())
            with psycopg.connect(url) as connection:
                self._rows = connection.execute(_NEW, [before]).fetchall()
        if len(self._rows) != len(self._events):
            raise BenchFailed(f"of {len(self._events):,} events {len(self._rows):,} are in the log")
        return len(self._rows) / watch.seconds

    def copy(self) -> float:
        """COPY the same rows in one go into a table that is as full as the log was; returns rows a second."""
        with self._shop.postgres(like=self._filled) as url, psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_RAW)
            connection.execute("INSERT INTO raw SELECT * FROM rapport.stored_events")
            connection.execute("CHECKPOINT")
            statement = sql.SQL("COPY raw ({}) FROM STDIN").format(sql.SQL(_COLUMNS))
            with stopwatch() as watch, connection.cursor().copy(statement) as copy:
                for row in self._rows:
                    copy.write_row(row)
        return len(self._rows) / watch.seconds

    def read(self) -> float:
        """Poll all messages with the library and do nothing with them; returns messages a second."""
        with self._topics() as topics:
            self._send(topics)
            consumer = KafkaConsumer(bootstrap_servers=topics.servers, enable_auto_commit=False, max_poll_records=4_000)
            consumer.assign([TopicPartition(topic, n) for topic in topics.of.values() for n in range(_PARTITIONS)])
            consumer.seek_to_beginning()
            count, total = 0, topics.sent.total()
            with stopwatch() as watch:
                while count < total:
                    count += sum(map(len, consumer.poll(timeout_ms=10_000).values()))
            consumer.close()
        return total / watch.seconds

    @contextmanager
    def _topics(self) -> Iterator[Topics]:
        servers = os.environ.get("RAPPORT_TEST_KAFKA") or kafka.start()
        with Topics(servers, _PARTITIONS) as topics:
            yield topics

    def _send(self, topics: Topics) -> None:
        for number, event in enumerate(self._events):
            area = event["type"].split(".")[1]
            for _ in range(2 if number % _TWICE == 0 else 1):
                topics.send(area, json.dumps(event).encode(), [_STRUCTURED], event["subject"].encode())
        topics.flush()


def _last(connection: psycopg.Connection) -> int:
    found = connection.execute("SELECT max(notification_id) FROM rapport.stored_events").fetchone()
    return int(found[0]) if found else 0


def _wait_for_claims(programs: Sequence[Ingesting], url: str, topics: Topics) -> None:
    """Wait until every partition is claimed and no claim was made for a while."""
    wanted = len(topics.of) * _PARTITIONS
    with psycopg.connect(url, autocommit=True) as connection:
        claims: list[Any] = []
        since = time.monotonic()

        def settled() -> bool:
            nonlocal claims, since
            if (found := connection.execute(_CLAIMS).fetchall()) != claims:
                claims, since = found, time.monotonic()
            joined = all("claimed" in program.said for program in programs)
            return joined and len(claims) == wanted and time.monotonic() - since > _SETTLED

        programs[0].until(settled)


def _wait_for_all(programs: Sequence[Ingesting], url: str, total: int) -> None:
    while read_upto(url) < total:
        for program in programs:
            if program.process.poll() is not None:
                raise BenchFailed(f"a consumer ended: {program.said[-500:]}")
        time.sleep(0.02)


@contextmanager
def _asleep(programs: Sequence[Ingesting]) -> Iterator[None]:
    for program in programs:
        program.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for program in programs:
            program.process.send_signal(signal.SIGCONT)
