"""What `infra/compose.yaml` describes is what the tests run against, and closed to other machines."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # comes with sqlfluff

from infra.services.jars import POM
from infra.services.programs import OLDEST

PROJECT = Path(__file__).resolve().parents[2]
SETTINGS = POM.with_name("kafka.properties")
# what makes tests quick, and the secured listeners
OF_THE_TESTS = r"\.partitions$|^ssl|^sasl|^listener\.name|^broker\.|bootstrap|protocol\.map"


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    text = (PROJECT / "infra/compose.yaml").read_text()
    described: dict[str, Any] = yaml.safe_load(text)
    return described


def test_both_servers_are_there_and_of_the_versions_that_are_tested(described: dict[str, Any]) -> None:
    images = {name: service["image"] for name, service in described["services"].items()}
    tested = re.search(r"<artifactId>kafka_2\.13</artifactId>\s*<version>([\d.]+)", POM.read_text())
    assert tested
    assert images["kafka"] == f"apache/kafka:{tested[1]}"
    assert int(images["postgres"].removeprefix("postgres:")) >= OLDEST


@pytest.mark.parametrize("name", ["postgres", "kafka"])
def test_a_server_is_on_loopback_keeps_its_data_and_says_when_it_is_ready(described: dict[str, Any], name: str) -> None:
    service = described["services"][name]
    assert [port.split(":")[0] for port in service["ports"]] == ["127.0.0.1"]
    (volume, _, place) = service["volumes"][0].partition(":")
    assert volume in described["volumes"]
    assert place in {"/var/lib/postgresql/data", service["environment"].get("KAFKA_LOG_DIRS")}
    assert service["healthcheck"]["test"][0] == "CMD"


def test_no_password_is_written_down(described: dict[str, Any]) -> None:
    assert described["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith(
        "${RAPPORT_POSTGRES_PASSWORD:?"
    )


def test_kafka_is_set_as_in_the_tests(described: dict[str, Any]) -> None:
    environment = described["services"]["kafka"]["environment"]
    set_there = {
        name.removeprefix("KAFKA_").replace("_", ".").lower(): str(value) for name, value in environment.items()
    }
    lines = (line.partition("=") for line in SETTINGS.read_text().splitlines() if re.match(r"[a-z.]+=", line))
    tested = {name: value for name, _, value in lines if "$" not in value and not re.search(OF_THE_TESTS, name)}
    tested.pop("inter.broker.listener.name")  # each has names of its own
    assert tested
    assert {name: set_there.get(name) for name in tested} == tested


def test_clients_are_sent_to_the_port_that_is_published(described: dict[str, Any]) -> None:
    kafka = described["services"]["kafka"]
    (published,) = kafka["ports"]
    assert kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"] == f"PLAINTEXT://{published.rpartition(':')[0]}"
    assert len(base64.urlsafe_b64decode(kafka["environment"]["CLUSTER_ID"] + "==")) == 16
