"""A header whose name is not UTF-8 stops no partition: the message is read all the same."""

import json
from pathlib import Path

import psycopg
from kafka import KafkaProducer

from tests.kafka.given import STRUCTURED, calls, taken
from tests.kafka.ingesting import Topics, ingesting


class _Odd(str):
    """A name that the library writes as bytes that are not UTF-8."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return super().encode(encoding, errors).replace(b"?", b"\xff")


def test_messages_with_such_headers_are_taken_or_told_apart(
    topics: Topics, store: str, environment: dict[str, str], tmp_path: Path
) -> None:
    values = [json.dumps(event).encode() for event in calls(range(3))]
    producer = KafkaProducer(bootstrap_servers=topics.servers)
    for value in (values[0], b"junk", values[1]):
        producer.send(topics.of["activity"], value, partition=0, headers=[*STRUCTURED, (_Odd("x?y"), b"\xff")])
    producer.send(topics.of["activity"], values[2], partition=0, headers=list(STRUCTURED))
    producer.close()

    with ingesting(environment, tmp_path / "output") as program:
        program.until(lambda: taken(store) == 3, 60)
        assert program.stop() == 0, program.said

    with psycopg.connect(store) as connection:
        letters = connection.execute("SELECT place, reason FROM rapport.dead_letter").fetchall()
    assert [place for place, _ in letters] == [f"{topics.of['activity']}[0]@1"]
    assert "not JSON" in letters[0][1]
