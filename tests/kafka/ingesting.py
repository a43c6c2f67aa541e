"""Topics of a test's own on the real broker, and `rapport run ingest` on them as a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import psycopg
from confluent_kafka import Message as Delivered
from confluent_kafka import Producer
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from domain.catalog import AREAS
from infra.kafka.topics import plural
from tests.conftest import PROJECT

_RAPPORT = [sys.executable, "-c", "from infra.cli import app; app()", "run", "ingest"]
_PATIENCE = 120
Place = tuple[str, int, int]  # topic, partition, offset


class Topics:
    """A topic for each area under names of this test's own, deleted when the `with` ends."""

    def __init__(
        self, servers: str, partitions: int = 2, config: Mapping[str, str] | None = None, *, linger: int = 20
    ) -> None:
        self.servers = servers
        self.group = f"test-{uuid4().hex[:12]}"
        self.of = {area: f"{self.group}.{plural(area)}" for area in AREAS}
        self.sent: Counter[str] = Counter()
        self._admin = KafkaAdminClient(bootstrap_servers=servers)
        self._admin.create_topics(
            [NewTopic(name, partitions, 1, topic_configs=dict(config or {})) for name in self.of.values()]
        )
        # What can't be delivered must fail the test, not be tried for minutes.
        limits = {"message.max.bytes": 20_000_000, "message.timeout.ms": 60_000, "linger.ms": linger}
        self._producer = Producer({"bootstrap.servers": servers, **limits})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._admin.delete_topics(list(self.of.values()))
        self._admin.close()

    @property
    def setting(self) -> str:
        """RAPPORT_TOPICS for these."""
        return ",".join(f"{plural(area)}={name}" for area, name in self.of.items())

    def send(
        self,
        area: str,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes | None]] = (),
        key: bytes | None = None,
        arrived: Callable[[Place], None] = lambda _: None,
    ) -> None:
        """Hand a message to the producer; `arrived` hears later where it lies."""

        def delivered(error: object, message: Delivered) -> None:
            assert error is None, error
            arrived((str(message.topic()), int(message.partition() or 0), int(message.offset() or 0)))

        self.sent[area] += 1
        while True:
            try:
                self._producer.produce(self.of[area], value, key, headers=list(headers), on_delivery=delivered)
                break
            except BufferError:
                self._producer.poll(0.1)
        self._producer.poll(0)

    def flush(self) -> None:
        """Wait until all that was sent lies in the topics."""
        assert self._producer.flush(_PATIENCE) == 0

    def event(self, area: str, **event: Any) -> Place:
        """Send one event in structured mode and wait for it; returns where it lies."""
        places: list[Place] = []
        value = json.dumps(event).encode()
        self.send(area, value, [("content-type", b"application/cloudevents+json")], arrived=places.append)
        self.flush()
        return places[0]


def settings_of(topics: Topics, home: Path, store: str, **more: str) -> dict[str, str]:
    """The environment of a program that reads these topics into this store."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    given = {"HOME": str(home), "STORE": store, "KAFKA": topics.servers, "TOPICS": topics.setting}
    given |= {"KAFKA_GROUP": topics.group, **more}
    return {**inherited, **{f"RAPPORT_{name}": value for name, value in given.items()}}


class Ingesting:
    """The program while it runs. `said` is what it wrote so far."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path) -> None:
        self.process = process
        self._output = output

    @property
    def said(self) -> str:
        """All that it wrote, to stdout and stderr."""
        return self._output.read_text(errors="replace")

    def resident(self) -> int:
        """How much memory it has now, in bytes."""
        told = subprocess.run(["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, check=True)
        return int(told.stdout) * 1024

    def until(self, happened: Callable[[], bool], seconds: float = _PATIENCE) -> None:
        """Wait for something that it is to do, for as long as it runs."""
        last = time.monotonic() + seconds
        while not happened():
            assert self.process.poll() is None, f"it ended with {self.process.returncode}: {self.said}"
            assert time.monotonic() < last, f"it did not happen in {seconds} s: {self.said}"
            time.sleep(0.1)

    def stop(self) -> int:
        """Ask it to stop; returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@contextmanager
def ingesting(
    environment: Mapping[str, str], output: Path, *arguments: str, program: Sequence[str] = _RAPPORT
) -> Iterator[Ingesting]:
    """`rapport run ingest`, or what `program` says, ended by force with the `with` if it still runs then."""
    with (
        output.open("wb") as file,
        subprocess.Popen(
            [*program, *arguments], env=dict(environment), cwd=PROJECT, stdout=file, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            yield Ingesting(process, output)
        finally:
            process.kill()


def read_upto(store: str) -> int:
    """How many messages of all topics were read, as the log on PostgreSQL knows it."""
    with psycopg.connect(store) as connection:
        found = connection.execute("SELECT coalesce(sum(next_offset), 0) FROM rapport.consumer_offset").fetchone()
    return int(found[0]) if found else 0
