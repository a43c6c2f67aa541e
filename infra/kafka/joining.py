"""Joining a consumer group, after a look whether there is what it is to read."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from kafka import KafkaAdminClient
from kafka import errors as kafka

from infra.kafka.clients import open_client
from infra.kafka.errors import KafkaRefused, explained, explaining_kafka
from infra.kafka.group import Group, Reading


@contextmanager
def joined(options: Mapping[str, Any], reading: Reading) -> Iterator[Group]:
    """A member of the group while the `with` lasts.

    Raises KafkaUnavailable, or KafkaRefused for topics that are missing and for what else a person has to change.
    """
    _refuse_missing(options, reading.topics)
    group = Group(options, reading)
    try:
        yield group
    finally:
        group.close()


def _refuse_missing(options: Mapping[str, Any], topics: Sequence[str]) -> None:
    """Raise KafkaRefused, naming topics that are missing: the library would wait for them without a word."""
    admin = open_client(KafkaAdminClient, options)
    try:
        with explaining_kafka():
            found = {one["name"]: kafka.for_code(one["error_code"]) for one in admin.describe_topics(list(topics))}
    finally:
        admin.close()
    missing = [name for name in topics if found.get(name) in (None, kafka.UnknownTopicOrPartitionError)]
    if missing:
        raise KafkaRefused(f"there is no topic {', '.join(missing)}: `rapport topics create` makes what is missing")
    for name in topics:
        if found[name] is not kafka.NoError:
            raise explained(found[name](name))
