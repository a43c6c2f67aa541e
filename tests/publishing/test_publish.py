"""`rapport publish`: each event goes to its topic under its key, as it was written, and is known to have arrived."""

import json
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from confluent_kafka import Producer

from consumers.ingest.binding import read_message
from consumers.ingest.edge import Edge
from domain.catalog import EVENT_TYPES
from domain.examples import example_event
from infra.services import kafka
from tests.publishing.conftest import NONE_YET, Own, until

EDGE = Edge("main", "UTC", lambda: datetime(2026, 6, 1, tzinfo=UTC))


def line(event_id: str = "1", **changes: Any) -> str:
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": "test",
        "type": "crm.deal.opened.v1",
        "subject": "deal:test:1",
        "time": "2026-05-31T09:30:00Z",
        **changes,
    }
    return json.dumps({name: value for name, value in event.items() if value is not None})


def published(own: Own, *words: str, lines: str) -> tuple[int, dict[str, Any]]:
    done = own.publish(lines, "--format", "json", *words)
    return done.exit_code, json.loads(done.stdout)


@pytest.mark.parametrize("mode", ["structured", "binary"])
def test_all_examples_arrive_on_their_topics_as_the_edge_reads_them(topics: Own, mode: str) -> None:
    examples = topics.run("events", "--example").stdout

    code, told = published(topics, "--mode", mode, lines=examples)

    assert (code, told["read"], told["sent"], told["refused"]) == (0, len(EVENT_TYPES), len(EVENT_TYPES), 0)
    of_area = {name: topics.messages(name) for name in NONE_YET}
    assert {row["topic"]: row["events"] for row in told["topics"]} == {
        topics.topic(name): len(messages) for name, messages in of_area.items()
    }
    taken = {
        envelope.id: envelope
        for messages in of_area.values()
        for envelope in (read_message(EDGE, list(sent.headers.items()), sent.value) for sent in messages)
    }
    assert taken == {event["id"]: EDGE.read_mapping(event) for event in map(example_event, EVENT_TYPES)}


def test_the_key_is_the_subject_and_of_an_activity_its_own_id(topics: Own) -> None:
    call = line("call-7", type="crm.activity.call_logged.v1", subject="activity:test:9", data={"direction": "inbound"})

    assert published(topics, lines=f"{line(subject=' deal : test : 1 ')}\n{call}\n")[0] == 0

    assert [sent.key for sent in topics.messages("deals")] == [b"deal:test:1"]
    assert [sent.key for sent in topics.messages("activities")] == [b"call-7"]


@pytest.mark.parametrize("mode", ["structured", "binary"])
def test_no_key_holds_an_address_and_each_spelling_of_it_has_the_same(topics: Own, mode: str) -> None:
    subjects = (
        "contact:mail:ada@example.org",
        "contact:mail:ADA@example.org ",
        "contact:phone:+49 30-1",
        "contact:x:1",
    )
    events = [
        line(str(number), type="crm.contact.tagged.v1", subject=subject, data={"tag": "vip"})
        for number, subject in enumerate(subjects)
    ]

    assert published(topics, "--mode", mode, lines="\n".join(events))[0] == 0

    keys = Counter(sent.key for sent in topics.messages("contacts"))
    assert sorted(keys.values()) == [1, 1, 2]
    assert keys[b"contact:x:1"] == 1
    for key in keys:
        assert key == b"contact:x:1" or (key or b"").startswith(b"contact:id:")
        assert b"@" not in (key or b"")


def test_a_structured_event_stays_as_it_was_written(topics: Own) -> None:
    written = '{ "id":"1","source":"t" ,"specversion":"1.0","type":"crm.deal.won.v1","subject":"deal:t:1",'
    written += '   "time":"2026-01-01"}'

    published(topics, lines=f"{written}\r\n")

    [sent] = topics.messages("deals")
    assert sent.value == written.encode()
    assert sent.headers == {"content-type": b"application/cloudevents+json"}


def test_binary_mode_puts_attributes_into_headers_and_leaves_data_to_the_digit(topics: Own) -> None:
    data = '{"amount": 0.10000000000000000, "currency": "EUR", "title": "\\u00dc"}'
    written = line(actor="Käthe", sequence=7, datacontenttype="application/json", other=True, causationid=None)
    written = f'{written[:-1]}, "tenant": null, "data": {data}}}'

    assert published(topics, "--mode", "binary", lines=written)[0] == 0

    [sent] = topics.messages("deals")
    assert sent.value == data.encode()
    assert sent.headers == {
        "content-type": b"application/json",
        "ce_specversion": b"1.0",
        "ce_id": b"1",
        "ce_source": b"test",
        "ce_type": b"crm.deal.opened.v1",
        "ce_subject": b"deal:test:1",
        "ce_time": b"2026-05-31T09:30:00Z",
        "ce_actor": "Käthe".encode(),
        "ce_sequence": b"7",
        "ce_other": b"true",
    }


def test_lines_that_rapport_could_not_use_are_named_and_not_sent(topics: Own) -> None:
    done = topics.publish("\n".join([line("1"), "nonsense", "", line("2", data={"amuont": 1}), line("3")]))

    assert done.exit_code == 3
    assert "4 read; 2 sent; 2 refused" in done.stdout
    assert "events.jsonl:2: not JSON" in done.stderr
    assert "events.jsonl:4: data.amuont is not a known field; did you mean amount?" in done.stderr
    assert [json.loads(sent.value)["id"] for sent in topics.messages("deals")] == ["1", "3"]


def test_unchecked_lines_are_sent_as_they_are(topics: Own) -> None:
    lines = f"nonsense\n{line('2', data={'amuont': 1})}\n{line('3', type='crm.deal.sold.v1')}\n"

    code, told = published(topics, "--no-check", lines=lines)

    assert (code, told["sent"]) == (3, 1)
    assert [refusal["place"] for refusal in told["refusals"]] == ["events.jsonl:1", "events.jsonl:3"]
    assert "--topic" in told["refusals"][0]["reason"]
    code, told = published(topics, "--no-check", "--topic", topics.topic("tickets"), lines=lines)
    assert (code, told["sent"]) == (0, 3)
    on_tickets = topics.messages("tickets")
    assert {(sent.key, sent.value[:8]) for sent in on_tickets} == {(None, b"nonsense"), (b"deal:test:1", b'{"specve')}


def test_binary_mode_refuses_what_fits_in_no_header(topics: Own) -> None:
    events = [line("1", other=[1]), line("2", OTHER="x"), "nonsense", line("3")]

    code, told = published(
        topics, "--no-check", "--mode", "binary", "--topic", topics.topic("deals"), lines="\n".join(events)
    )

    assert (code, told["sent"]) == (3, 1)
    assert [refusal["place"] for refusal in told["refusals"]] == ["events.jsonl:1", "events.jsonl:2", "events.jsonl:3"]


def test_one_topic_for_all_if_so_told(topics: Own) -> None:
    examples = topics.run("events", "--example").stdout

    code, told = published(topics, "--topic", topics.topic("tickets"), lines=examples)

    assert (code, told["topics"]) == (0, [{"topic": topics.topic("tickets"), "events": len(EVENT_TYPES)}])


def test_a_pipe_that_pauses_holds_nothing_back_and_a_stop_is_said(topics: Own) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "from infra.cli import app; app()", "publish", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(f"{line()}\n")
        process.stdin.flush()
        until(lambda: len(topics.messages("deals")) == 1)
        process.send_signal(signal.SIGTERM)
        printed, said = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "1 read; 1 sent" in printed
    assert "stopped; run it again to send the rest" in said


def test_a_missing_topic_ends_it_with_what_to_do(own: Own) -> None:
    done = own.publish(line())

    assert done.exit_code == 1
    assert done.stderr == (
        f"rapport: there is no topic {own.topic('deals')}: `rapport topics create` makes what is missing\n"
    )


def test_an_event_too_large_for_its_topic_is_named_and_the_others_arrive(topics: Own) -> None:
    topics.set_to("deals", {"max.message.bytes": "2000"})
    events = [line("1"), line("2", data={"custom": {"a": "x" * 5_000}}), line("3")]

    code, told = published(topics, lines="\n".join(events))

    assert (code, told["sent"], told["refused"]) == (3, 2, 1)
    assert told["refusals"][0]["place"] == "events.jsonl:2"
    assert "max.message.bytes" in told["refusals"][0]["reason"]
    assert {json.loads(sent.value)["id"] for sent in topics.messages("deals")} == {"1", "3"}


def test_what_is_too_large_is_so_to_the_byte(topics: Own) -> None:
    topics.set_to("deals", {"max.message.bytes": "2000"})
    events = [line(f"{number:03}", data={"custom": {"a": "x" * (1_500 + number)}}) for number in range(300)]

    code, told = published(topics, lines="\n".join(events))

    assert code == 3
    sent = {json.loads(message.value)["id"] for message in topics.messages("deals")}
    assert (len(sent), told["refused"]) == (told["sent"], 300 - told["sent"])
    assert sent == {f"{number:03}" for number in range(told["sent"])}
    # Another client is refused the smallest that was not sent.
    heard: list[Any] = []
    producer = Producer({"bootstrap.servers": topics.servers})
    for event in events[told["sent"] - 1 : told["sent"] + 1]:
        producer.produce(
            topics.topic("deals"),
            event,
            b"deal:test:1",
            headers={"content-type": b"application/cloudevents+json"},
            on_delivery=lambda error, _: heard.append(error),
        )
        producer.flush(10)
    assert [error.name() if error else None for error in heard] == [None, "MSG_SIZE_TOO_LARGE"]


def test_what_is_published_by_tls_and_password_arrives_too(topics: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    secured = kafka.secured()
    for name, value in {
        "": secured.sasl_tls,
        "_SECURITY": "SASL_SSL",
        "_CA": str(secured.ca),
        "_USER": secured.user,
        "_PASSWORD": secured.password,
    }.items():
        monkeypatch.setenv(f"RAPPORT_KAFKA{name}", value)

    assert published(topics, lines=line())[0] == 0
    assert len(topics.messages("deals")) == 1

    monkeypatch.setenv("RAPPORT_KAFKA_PASSWORD", "wrong")
    done = topics.publish(line("2"))
    assert done.exit_code == 1
    assert "RAPPORT_KAFKA_PASSWORD" in done.stderr
    assert "Traceback" not in done.stderr


def test_brokers_that_are_away_are_one_sentence(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_KAFKA", "127.0.0.1:1")

    done = own.publish(line())

    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("rapport: no Kafka broker listens there")


def test_an_example_can_be_piped_into_publish_and_into_ingest_alike(topics: Own) -> None:
    rapport = f"{sys.executable} -c 'from infra.cli import app; app()'"
    for command in ("publish", "ingest"):
        pipe = f"{rapport} events deal.opened --example | {rapport} {command} - --format json"
        done = subprocess.run(["bash", "-o", "pipefail", "-c", pipe], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["read"] == 1

    assert [json.loads(sent.value)["type"] for sent in topics.messages("deals")] == ["crm.deal.opened.v1"]
