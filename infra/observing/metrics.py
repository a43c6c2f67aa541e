"""What a running process counts and measures, for Prometheus. Labels are few, and nothing in them is personal.

docs/operations.md describes every metric; a test compares the two.
"""

from collections import Counter as Counts
from collections.abc import Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from consumers.ingest.messages import DeadLetter, Incoming, Taken
from consumers.ingest.offsets import Claim, Partition

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_PLACE = ("topic", "partition")


class Metrics:
    """The metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._messages = Counter(
            "rapport_messages",
            "Messages read from topics, by what became of them",
            ("topic", "outcome"),
            registry=self.registry,
        )
        self._batches = Histogram(
            "rapport_ingest_batch_seconds",
            "Time to write a batch of messages into the log",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._offset = Gauge(
            "rapport_consumer_offset", "The first offset that was not read yet", _PLACE, registry=self.registry
        )
        self._lag = Gauge(
            "rapport_consumer_lag_messages", "Messages in a partition not read yet", _PLACE, registry=self.registry
        )
        self._rejoins = Counter(
            "rapport_consumer_rejoins", "Claims lost to another consumer, and asked for anew", registry=self.registry
        )
        self._waits = Counter(
            "rapport_waits", "Times that log, keys, tables or brokers were away and waited for", registry=self.registry
        )
        self._projected = Counter(
            "rapport_projected_events", "Events that this process took into the tables", registry=self.registry
        )
        self._projecting = Histogram(
            "rapport_projection_step_seconds",
            "Time to bring the tables up to the log, when there was something to do",
            buckets=_SECONDS,
            registry=self.registry,
        )

    def took(self, incoming: Sequence[Incoming], dead: Sequence[DeadLetter], taken: Taken, seconds: float) -> None:
        """A batch of messages is in the log."""
        read = Counts(message.origin for message in incoming)
        fresh = Counts(
            message.origin for message, position in zip(incoming, taken.positions, strict=True) if position is not None
        )
        alerts = Counts(letter.origin for letter in taken.alerts)
        for topic, count in read.items():
            self._count(topic, "taken", fresh[topic])
            self._count(topic, "alert", alerts[topic])
            self._count(topic, "repeat", count - fresh[topic] - alerts[topic])
        for topic, count in Counts(letter.origin for letter in dead).items():
            self._count(topic, "refused", count)
        self._batches.observe(seconds)

    def claimed(self, claims: Sequence[Claim]) -> None:
        """The log has moved on in these partitions."""
        for claim in claims:
            self._offset.labels(*_labels(claim.partition)).set(claim.next)

    def assigned(self, partitions: Sequence[Partition]) -> None:
        """These are all partitions we have now: what others took over is theirs to tell about."""
        self._lag.clear()
        self._offset.clear()
        for partition in partitions:
            self._lag.labels(*_labels(partition))

    def lagging(self, lag: Mapping[Partition, int]) -> None:
        """So many messages are still to be read of each partition."""
        for partition, messages in lag.items():
            self._lag.labels(*_labels(partition)).set(messages)

    def rejoined(self) -> None:
        """A claim was lost."""
        self._rejoins.inc()

    def waited(self) -> None:
        """Something was away."""
        self._waits.inc()

    def projected(self, events: int, seconds: float) -> None:
        """The tables were brought up to the log."""
        self._projected.inc(events)
        self._projecting.observe(seconds)

    def _count(self, topic: str, outcome: str, count: int) -> None:
        if count:
            self._messages.labels(topic, outcome).inc(count)


def _labels(partition: Partition) -> tuple[str, str]:
    return partition.topic, str(partition.number)
