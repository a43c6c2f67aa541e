"""The fuzzer makes what it says, and the edge refuses it in words, which is quicker to see without a broker."""

from collections import Counter

from consumers.ingest.binding import kept, read_kept, read_message
from domain.catalog import AREAS
from domain.shared.envelope import Envelope
from domain.shared.errors import InvalidInput
from domain.shared.identity import Identity
from infra.log.state import decode, encode
from tests.conftest import SECRET
from tests.golden.keys import open_golden, seal_golden
from tests.ingest.given import edge
from tests.kafka.fuzz.messages import Fuzzer, Message
from tests.kafka.fuzz.reasons import assert_understandable

IDENTITY = Identity(SECRET)
EDGE = edge()


def read(message: Message) -> object:
    """The event, or the reason and the field of its refusal."""
    try:
        return read_message(EDGE, message.headers, message.value)
    except InvalidInput as error:
        assert_understandable(error.reason, error.field)
        return error.reason, error.field


def test_what_is_certainly_malformed_is_refused_with_a_reason_a_person_understands() -> None:
    ways: Counter[str] = Counter()
    for message in Fuzzer(7).messages(30_000):
        found = read(message)
        assert isinstance(found, tuple) or not message.certain, message
        ways[message.way] += 1
    assert set(ways) == {"bytes", "json", "attribute", "field", "header", "body", "flipped"}


def test_what_the_edge_takes_can_be_read_back_from_its_stored_form() -> None:
    taken = [found for one in Fuzzer(8).messages(30_000) if isinstance(found := read(one), Envelope)]
    assert len(taken) > 200
    for envelope in taken:
        stored = seal_golden("main", encode(envelope, IDENTITY))
        assert decode(envelope.type, stored, "main", open_golden("main", stored).together) == envelope


def test_good_ones_are_good() -> None:
    assert all(isinstance(read(one), Envelope) for one in Fuzzer(3).good(500))


def test_a_message_kept_as_a_dead_letter_is_read_as_it_was() -> None:
    for message in Fuzzer(9).messages(20_000):
        try:
            again: object = read_kept(EDGE, kept(message.headers, message.value))
        except InvalidInput as error:
            again = error.reason, error.field
        assert again == read(message)


def test_each_message_is_unlike_the_others_and_the_same_seed_makes_the_same() -> None:
    made = list(Fuzzer(1).messages(5_000))
    assert made == list(Fuzzer(1).messages(5_000))
    assert len({(one.value, tuple(one.headers)) for one in made}) == len(made)
    assert {one.area for one in made} == set(AREAS)
