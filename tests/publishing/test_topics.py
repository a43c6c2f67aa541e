"""`rapport topics`: what is missing is made, what is there stays as it is, and what does not fit is said."""

import json
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.admin import ConfigResource

from consumers.ingest.offsets import Claim, Partition
from infra.bootstrap import open_rapport
from infra.kafka.brokers import Topic
from infra.kafka.checking import Seen, Verdict, findings
from infra.log.offsets import ReadUpTo
from tests.publishing.conftest import NONE_YET, Own

DAY = 86_400_000


def checked(own: Own, name: str = "deals") -> tuple[int, list[str]]:
    """The exit code of `topics check`, and what it says of one topic."""
    done = own.run("topics", "check", "--format", "json")
    rows: list[dict[str, str]] = json.loads(done.stdout)
    return done.exit_code, [f"{r['verdict']}: {r['finding']}" for r in rows if r["topic"] == own.topic(name)]


def described(own: Own, name: str = "deals") -> tuple[int, dict[str, Any]]:
    admin = own.admin()
    [topic] = admin.describe_topics([own.topic(name)])
    asked = ConfigResource("TOPIC", own.topic(name))
    settings = admin.describe_configs([asked], config_filter="all")["topic"][own.topic(name)]
    admin.close()
    return len(topic["partitions"]), {key: settings[key]["value"] for key in ("retention.ms", "cleanup.policy")}


def send(own: Own, count: int, partition: int = 0) -> None:
    producer = KafkaProducer(bootstrap_servers=own.servers)
    for _ in range(count):
        producer.send(own.topic("deals"), b"{}", partition=partition)
    producer.flush()
    producer.close()


def read_up_to(own: Own, offset: int, number: int = 0, topic_id: str | None = None) -> None:
    """Let the log have read a partition of deals so far."""
    with open_rapport() as rapport, rapport.open_brokers() as brokers:
        topic = brokers.topics([own.topic("deals")])[own.topic("deals")]
        cluster_id, _ = brokers.cluster()
        partition = Partition("main", cluster_id, topic_id or topic.id, number, own.prefix, topic.name)
        claimed = rapport.log.claim(partition, 0)
        rapport.log.take([], [], [Claim(partition, claimed.epoch, claimed.next, offset)])


def test_nothing_there_is_said_for_each_topic(own: Own) -> None:
    code, said = checked(own)

    assert code == 1
    assert said == ["wrong: is not there: `rapport topics create` makes what is missing"]


def test_a_dry_run_makes_nothing_and_says_what_it_would(own: Own) -> None:
    done = own.run("topics", "create", "--dry-run", "--partitions", "2", "--days", "0", "--format", "json")

    assert {row["done"] for row in json.loads(done.stdout)} == {"would be made"}
    assert {row["form"] for row in json.loads(done.stdout)} == {"2 partitions, 1 copy, messages kept for good"}
    assert own.there() == set()


def test_what_is_missing_is_made_as_asked(own: Own) -> None:
    done = own.run("topics", "create", "--partitions", "3", "--days", "2")

    assert done.exit_code == 0, done.stderr
    assert own.there() == {own.topic(name) for name in NONE_YET}
    assert described(own) == (3, {"retention.ms": str(2 * DAY), "cleanup.policy": "delete"})
    code, said = checked(own)
    assert code == 0
    assert said == [
        "ok: is there: 3 partitions, 1 copy, messages kept for 2 days",
        "note: has 0 messages that the log has not read yet",
    ]


def test_what_is_there_is_never_changed(topics: Own) -> None:
    before = described(topics)

    done = topics.run("topics", "create", "--partitions", "5", "--days", "1", "--format", "json")

    assert done.exit_code == 0
    assert {row["done"] for row in json.loads(done.stdout)} == {"was there, and is left as it is"}
    assert {row["form"] for row in json.loads(done.stdout)} == {"2 partitions, 1 copy, messages kept for 30 days"}
    assert described(topics) == before


def test_only_the_missing_one_is_made(topics: Own) -> None:
    topics.drop("deals")

    done = topics.run("topics", "create", "--partitions", "1", "--format", "json")

    made = [row["topic"] for row in json.loads(done.stdout) if row["done"] == "made"]
    assert made == [topics.topic("deals")]


def test_more_copies_than_brokers_are_refused_in_a_sentence(own: Own) -> None:
    done = own.run("topics", "create", "--copies", "7")

    assert (done.exit_code, done.stderr) == (
        1,
        "rapport: the cluster has fewer brokers than copies are asked for: ask for fewer\n",
    )


@pytest.mark.parametrize("words", [("topics", "check"), ("topics", "create"), ("publish", "README.md")])
def test_without_brokers_the_setting_is_named(keys: Path, words: tuple[str, ...], own: Own, monkeypatch: Any) -> None:
    monkeypatch.delenv("RAPPORT_KAFKA")

    done = own.run(*words)

    assert keys.exists()
    assert done.exit_code == 1
    assert done.stderr.startswith("rapport: RAPPORT_KAFKA is not set")


def test_settings_that_lose_messages_are_wrong(topics: Own) -> None:
    topics.set_to("deals", {"cleanup.policy": "compact", "retention.ms": "60000", "min.insync.replicas": "2"})

    code, said = checked(topics)

    assert code == 1
    assert said[:3] == [
        "wrong: is compacted (cleanup.policy): of a thing's events only the last would stay; set it to delete",
        "wrong: keeps messages for 60 seconds (retention.ms), and loses what is not read by then; make it days",
        "wrong: takes no message: min.insync.replicas is 2, and it has 1 copy",
    ]


def test_how_many_messages_wait_is_told(topics: Own) -> None:
    send(topics, 5)
    send(topics, 2, partition=1)
    read_up_to(topics, 4)

    code, said = checked(topics)

    assert code == 0
    assert said[1] == "note: has 3 messages that the log has not read yet"


def test_messages_that_were_deleted_before_they_were_read_are_named(topics: Own) -> None:
    send(topics, 5)
    read_up_to(topics, 2)
    admin = topics.admin()
    admin.delete_records({TopicPartition(topics.topic("deals"), 0): 4})
    admin.close()

    code, said = checked(topics)

    assert code == 1
    assert said[0].startswith("wrong: no longer has the messages 2 to 3 of partition 0, which were not read")
    assert said[1] == "note: has 1 message that the log has not read yet"


def test_a_topic_that_ends_before_what_was_read_is_wrong(topics: Own) -> None:
    send(topics, 2)
    read_up_to(topics, 3)

    code, said = checked(topics)

    assert code == 1
    assert said[0].startswith("wrong: ends at offset 2 in partition 0, which was read up to 3")


def test_a_topic_that_was_made_anew_is_wrong(topics: Own) -> None:
    read_up_to(topics, 1)
    topics.drop("deals")
    assert topics.run("topics", "create").exit_code == 0

    code, said = checked(topics)

    assert code == 1
    [sentence] = said
    assert sentence.startswith("wrong: was deleted and made anew since it was read")
    assert f"`rapport run ingest --accept-new-topic {topics.topic('deals')}`" in sentence


def test_what_one_broker_alone_cannot_show() -> None:
    good = Topic("t", "id", 2, 3, {"retention.ms": str(10 * DAY), "cleanup.policy": "delete"})
    lame = Topic("t", "id", 2, 1, {}, leaderless=[1])
    elsewhere = ReadUpTo("t", "another cluster", "other id", 0, 7)

    assert [one.verdict for one in findings("t", Seen(good, "here", 3, {0: (0, 0)}, []))] == [Verdict.OK, Verdict.NOTE]
    said = [one.finding for one in findings("t", Seen(lame, "here", 3, {0: (0, 1)}, [elsewhere]))]
    assert said == [
        "has partitions that no broker serves now: 1",
        "has one copy: with the broker that holds it, messages that were not read yet are lost",
        "was read from another cluster before; `rapport run ingest` begins here at the first message",
        "has 1 message that the log has not read yet",
    ]
