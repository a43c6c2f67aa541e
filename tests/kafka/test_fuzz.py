"""Fifty thousand malformed messages through the real broker: the consumer runs on, and each is told why.

In between are valid ones, all of which are taken. What becomes of each message is known beforehand, and compared.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import psycopg

from consumers.ingest.binding import read_message
from consumers.ingest.edge import Edge
from domain.shared.errors import InvalidInput
from infra.log.init import init_postgres
from tests.kafka.fuzz.messages import Fuzzer, Message
from tests.kafka.fuzz.reasons import assert_understandable
from tests.kafka.ingesting import Ingesting, Topics, ingesting, read_upto, settings_of

_MALFORMED = 53_000  # of which a hundredth, flipped at random, turn out to be valid
_GOOD_EVERY = 50
_ROUND = 9_000
# A batch of 8 MB and what the library has fetched ahead may be there or not; a leak of 1 kB a message would add 45 MB.
_GROWTH = 32 * 1024 * 1024
_LETTERS = "SELECT place, reason, field FROM rapport.dead_letter"


def test_the_consumer_takes_what_is_valid_and_says_of_the_rest_why(
    kafka_servers: str, postgres_database: str, rapport_home: Path, tmp_path: Path
) -> None:
    init_postgres(postgres_database)
    with Topics(kafka_servers) as topics:
        environment = settings_of(topics, rapport_home, postgres_database)
        with ingesting(environment, tmp_path / "output") as program:
            # Given a consumer, and messages of every malformed kind with valid ones in between,
            expected = _Expected(topics)
            resident = _send_in_rounds(topics, expected, program, postgres_database)

            # then it runs on, its memory stays flat,
            assert program.process.poll() is None
            assert max(resident[1:]) - resident[1] < _GROWTH, resident
            assert program.stop() == 0
            assert "Traceback" not in program.said

    # and each message is in the log, or in the dead letters at its place with a reason.
    expected.compare(postgres_database)
    assert expected.refused_count >= 50_000


def _send_in_rounds(topics: Topics, expected: "_Expected", program: Ingesting, store: str) -> list[int]:
    """Send all and wait for it, a part at a time; returns the program's memory after each part."""
    resident = []
    messages = _with_good_ones()
    while part := list(islice(messages, _ROUND)):
        for message in part:
            expected.send(message)
        topics.flush()
        program.until(lambda: read_upto(store) == topics.sent.total())
        resident.append(program.resident())
    return resident


def _with_good_ones() -> Iterator[Message]:
    good = Fuzzer(2, "good").good(_MALFORMED)
    for number, message in enumerate(Fuzzer(1).messages(_MALFORMED)):
        yield message
        if number % _GOOD_EVERY == 0:
            yield next(good)


class _Expected:
    """What is to become of each message, as the edge says when it is asked directly."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._edge = Edge("main", "UTC", lambda: datetime.now(UTC))
        self._refused: dict[str, tuple[str, str | None]] = {}
        self._valid: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._good: set[tuple[str, str]] = set()

    @property
    def refused_count(self) -> int:
        """How many can't be valid, or are not."""
        return len(self._refused)

    def send(self, message: Message) -> None:
        """Send it, and remember what must become of it under the place where it comes to lie."""
        try:
            envelope = read_message(self._edge, message.headers, message.value)
        except InvalidInput as error:
            reason = error.reason, error.field
            assert message.way != "good", reason

            def arrived(place: tuple[str, int, int]) -> None:
                self._refused[_written(place)] = reason
        else:
            assert not message.certain or message.way == "good", message
            key = envelope.source, envelope.id
            if message.way == "good":
                self._good.add(key)

            def arrived(place: tuple[str, int, int]) -> None:
                self._valid[key].append(_written(place))

        self._topics.send(message.area, message.value, message.headers, message.key, arrived)

    def compare(self, store: str) -> None:
        """Fail unless everything came as it was to come."""
        with psycopg.connect(store) as connection:
            letters = {place: (reason, field) for place, reason, field in connection.execute(_LETTERS)}
            counted = connection.execute("SELECT count(*) FROM rapport.dead_letter").fetchone()
            events = connection.execute("SELECT count(*) FROM rapport.stored_events").fetchone()
        assert counted == (len(letters),)
        assert {place: letters.get(place) for place in self._refused} == self._refused
        self._compare_valid({place: letters[place] for place in letters.keys() - self._refused.keys()})
        assert events == (len(self._valid),)
        assert len(self._good) == _MALFORMED // _GOOD_EVERY
        for reason, field in Counter(letters.values()):
            assert_understandable(reason, field)

    def _compare_valid(self, letters: dict[str, tuple[str, str | None]]) -> None:
        """Bits flipped in an id may make it another's: of such messages the first stands, and the others are alerts."""
        for places in self._valid.values():
            alerts = [place for place in places if place in letters]
            assert len(alerts) == len(places) - 1, places
        for reason, _ in letters.values():
            assert "has this id already" in reason or "is in the log already" in reason, reason
        assert len(letters) == sum(map(len, self._valid.values())) - len(self._valid)


def _written(place: tuple[str, int, int]) -> str:
    topic, partition, offset = place
    return f"{topic}[{partition}]@{offset}"
