"""The Kafka that tests run against is one real broker, is shared, and is stopped by the id it was started with."""

import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaTimeoutError

from infra.services import kafka
from infra.services.folder import ServiceError, recall, remember
from infra.services.process import birth


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of services of its own: these tests stop and kill what others share."""
    folder = tmp_path_factory.mktemp("clone") / ".services"
    yield folder
    kafka.stop(folder, remove=True)


def make_topic(servers: str, name: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=servers)
    try:
        admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])
    finally:
        admin.close()


def send(servers: str, topic: str, *messages: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=servers, acks="all", max_block_ms=3000)
    try:
        for message in messages:
            producer.send(topic, message).get(30)
    finally:
        producer.close()


def read(servers: str, topic: str, count: int) -> list[bytes]:
    consumer = KafkaConsumer(
        topic, bootstrap_servers=servers, group_id=topic, auto_offset_reset="earliest", consumer_timeout_ms=30_000
    )
    try:
        return [message.value for _, message in zip(range(count), consumer, strict=False)]
    finally:
        consumer.close()


def test_messages_come_back_as_they_were_sent(services: Path) -> None:
    servers = kafka.start(services)
    make_topic(servers, "there-and-back")
    send(servers, "there-and-back", b"one", b"two")
    assert read(servers, "there-and-back", 2) == [b"one", b"two"]


def test_it_listens_on_loopback_only_and_makes_no_topic_by_itself(services: Path) -> None:
    servers = kafka.start(services)
    assert servers.startswith("127.0.0.1:")
    running = recall(services, "kafka")
    assert running
    settings = (Path(running.folder) / "server.properties").read_text()
    assert {part.split(":")[0] for part in settings.split("://")[1:]} == {"127.0.0.1"}
    admin = KafkaAdminClient(bootstrap_servers=servers)
    try:
        with pytest.raises(KafkaTimeoutError):
            send(servers, "nobody-made-this", b"lost")
        assert "nobody-made-this" not in admin.list_topics()
    finally:
        admin.close()


def test_its_certificate_is_good_for_who_is_strict(services: Path) -> None:
    secured = kafka.secured(services)
    strict = ssl.create_default_context(cafile=secured.ca)
    strict.verify_flags |= ssl.VERIFY_X509_STRICT  # the default from Python 3.13 on
    host, port = secured.tls.split(":")
    with (
        socket.create_connection((host, int(port))) as open_line,
        strict.wrap_socket(open_line, server_hostname=host) as line,
    ):
        assert line.version() == "TLSv1.3"


def test_whoever_starts_it_shares_one_broker(services: Path) -> None:
    first = kafka.start(services)
    known = recall(services, "kafka")
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: kafka.start(services), range(4))) == {first}
    assert recall(services, "kafka") == known


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
def test_it_comes_back_where_it_was_and_with_its_data(services: Path, kill: bool) -> None:
    servers = kafka.start(services)
    topic = f"kept-{kill}"
    make_topic(servers, topic)
    send(servers, topic, b"kept")
    assert kafka.stop(services, kill=kill)
    assert kafka.status(services) is None
    assert not kafka.stop(services)
    assert kafka.start(services) == servers
    assert read(servers, topic, 1) == [b"kept"]


def test_a_process_that_has_the_id_by_now_is_left_alone(services: Path, tmp_path: Path) -> None:
    kafka.start(services)
    known = recall(services, "kafka")
    assert known
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as other:
        (tmp_path / "other").mkdir()
        remember(tmp_path / "other", "kafka", replace(known, pid=other.pid, folder=str(tmp_path / "gone")))
        assert not kafka.stop(tmp_path / "other")
        assert birth(other.pid) is not None
        other.terminate()


def test_what_keeps_it_from_starting_is_said_and_where_to_look(tmp_path: Path) -> None:
    folder = tmp_path / ".services"
    try:
        kafka.start(folder)
        running = recall(folder, "kafka")
        assert running
        kafka.stop(folder)
        (Path(running.folder) / "data" / "meta.properties").write_text("version=1\ncluster.id=another\nnode.id=7\n")
        with pytest.raises(ServiceError, match=r"Kafka did not start; look at .*/log\. (?s:.*)Stored node id 7"):
            kafka.start(folder)
    finally:
        kafka.stop(folder, remove=True)
    assert not Path(running.folder).exists()
    assert recall(folder, "kafka") is None
