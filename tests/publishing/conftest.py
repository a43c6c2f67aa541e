"""The program with topics of a test's own on the real broker."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import ConfigResource
from typer.testing import CliRunner, Result

from domain.catalog import AREAS
from infra.cli import app
from infra.kafka.topics import plural

NONE_YET = (
    "contacts", "accounts", "agents", "products", "pipelines", "deals", "activities", "tickets", "meetings", "tasks",
    "orders", "subscriptions",
)  # fmt: skip


def until(happened: Callable[[], bool]) -> None:
    """Wait for what the broker does in its own time."""
    end = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


@dataclass(frozen=True)
class Sent:
    """A message as it lies in a topic."""

    key: bytes | None
    headers: dict[str, bytes]
    value: bytes


@dataclass(frozen=True)
class Own:
    """Topics under names of this test's own, and the program set to them."""

    servers: str
    prefix: str
    folder: Path

    def topic(self, name: str) -> str:
        return f"{self.prefix}.{name}"

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(app, words)

    def publish(self, lines: str, *words: str) -> Result:
        """Publish the lines of a file `events.jsonl`."""
        file = self.folder / "events.jsonl"
        file.write_bytes(lines.encode())
        return self.run("publish", str(file), *words)

    def drop(self, name: str) -> None:
        """Delete a topic, and wait until it is gone."""
        admin = self.admin()
        admin.delete_topics([self.topic(name)])
        until(lambda: self.topic(name) not in self.there())
        admin.close()

    def set_to(self, name: str, settings: dict[str, str]) -> None:
        """Change a topic's settings, and wait until the broker has taken that in."""
        admin = self.admin()
        admin.alter_configs([ConfigResource("TOPIC", self.topic(name), settings)])
        asked = ConfigResource("TOPIC", self.topic(name))

        def taken_in() -> bool:
            found = admin.describe_configs([asked], config_filter="all")["topic"][asked.name]
            return all(found[key]["value"] == value for key, value in settings.items())

        until(taken_in)
        admin.close()

    def admin(self) -> KafkaAdminClient:
        return KafkaAdminClient(bootstrap_servers=self.servers)

    def there(self) -> set[str]:
        admin = self.admin()
        found = {name for name in admin.list_topics() if name.startswith(f"{self.prefix}.")}
        admin.close()
        return found

    def messages(self, name: str) -> list[Sent]:
        """All messages of a topic, each partition in its order."""
        consumer = KafkaConsumer(bootstrap_servers=self.servers, enable_auto_commit=False)
        places = [
            TopicPartition(self.topic(name), number) for number in consumer.partitions_for_topic(self.topic(name))
        ]
        consumer.assign(places)
        consumer.seek_to_beginning()
        wanted = sum(consumer.end_offsets(places).values())
        found: list[Sent] = []
        while len(found) < wanted:
            for records in consumer.poll(timeout_ms=500).values():
                found += [Sent(record.key, dict(record.headers), record.value) for record in records]
        consumer.close()
        return found


@pytest.fixture
def own(kafka_servers: str, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Own]:
    """No topics yet; those that are made are deleted afterwards."""
    assert keys.exists()
    made = Own(kafka_servers, f"t{uuid4().hex[:12]}", tmp_path)
    monkeypatch.setenv("RAPPORT_KAFKA", kafka_servers)
    monkeypatch.setenv("RAPPORT_KAFKA_GROUP", made.prefix)
    monkeypatch.setenv("RAPPORT_TOPICS", ",".join(f"{plural(a)}={made.topic(plural(a))}" for a in AREAS))
    yield made
    left = made.there()
    if left:
        admin = made.admin()
        admin.delete_topics(list(left))
        admin.close()


@pytest.fixture
def topics(own: Own) -> Own:
    """All topics, with two partitions."""
    made = own.run("topics", "create", "--partitions", "2")
    assert made.exit_code == 0, made.stderr
    return own
