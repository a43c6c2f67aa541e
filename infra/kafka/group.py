"""A member of a Kafka consumer group: what consumers.ingest.topics reads from."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka import errors as kafka
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

from consumers.ingest.offsets import Claim, OffsetAhead, Partition, RetentionPassed, TopicMadeAnew
from consumers.ingest.topics import Assigned, Record
from infra.kafka.clients import open_client
from infra.kafka.errors import KafkaRefused, KafkaUnavailable, explaining_kafka
from infra.kafka.forgiving import forgive_header_names

_NOTED_EVERY = 1.0  # seconds between two notes of how far we are
_ANSWER = 10_000  # ms in which the brokers tell offsets
_SILENCE = 5.0  # seconds without a connection to any broker
_HEARTBEAT = 3_000  # ms at most between two
_FAREWELL = 2_000  # ms for leaving the group; else the session runs out by itself


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads which topics: for which tenant, in which group, and how soon a dead member is noticed."""

    tenant: str
    group: str
    topics: Sequence[str]
    session_seconds: int


class Group:
    """The one member that this process is, from joining the group to leaving it."""

    def __init__(self, options: Mapping[str, Any], reading: Reading) -> None:
        self._reading = reading
        self._noted = self._heard = time.monotonic()
        self._changes = _Changes()
        self._partitions: dict[TopicPartition, Partition] = {}
        forgive_header_names()
        self._consumer = open_client(KafkaConsumer, {**options, **_options(reading)})
        self._changes.consumer = self._consumer
        self._consumer.subscribe(list(reading.topics), listener=self._changes)

    def assigned(self) -> list[Assigned] | None:
        """See ReadsTopics."""
        if not self._changes.happened:
            return None
        self._changes.happened = False
        with explaining_kafka():
            ours = sorted(self._consumer.assignment())
            self._partitions = {one: self._partition(one) for one in ours}
            beginnings = self._consumer.beginning_offsets(ours, _ANSWER) if ours else {}
            ends = self._consumer.end_offsets(ours, _ANSWER) if ours else {}
        return [Assigned(self._partitions[one], beginnings[one], ends[one]) for one in ours]

    def begin(self, partition: Partition, offset: int) -> None:
        """See ReadsTopics."""
        place = TopicPartition(partition.topic, partition.number)
        with suppress(ValueError):  # given to another meanwhile, which `assigned` is about to say
            self._consumer.seek(place, offset)
            self._consumer.resume(place)

    def poll(self, seconds: float) -> dict[Partition, list[Record]]:
        """See ReadsTopics."""
        with explaining_kafka(), self._explaining_offsets():
            polled = self._consumer.poll(timeout_ms=int(seconds * 1000))
            self._finish_joining()
            for partition in self._partitions.values():
                self._refuse_other_topic(partition)
        self._refuse_silence(polled)
        return {self._partitions[place]: records for place, records in polled.items() if place in self._partitions}

    def note(self, claims: Iterable[Claim]) -> None:
        """See ReadsTopics. It is of no consequence when it fails."""
        if time.monotonic() - self._noted < _NOTED_EVERY:
            return
        self._noted = time.monotonic()
        ours = {
            TopicPartition(claim.partition.topic, claim.partition.number): OffsetAndMetadata(claim.next, "", -1)
            for claim in claims
        }
        with suppress(kafka.KafkaError):
            self._consumer.commit_async(ours)

    def lag(self) -> dict[Partition, int]:
        """How many messages each partition still has for us, as far as the brokers have told yet."""
        found = {}
        for place, partition in self._partitions.items():
            with suppress(AssertionError, kafka.KafkaError, KeyError, ValueError):
                end = self._consumer.highwater(place)
                position = self._consumer.position(place, timeout_ms=0)
                if end is not None and position is not None:
                    found[partition] = max(0, end - position)
        return found

    def close(self) -> None:
        """Leave the group, so that others take over at once."""
        with suppress(kafka.KafkaError, OSError):
            self._consumer.close(autocommit=False, timeout_ms=_FAREWELL)

    def _finish_joining(self) -> None:
        """Let the next poll go on with a join that this one had no time to finish.

        kafka-python 3.0.12 forgets one that partitions or topics made necessary, and then reads nothing for good.
        """
        coordinator = self._consumer._coordinator  # noqa: SLF001 - it has no other way to what is under way
        if coordinator.rejoining:
            coordinator.request_rejoin()

    def _refuse_silence(self, polled: Mapping[TopicPartition, Any]) -> None:
        """The library waits for brokers without a word; after some seconds it is said, and begun anew."""
        now, client = time.monotonic(), self._consumer._client  # noqa: SLF001
        if polled or any(client.connected(broker.node_id) for broker in self._cluster().brokers()):
            self._heard = now
        elif now - self._heard > _SILENCE:
            raise KafkaUnavailable("the Kafka brokers have gone away")

    def _partition(self, place: TopicPartition) -> Partition:
        cluster = self._cluster()
        topic_id = cluster.topic_id(place.topic)
        if topic_id is None or cluster.cluster_id is None:
            raise KafkaRefused(
                "these Kafka brokers name no ids of topics, without which a topic made anew can't be told from the old"
                " one: use Kafka 2.8 or newer"
            )
        reading = self._reading
        return Partition(reading.tenant, cluster.cluster_id, str(topic_id), place.partition, reading.group, place.topic)

    def _refuse_other_topic(self, partition: Partition) -> None:
        """The library would go on in a topic made anew at the old one's offset."""
        found = self._cluster().topic_id(partition.topic)
        if found is None:
            raise KafkaRefused(f"the topic {partition.topic} was deleted; `rapport topics create` makes it anew")
        if str(found) != partition.topic_id:
            raise TopicMadeAnew(
                f"the topic {partition.topic} was deleted and made anew while it was read: messages of the old one may"
                " never have been read; `rapport run ingest --accept-new-topic"
                f" {partition.topic}` goes on with the new one"
            )

    @contextmanager
    def _explaining_offsets(self) -> Iterator[None]:
        try:
            yield
        except kafka.OffsetOutOfRangeError as error:
            ((place, offset),) = error.args[0].items()
            raise self._out_of_range(place, offset) from error
        except kafka.LogTruncationError as error:
            raise OffsetAhead(
                "the brokers have lost messages that were read already (a leader without them was elected):"
                " `rapport topics check` tells more"
            ) from error

    def _out_of_range(self, place: TopicPartition, offset: int) -> Exception:
        name = f"{place.topic}[{place.partition}]"
        if offset < self._consumer.beginning_offsets([place], _ANSWER)[place]:
            return RetentionPassed(
                f"the messages of {name} from offset {offset:,} on were deleted before they were read: the topic keeps"
                " them for too short a time; `rapport run ingest --skip-lost` goes on without them"
            )
        return OffsetAhead(f"{name} ends before offset {offset:,}, up to which it was read: its messages were cut off")

    def _cluster(self) -> Any:
        return self._consumer._cluster  # noqa: SLF001 - the library has no other way to a topic's id


class _Changes(ConsumerRebalanceListener):  # type: ignore[misc] # the library has no types
    """Hears of new assignments, on the library's own thread, and keeps them still until they are claimed."""

    def __init__(self) -> None:
        self.happened = False
        self.consumer: Any = None

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Nothing is under way then: batches are written between two polls, and polls bring changes."""

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Fetch nothing yet: only the log knows from where."""
        for place in assigned:
            self.consumer.seek(place, 0)
            self.consumer.pause(place)
        self.happened = True

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        """The same as revoked: what the log says is what counts."""


def _options(reading: Reading) -> dict[str, Any]:
    return {
        "group_id": reading.group,
        "session_timeout_ms": reading.session_seconds * 1000,
        # With its answers members hear that others came or went: a patient session must not make them slow to hear.
        "heartbeat_interval_ms": min(_HEARTBEAT, max(300, reading.session_seconds * 1000 // 5)),
        # By ranges, topics of one partition would all go to the first member.
        "partition_assignment_strategy": [RoundRobinPartitionAssignor],
        "enable_auto_commit": False,
        "auto_offset_reset": "none",  # an offset that can't be read is an error, and never another offset
        "allow_auto_create_topics": False,
        "isolation_level": "read_committed",
        "max_poll_records": 8_000,
        "max_partition_fetch_bytes": 4 * 1024 * 1024,
        "fetch_max_bytes": 32 * 1024 * 1024,
        "metadata_max_age_ms": 30_000,
        "metrics_enabled": False,
    }
