"""What is odd, huge or empty on a topic stops nothing; what is missing or refused is said in one sentence."""

import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from confluent_kafka import Producer
from kafka import KafkaAdminClient

from consumers.ingest.wire import MAX_BYTES
from infra.log.init import init_postgres
from infra.services import kafka
from tests.ingest.given import OPENED
from tests.kafka.fuzz.reasons import assert_understandable
from tests.kafka.ingesting import Ingesting, Topics, ingesting, read_upto, settings_of

STRUCTURED = ("content-type", b"application/cloudevents+json")
JSON = ("content-type", b"application/json")
LARGEST = 19_000_000
EMOJI = "\N{GRINNING FACE}"
_LETTERS = "SELECT place, reason, field, length(raw) FROM rapport.dead_letter"
Letters = dict[int, tuple[str, str | None]]


class Deals:
    """A consumer on one partition of deals, into PostgreSQL."""

    def __init__(self, topics: Topics, program: Ingesting, store: str) -> None:
        self._topics, self._program, self._store = topics, program, store

    def send(self, value: bytes | None, *headers: tuple[str, bytes | None], key: bytes | None = b"deal:x:1") -> None:
        """Send a message; its offset is the number of those sent before."""
        self._topics.send("deal", value, headers, key)

    def outcome(self) -> tuple[list[str], Letters]:
        """The ids of the events in the log, and the dead letters by offset, when all that was sent is read."""
        self._topics.flush()
        self._program.until(lambda: read_upto(self._store) == self._topics.sent.total())
        with psycopg.connect(self._store) as connection:
            states = connection.execute("SELECT state FROM rapport.stored_events ORDER BY notification_id").fetchall()
            letters = connection.execute("SELECT place, reason, field FROM rapport.dead_letter").fetchall()
        found = {int(place.partition("@")[2]): (reason, field) for place, reason, field in letters}
        for reason, field in found.values():
            assert_understandable(reason, field)
        assert len(found) == len(letters)
        assert "Traceback" not in self._program.said
        return [json.loads(bytes(state))["id"] for (state,) in states], found

    def resident(self) -> int:
        """How much memory the consumer has now."""
        return self._program.resident()


@pytest.fixture
def deals(kafka_servers: str, postgres_database: str, rapport_home: Path, tmp_path: Path) -> Iterator[Deals]:
    """A consumer that runs, and topics that take messages of 19 MB."""
    init_postgres(postgres_database)
    with Topics(kafka_servers, 1, {"max.message.bytes": str(LARGEST)}) as topics:
        environment = settings_of(topics, rapport_home, postgres_database)
        with ingesting(environment, tmp_path / "output") as program:
            yield Deals(topics, program, postgres_database)
            assert program.stop() == 0


def event(id_: str, **changes: Any) -> bytes:
    return json.dumps({**OPENED, "id": id_, **changes}).encode()


def note(id_: str, text: str) -> bytes:
    kind = {"type": "crm.activity.note_taken.v1", "subject": f"activity:x:{id_}"}
    return event(id_, **kind, data={"text": text})


def headers_of(id_: str, **changes: str) -> dict[str, bytes]:
    named = {**{name: value for name, value in OPENED.items() if name != "data"}, "id": id_, **changes}
    return {f"ce_{name}": str(value).encode() for name, value in named.items()}


def test_messages_of_ten_megabytes_are_taken_or_refused_and_what_is_behind_them_comes(deals: Deals) -> None:
    # Given a valid event of 10 MB, messages as large that can't be used, and small ones between them,
    large = note("large", EMOJI * 830_000)
    assert 9_900_000 < len(large) < LARGEST
    for value in (
        event("before"), large, b"\xff" * 10_000_000, event("between"), note("long", "x" * 10_000_000),
        b"[" * 10_000_000, b"{" + b'"a":1,' * 1_600_000 + b'"b":1}', b"x" * (MAX_BYTES + 1), event("after"),
    ):  # fmt: skip
        deals.send(value, STRUCTURED)

    # when all was read, then the valid ones are taken, and the reason of the others is their size or their form.
    taken, letters = deals.outcome()
    assert taken == ["before", "large", "between", "after"]
    assert [letters[offset][0][:42] for offset in sorted(letters)] == [
        "the text is not UTF-8: byte 1 can't be rea",
        "data.text is longer than 1,000,000 charact",
        "the JSON is nested deeper than 32 levels",
        "the name 'a' stands twice in one object; w",
        "the message is longer than 16,777,216 byte",
    ]


def test_many_large_messages_do_not_pile_up_in_memory(deals: Deals) -> None:
    for number in range(4):
        deals.send(note(f"n{number}", EMOJI * 830_000), STRUCTURED)
    deals.outcome()
    before = deals.resident()

    for number in range(4, 24):
        deals.send(note(f"n{number}", EMOJI * 830_000), STRUCTURED)
    taken, letters = deals.outcome()

    assert (len(taken), letters) == (24, {})
    assert deals.resident() - before < 100_000_000  # 200 MB came


def test_what_is_odd_about_a_message_and_not_about_its_event_is_no_matter(deals: Deals) -> None:
    # Given valid events under a wrong key, no key, one that is no text, and with headers that are others' business,
    sent: Mapping[str, tuple[tuple[tuple[str, bytes | None], ...], bytes | None]] = {
        "wrong key": ((STRUCTURED,), b"deal:other:2"),
        "no key": ((STRUCTURED,), None),
        "empty key": ((STRUCTURED,), b""),
        "key of bytes": ((STRUCTURED,), b"\xff\xfe\x00"),
        "no headers": ((), b"k"),
        "others' headers": ((STRUCTURED, ("x-trace", b"\xff"), ("x-trace", None), ("", b"")), b"k"),
        "a thousand headers": ((STRUCTURED, *((f"x-{n}", b"y") for n in range(1_000))), b"k"),
        "capitals": ((("Content-Type", b"Application/CloudEvents+JSON; charset=UTF-8"),), b"k"),
        "a broken trace": ((STRUCTURED, ("traceparent", b"\xff")), b"k"),
    }
    for id_, (headers, key) in sent.items():
        deals.send(event(id_), *headers, key=key)

    # then all of them are taken.
    assert deals.outcome() == (list(sent), {})


def test_odd_messages_each_have_their_reason(deals: Deals) -> None:
    odd: list[tuple[bytes | None, tuple[tuple[str, bytes | None], ...], str]] = [
        (None, (), "a message without a value (a tombstone)"),
        (None, (STRUCTURED,), "a message without a value (a tombstone)"),
        (None, tuple(headers_of("t").items()), "a message without a value (a tombstone)"),
        (b"", (), "the message is empty"),
        (b"", (STRUCTURED,), "the message is empty"),
        (event("d"), (STRUCTURED, JSON), "the header 'content-type' stands twice; which is meant?"),
        (b"{}", (*headers_of("d").items(), ("ce_id", b"other")), "the header 'ce_id' stands twice; which is meant?"),
        (b"{}", (*headers_of("d").items(), ("CE_ID", b"other")), "the header 'ce_id' stands twice; which is meant?"),
        (event("c"), (("content-type", b"text/csv"),), "content-type says that the value is data alone"),
        (event("c"), (("content-type", b"application/cloudevents-batch+json"),), "one event a message"),
        (event("c"), (("content-type", b"application/cloudevents+avro"),), "one event a message"),
        (event("c"), (("content-type", b"application/cloudevents+json; charset=utf-16"),), "charset of content-type"),
        (event("c"), (("content-type", b"\xff"),), "the header 'content-type' is not UTF-8"),
        (event("c"), (("content-type", None),), "the header 'content-type' has no value"),
        (b"{}", (*headers_of("c").items(), ("content-type", b"text/xml")), "datacontenttype must be application/json"),
        (b"<a/>", (*headers_of("x").items(), JSON), "not JSON"),
        (b"{}", tuple({**headers_of("u"), "ce_subject": b"deal:x:\xff"}.items()), "'ce_subject' is not UTF-8"),
        (b"{}", tuple({**headers_of("u"), "ce_\N{SNOWMAN}": b"\xff"}.items()), "the header of one field is not UTF-8"),
        (b"{}", (*headers_of("u", nonsense="x").items(), ("ce_data", b"{}")), "is none of an event in binary mode"),
        (b"nonsense", (), "not JSON"),
        (b"nonsense", (), "not JSON"),  # equal bytes are two messages, and two dead letters
    ]
    for value, headers, _ in odd:
        deals.send(value, *headers)
    deals.send(event("last"), STRUCTURED)

    taken, letters = deals.outcome()

    assert taken == ["last"]
    for offset, (_, headers, reason) in enumerate(odd):
        assert reason in letters[offset][0], (headers, letters[offset])
    assert len(letters) == len(odd)


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_compressed_messages_are_taken_whatever_the_producer_compresses_with(codec: str, deals: Deals) -> None:
    producer = Producer({"bootstrap.servers": deals._topics.servers, "compression.type": codec, "linger.ms": 50})
    for number in range(100):
        producer.produce(deals._topics.of["deal"], event(f"{codec}-{number}"), headers=[STRUCTURED])
    assert producer.flush(30) == 0
    deals._topics.sent["deal"] += 100

    taken, letters = deals.outcome()

    assert (len(taken), letters) == (100, {})


def test_what_a_producer_took_back_is_never_taken(deals: Deals) -> None:
    topics = deals._topics
    producer = Producer({"bootstrap.servers": topics.servers, "transactional.id": topics.group})
    producer.init_transactions(30)
    for outcome in ("aborted", "committed"):
        producer.begin_transaction()
        for number in range(3):
            producer.produce(topics.of["deal"], event(f"{outcome}-{number}"), headers=[STRUCTURED])
        producer.flush(30)
        producer.commit_transaction(30) if outcome == "committed" else producer.abort_transaction(30)
    topics.sent["deal"] += 8  # three and three, and a mark at the end of each transaction
    deals.send(event("last"), STRUCTURED)

    taken, letters = deals.outcome()

    assert (taken, letters) == (["committed-0", "committed-1", "committed-2", "last"], {})


@pytest.fixture
def environment(kafka_servers: str, postgres_database: str, rapport_home: Path) -> Iterator[dict[str, str]]:
    """Settings that work, for tests that break one of them."""
    init_postgres(postgres_database)
    with Topics(kafka_servers, 1) as topics:
        yield settings_of(topics, rapport_home, postgres_database)


def ended(environment: Mapping[str, str], output: Path) -> str:
    """The sentence with which the program ends, which is its last line."""
    with ingesting(environment, output) as program:
        assert program.process.wait(60) == 1, program.said
        said = program.said
    assert "Traceback" not in said
    *_, last = said.splitlines()
    assert last.startswith("rapport: "), said
    assert said.count("rapport: ") == 1
    return last.removeprefix("rapport: ")


def test_a_broker_that_is_away_is_waited_for_with_a_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        away = f"127.0.0.1:{unused.getsockname()[1]}"
    output = tmp_path / "output"

    with ingesting({**environment, "RAPPORT_KAFKA": away}, output) as program:
        program.until(lambda: program.said.count("the next attempt is in") >= 2)
        assert "no Kafka broker listens there: is it running, and is RAPPORT_KAFKA right?" in program.said
        assert program.stop() == 0

    assert "Traceback" not in program.said


def test_a_name_that_nobody_knows_is_waited_for_with_a_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    with ingesting({**environment, "RAPPORT_KAFKA": "no-such-host.invalid:9092"}, tmp_path / "output") as program:
        program.until(lambda: "the next attempt is in" in program.said)
        assert "RAPPORT_KAFKA" in program.said
        assert program.stop() == 0


def test_a_wrong_password_is_refused_with_a_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    servers = kafka.secured()
    login = {"KAFKA": servers.sasl_tls, "KAFKA_SECURITY": "SASL_SSL", "KAFKA_CA": str(servers.ca)}
    login |= {"KAFKA_USER": servers.user, "KAFKA_PASSWORD": "not-the-password"}
    wrong = {**environment, **{f"RAPPORT_{name}": value for name, value in login.items()}}

    said = ended(wrong, tmp_path / "output")

    assert said.startswith("the Kafka broker refused the user or the password")
    assert "not-the-password" not in (tmp_path / "output").read_text()


def test_a_missing_topic_is_named(environment: dict[str, str], kafka_servers: str, tmp_path: Path) -> None:
    missing = environment["RAPPORT_TOPICS"].rpartition("=")[2]
    admin = KafkaAdminClient(bootstrap_servers=kafka_servers)
    other = {**environment, "RAPPORT_TOPICS": environment["RAPPORT_TOPICS"].replace(missing, f"{missing}-not-there")}
    admin.close()

    said = ended(other, tmp_path / "output")

    assert said == f"there is no topic {missing}-not-there: `rapport topics create` makes what is missing"


def test_without_brokers_or_a_database_that_was_made_the_sentence_says_what_to_do(
    environment: dict[str, str], tmp_path: Path, fresh_postgres: Any
) -> None:
    without = {name: value for name, value in environment.items() if name != "RAPPORT_KAFKA"}
    assert ended(without, tmp_path / "output").startswith("RAPPORT_KAFKA is not set")

    with fresh_postgres() as empty:
        said = ended({**environment, "RAPPORT_STORE": empty}, tmp_path / "output")
    assert "`rapport init`" in said


def test_a_missing_key_store_stops_it_with_a_sentence(
    kafka_servers: str, postgres_database: str, rapport_home: Path, tmp_path: Path
) -> None:
    # Given a log that holds sealed words, whose keys are gone,
    init_postgres(postgres_database)
    with Topics(kafka_servers, 1) as topics:
        environment = settings_of(topics, rapport_home, postgres_database)
        with ingesting(environment, tmp_path / "before") as program:
            Deals(topics, program, postgres_database).send(note("before", "Call her back."), STRUCTURED)
            topics.flush()
            program.until(lambda: read_upto(postgres_database) == 1)
        (rapport_home / "keys" / "keys.sqlite").rename(tmp_path / "lost.sqlite")
        # when more words come, then nothing is sealed under new keys as though nothing had happened.
        topics.send("deal", note("after", "She called."), [STRUCTURED])
        topics.flush()
        said = ended(environment, tmp_path / "after")

    assert "key" in said
    assert read_upto(postgres_database) == 1
