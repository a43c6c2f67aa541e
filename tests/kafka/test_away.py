"""A database or a broker that goes away and comes back is waited for: nothing is lost, nothing doubled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.log.init import init_postgres
from infra.services import kafka, postgres
from tests.kafka.given import SESSION, assert_each_once, send_both, taken
from tests.kafka.ingesting import Topics, ingesting, settings_of


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Path]:
    """A folder for servers of this test's own, which it may stop."""
    folder = tmp_path / "services"
    folder.mkdir()
    yield folder
    for service in (kafka, postgres):
        service.stop(folder, remove=True)


def test_postgres_is_restarted_in_the_middle(
    topics: Topics, services: Path, rapport_home: Path, tmp_path: Path
) -> None:
    # Given a consumer at work,
    store = postgres.start(services)
    init_postgres(store)
    send_both(topics, range(100))
    with ingesting(settings_of(topics, rapport_home, store, KAFKA_SESSION=SESSION), tmp_path / "output") as program:
        program.until(lambda: taken(store) == 200, 60)

        # when its database is gone for a while, and messages come meanwhile,
        postgres.stop(services)
        send_both(topics, range(100, 200))
        program.until(lambda: "the next attempt is in" in program.said, 60)
        assert postgres.start(services) == store

        # then it says so in a sentence, and goes on by itself.
        program.until(lambda: taken(store) >= 400, 60)
        assert program.stop() == 0
    assert "PostgreSQL server" in program.said
    assert "Traceback" not in program.said
    assert_each_once(store, range(200))


def test_the_broker_is_away_at_the_start_and_in_the_middle(
    store: str, services: Path, rapport_home: Path, tmp_path: Path
) -> None:
    topics = Topics(kafka.start(services))  # thrown away with its broker
    # Given messages on a broker that is stopped,
    send_both(topics, range(50))
    kafka.stop(services)
    with ingesting(settings_of(topics, rapport_home, store, KAFKA_SESSION=SESSION), tmp_path / "output") as program:
        # then a consumer says that it waits, and reads them when the broker is there;
        program.until(lambda: "no Kafka broker listens there" in program.said, 60)
        assert kafka.start(services) == topics.servers
        program.until(lambda: taken(store) == 100, 60)

        # and when the broker goes and comes back while it works, it reads on.
        kafka.stop(services, kill=True)
        program.until(lambda: "the Kafka brokers have gone away" in program.said, 60)
        assert kafka.start(services) == topics.servers
        send_both(topics, range(50, 100))
        program.until(lambda: taken(store) >= 200, 90)
        assert program.stop() == 0, program.said
    assert "Traceback" not in program.said
    assert_each_once(store, range(100))
