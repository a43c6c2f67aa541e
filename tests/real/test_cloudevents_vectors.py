"""The published vectors of CloudEvents' Kafka binding: messages, and the attributes and data they hold."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from consumers.ingest.binding import attributes_of

_SCENARIO = re.compile(r"^\s*Scenario", re.MULTILINE)
_QUOTED = re.compile(r'"""\n(.*?)"""', re.DOTALL)


@dataclass
class Vector:
    """One scenario of the feature file, once for each row of its examples."""

    value: bytes
    headers: list[tuple[str, bytes]]
    attributes: dict[str, str]
    data: object
    examples: list[str] = field(default_factory=list)


def test_every_vector_of_the_kafka_binding_gives_its_attributes_and_data(shared_data: Path) -> None:
    feature = shared_data / "vectors" / "cloudevents" / "features" / "kafka-protocol-binding.feature"
    vectors = [_vector(part) for part in _SCENARIO.split(feature.read_text())[1:]]

    seen = 0
    for vector in vectors:
        for example in vector.examples or [""]:
            headers = [(name, value.replace(b"<contentType>", example.encode())) for name, value in vector.headers]
            found = attributes_of(headers, vector.value)
            assert found.pop("data") == vector.data
            assert found == vector.attributes
            seen += 1
    assert (len(vectors), seen) == (2, 3)


def _vector(text: str) -> Vector:
    value, data = _QUOTED.findall(text)
    given, _, rest = text.partition("When parsed as Kafka message")
    then, _, examples = rest.partition("Examples:")
    return Vector(
        value=value.strip().encode(),
        headers=[(name, content.encode()) for name, content in _table(given)],
        attributes=dict(_table(then)),
        data=json.loads(data),
        examples=[row[0] for row in _rows(examples)][1:],
    )


def _table(text: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in _rows(text) if row != ["key", "value"]]


def _rows(text: str) -> list[list[str]]:
    lines = [line.strip() for line in text.splitlines()]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
