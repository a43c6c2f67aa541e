"""What the brokers have: their topics, how those are set, and between which offsets their messages lie."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from kafka import KafkaAdminClient, TopicPartition
from kafka import errors as kafka
from kafka.admin import ConfigResource, OffsetSpec

from infra.kafka.clients import open_client
from infra.kafka.errors import KafkaRefused, explained, explaining_kafka

_KEY_SETTINGS = ("cleanup.policy", "retention.ms", "min.insync.replicas", "max.message.bytes")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as the brokers have it: `settings` are the few that matter here, and nobody serves `leaderless` ones."""

    name: str
    id: str
    partitions: int
    copies: int
    settings: Mapping[str, str]
    leaderless: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """What a topic is to be made like. `copies` None: three where there are so many brokers, else what there is."""

    partitions: int
    copies: int | None
    settings: Mapping[str, str] = field(default_factory=dict)


class Brokers:
    """The brokers of RAPPORT_KAFKA, reached with these options. Close it after use."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._admin = open_client(KafkaAdminClient, options)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._admin.close()

    def topics(self, names: Iterable[str]) -> dict[str, Topic]:
        """Those of the topics that are there. Raises KafkaUnavailable or KafkaRefused."""
        with explaining_kafka():
            described = [one for one in self._admin.describe_topics(list(names)) if _is_there(one)]
            asked = [ConfigResource("TOPIC", one["name"]) for one in described]
            configs = self._admin.describe_configs(asked, config_filter="all").get("topic", {}) if asked else {}
        # Who may not see the settings is told none.
        return {one["name"]: _topic(one, configs.get(one["name"], {})) for one in described}

    def cluster(self) -> tuple[str, int]:
        """The cluster's id, and how many brokers it has."""
        with explaining_kafka():
            found = self._admin.describe_cluster()
        return str(found["cluster_id"]), len(found["brokers"])

    def make(self, names: Iterable[str], shape: Shape) -> None:
        """Make topics and wait until they can be used. Raises KafkaRefused with the reason that the brokers give."""
        wanted = {
            name: {
                "num_partitions": shape.partitions,
                "replication_factor": shape.copies,
                "configs": dict(shape.settings),
            }
            for name in names
        }
        with explaining_kafka():
            answers = self._admin.create_topics(wanted, raise_errors=False)["topics"]
            for answer in answers:
                _refuse(answer)
            self._admin.wait_for_topics(list(wanted))

    def bounds(self, topic: Topic) -> dict[int, tuple[int, int]]:
        """Partition → the offset of its first message, and the one behind its last."""
        with explaining_kafka():
            first, last = (self._offsets(topic, spec) for spec in (OffsetSpec.EARLIEST, OffsetSpec.LATEST))
        return {number: (first[number], last[number]) for number in first}

    def _offsets(self, topic: Topic, spec: OffsetSpec) -> dict[int, int]:
        led = [number for number in range(topic.partitions) if number not in topic.leaderless]
        found = self._admin.list_partition_offsets({TopicPartition(topic.name, number): spec for number in led})
        return {place.partition: at.offset for place, at in found.items()}


def _is_there(described: Mapping[str, Any]) -> bool:
    error = kafka.for_code(described["error_code"])
    if error is kafka.UnknownTopicOrPartitionError:
        return False
    if error is not kafka.NoError:
        raise explained(error(described["name"]))
    return True


def _refuse(answer: Mapping[str, Any]) -> None:
    error = kafka.for_code(answer["error_code"])
    if error in (kafka.NoError, kafka.TopicAlreadyExistsError):  # the latter: somebody else was quicker
        return
    if issubclass(error, kafka.InvalidReplicationFactorError | kafka.AuthorizationError) or error.retriable:
        raise explained(error(answer["name"]))
    raise KafkaRefused(f"the topic {answer['name']} was not made: {answer['error_message']}")


def _topic(described: Mapping[str, Any], configs: Mapping[str, Any]) -> Topic:
    partitions = described["partitions"]
    return Topic(
        name=described["name"],
        id=str(described["topic_id"]),
        partitions=len(partitions),
        copies=min((len(one["replica_nodes"]) for one in partitions), default=0),
        settings={name: configs[name]["value"] for name in _KEY_SETTINGS if name in configs},
        leaderless=[one["partition_index"] for one in partitions if one["leader_id"] < 0],
    )
