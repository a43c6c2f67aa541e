"""The fuzzer makes what it says, and the edge refuses it in words, which is quicker to see without a broker."""

import json
from collections import Counter

import pytest

from consumers.ingest.wire import MAX_DEPTH
from domain.catalog import AREAS, EVENT_TYPES
from domain.shared.errors import InvalidInput
from domain.shared.identity import Identity
from infra.log.state import decode, encode
from tests.conftest import SECRET
from tests.ingest.given import edge
from tests.kafka.fuzz.messages import STRUCTURED, Fuzzer, Message
from tests.kafka.fuzz.reasons import assert_understandable

IDENTITY = Identity(SECRET)


def structured(count: int, seed: int = 7) -> list[Message]:
    return [one for one in Fuzzer(seed).messages(count) if one.headers == [("content-type", STRUCTURED)]]


def test_what_is_certainly_malformed_is_refused_with_a_reason_a_person_understands() -> None:
    read = edge()
    ways: Counter[str] = Counter()
    for message in structured(20_000):
        if message.certain:
            assert message.value is not None
            with pytest.raises(InvalidInput) as refused:
                read.read(message.value)
            assert_understandable(refused.value.reason, refused.value.field)
            ways[message.way] += 1
    assert set(ways) == {"bytes", "json", "attribute", "field"}


def test_what_the_edge_takes_can_be_read_back_from_its_stored_form() -> None:
    taken = 0
    for message in structured(20_000):
        assert message.value is not None
        try:
            envelope = edge().read(message.value)
        except InvalidInput as error:
            assert_understandable(error.reason, error.field)
        else:
            taken += 1
            stored = encode(envelope, IDENTITY).state
            assert decode(envelope.type, stored, "main") == envelope
            json.loads(stored)
    assert taken > 100


def test_good_ones_are_good() -> None:
    for message in Fuzzer(3).good(200):
        if message.headers == [("content-type", STRUCTURED)]:
            assert message.value is not None
            assert edge().read(message.value).id.startswith("fuzz-")


def test_each_message_is_unlike_the_others_and_the_same_seed_makes_the_same() -> None:
    made = list(Fuzzer(1).messages(5_000))
    assert made == list(Fuzzer(1).messages(5_000))
    assert len({(one.value, tuple(one.headers)) for one in made}) == len(made)
    assert {one.area for one in made} == set(AREAS)
    assert len(EVENT_TYPES) * 7 * MAX_DEPTH > 5_000
