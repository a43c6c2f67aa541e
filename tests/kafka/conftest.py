"""Topics of a test's own, and the environment of a program that reads them into a PostgreSQL log of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.log.init import init_postgres
from tests.kafka.given import SESSION
from tests.kafka.ingesting import Topics, settings_of


@pytest.fixture
def topics(kafka_servers: str) -> Iterator[Topics]:
    """A topic for each area, with two partitions each."""
    with Topics(kafka_servers) as made:
        yield made


@pytest.fixture
def store(postgres_database: str) -> str:
    """The URL of an empty log."""
    init_postgres(postgres_database)
    return postgres_database


@pytest.fixture
def environment(topics: Topics, store: str, rapport_home: Path) -> dict[str, str]:
    """The settings of consumers that share these topics, with sessions as short as brokers allow."""
    return settings_of(topics, rapport_home, store, KAFKA_SESSION=SESSION)
