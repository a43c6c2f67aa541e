"""What only a person can decide stops a consumer with a sentence of its own, and an option or a command goes on."""

import time
from collections.abc import Mapping
from pathlib import Path

import psycopg
from kafka import KafkaAdminClient, TopicPartition

from tests.kafka.given import assert_each_once, send_both, taken
from tests.kafka.ingesting import Topics, ingesting


def test_messages_that_retention_deleted_unread_halt_it_until_a_person_goes_on_without_them(
    topics: Topics, store: str, environment: dict[str, str], tmp_path: Path
) -> None:
    # Given a log that has read some messages, and a topic that has deleted others since,
    send_both(topics, range(20))
    take_all(environment, tmp_path, store, 40)
    gaps = [f"{topics.of['activity']}[{number}]@{offset}" for number, offset in read_of(store, topics.of["activity"])]
    send_both(topics, range(20, 60))
    delete_records(topics, "activity")
    send_both(topics, range(60, 80))

    # then a consumer says so and stops, however often it is started,
    for attempt in ("second", "third"):
        said = halted(environment, tmp_path / attempt)
        assert "were deleted before they were read" in said
        assert "rapport run ingest --skip-lost" in said

    # and goes on when a person says so: the moves of all, the calls but for those that were deleted,
    take_all(environment, tmp_path, store, 80 * 2 - 40, "--skip-lost")

    # while the gaps stand in the dead letters, and are no matter from then on.
    with psycopg.connect(store) as connection:
        letters = connection.execute("SELECT place, reason FROM rapport.dead_letter ORDER BY place").fetchall()
    assert [place for place, _ in letters] == gaps
    assert all("deleted before they were read, and left out" in reason for _, reason in letters)
    send_both(topics, range(80, 90))
    take_all(environment, tmp_path, store, 90 * 2 - 40)


def test_a_topic_that_was_made_anew_halts_it_until_a_person_goes_on_with_the_new_one(
    topics: Topics, store: str, environment: dict[str, str], tmp_path: Path
) -> None:
    # Given a topic that is deleted and made anew while it is read,
    send_both(topics, range(30))
    with ingesting(environment, tmp_path / "first") as program:
        program.until(lambda: taken(store) == 60)
        make_anew(topics, "deal")
        # then the consumer stops,
        assert program.process.wait(60) == 1, program.said
        assert "made anew" in program.said or "was deleted" in program.said

    # and does so when it is started again,
    send_both(topics, range(30, 50))
    said = halted(environment, tmp_path / "second")
    name = topics.of["deal"]
    assert f"the topic {name} was deleted and made anew since it was read last" in said
    assert f"--accept-new-topic {name}" in said

    # until a person goes on with the new one.
    take_all(environment, tmp_path, store, 100, "--accept-new-topic", name)
    assert_each_once(store, range(50))
    send_both(topics, range(50, 60))
    take_all(environment, tmp_path, store, 120)


def test_a_topic_that_ends_before_what_was_read_halts_it(
    topics: Topics, store: str, environment: dict[str, str], tmp_path: Path
) -> None:
    send_both(topics, range(10))
    take_all(environment, tmp_path, store, 20)
    with psycopg.connect(store) as connection:
        connection.execute("UPDATE rapport.consumer_offset SET next_offset = 1000 WHERE next_offset > 0")

    said = halted(environment, tmp_path / "second")

    assert "up to offset 1,000, and the topic ends at" in said


def take_all(environment: Mapping[str, str], folder: Path, store: str, count: int, *arguments: str) -> None:
    """Run the consumer until the log holds so many events."""
    with ingesting(environment, folder / f"taking-{count}", *arguments) as program:
        program.until(lambda: taken(store) >= count, 60)
        assert program.stop() == 0, program.said
    assert taken(store) == count


def read_of(store: str, topic: str) -> list[tuple[int, int]]:
    """Each partition of a topic, and how far it was read."""
    statement = "SELECT partition_number, next_offset FROM rapport.consumer_offset WHERE topic = %s ORDER BY 1"
    with psycopg.connect(store) as connection:
        return [(number, offset) for number, offset in connection.execute(statement, [topic])]


def halted(environment: Mapping[str, str], output: Path) -> str:
    """What a consumer says that ends by itself, with the exit code of a failure and no traceback."""
    with ingesting(environment, output) as program:
        assert program.process.wait(60) == 1, program.said
        assert "Traceback" not in program.said
        return program.said


def delete_records(topics: Topics, area: str) -> None:
    """Delete all that lies in an area's topic, as retention does."""
    admin = KafkaAdminClient(bootstrap_servers=topics.servers)
    admin.delete_records({TopicPartition(topics.of[area], number): -1 for number in range(2)})
    admin.close()


def make_anew(topics: Topics, area: str) -> None:
    """Delete an area's topic and make it again."""
    admin = KafkaAdminClient(bootstrap_servers=topics.servers)
    name = topics.of[area]
    admin.delete_topics([name])
    until = time.monotonic() + 30
    while name in admin.list_topics() and time.monotonic() < until:
        time.sleep(0.1)
    admin.create_topics({name: {"num_partitions": 2, "replication_factor": 1}}, wait_for_metadata=True)
    admin.close()
