"""Malformed messages without end, each made from a valid event of the catalogue by one thing done wrong.

All but the `flipped` ones can't be valid, by how they are made. The same seed makes the same messages.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.catalog import EVENT_TYPES, EventType
from domain.examples import example_event
from tests.kafka.fuzz.attributes import MISSPELT, WRONG_ATTRIBUTES, WRONG_HEADERS
from tests.kafka.fuzz.wrong import LEFT_OUT, is_large, wrong_data

Headers = list[tuple[str, bytes | None]]
STRUCTURED = b"application/cloudevents+json; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Message:
    """What a producer sends. `way` names what was done wrong, `certain` says whether it can't be valid."""

    way: str
    area: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    certain: bool = True


class Fuzzer:
    """Makes messages; `prefix` keeps the ids of events apart that several of them make."""

    def __init__(self, seed: int, prefix: str = "fuzz") -> None:
        self._chance = random.Random(seed)
        self._prefix = prefix
        self._made = 0
        self._wrong = {kind: _wrong_of(kind) for kind in EVENT_TYPES}
        self._ways: Mapping[str, Callable[[EventType], Message]] = {
            "bytes": self._bytes,
            "json": self._json,
            "attribute": self._attribute,
            "field": self._field,
            "header": self._header,
            "body": self._body,
            "flipped": self._flipped,
        }

    def messages(self, count: int) -> Iterator[Message]:
        """So many malformed messages, of every way and every type of event in turn, no two of them equal."""
        ways = list(self._ways.values())
        seen: set[int] = set()
        while len(seen) < count:
            number = len(seen)
            message = ways[number % len(ways)](EVENT_TYPES[number // len(ways) % len(EVENT_TYPES)])
            equal = hash((message.value, *message.headers))
            if equal not in seen:
                seen.add(equal)
                yield message

    def good(self, count: int) -> Iterator[Message]:
        """So many valid ones, in both modes."""
        for number in range(count):
            kind = EVENT_TYPES[number % len(EVENT_TYPES)]
            if number % 2:
                yield _binary("good", kind, self._event(kind))
            else:
                yield self._structured("good", kind, _dumped(self._event(kind)))

    def _event(self, kind: EventType) -> dict[str, Any]:
        self._made += 1
        number = f"{self._prefix}-{self._made}"
        return {**example_event(kind), "id": number, "subject": f"{kind.area}:{self._prefix}:{self._made % 997}"}

    def _bytes(self, kind: EventType) -> Message:
        """No JSON, or half of it, or not only it."""
        return self._structured("bytes", kind, _broken_bytes(_dumped(self._event(kind)), self._chance))

    def _json(self, kind: EventType) -> Message:
        """JSON, and no event."""
        event = self._event(kind)
        text = _dumped(event).decode()
        number = event["id"]
        wrong = self._chance.choice(
            (
                f"[{text}]", f'"{number}"', f"[{self._made}]", str(self._made), f'{{"event": {text}}}',
                f'{{"{number}": null}}', f'{text[:-1]}, "id": "{number}"}}', f'{text[:-1]}, "data": {{"custom": 1}}}}',
                f'{{"a{number}": {"[" * 40}{"]" * 40}}}', f'{text[:-1]}, "x": {"[" * 99}{"]" * 99}}}',
                f'{text[:-1]}, "x": {{"y": 1, "y": 2}}}}', f'{text[:-1]}, "x": 1e{"9" * 30}}}',
            )
        )  # fmt: skip
        return self._structured("json", kind, wrong.encode())

    def _attribute(self, kind: EventType) -> Message:
        event = self._event(kind)
        if self._chance.random() < 0.1:
            event[self._chance.choice(MISSPELT)] = "text"
        else:
            name = self._chance.choice(list(WRONG_ATTRIBUTES))
            event[name] = self._chance.choice(WRONG_ATTRIBUTES[name])
        return self._structured("attribute", kind, _dumped(event))

    def _field(self, kind: EventType) -> Message:
        event = {**self._event(kind), "data": self._wrong_data(kind)}
        if self._chance.random() < 0.5:
            return _binary("field", kind, event)
        return self._structured("field", kind, _dumped(event))

    def _header(self, kind: EventType) -> Message:
        """Binary mode with one header wrong, missing or given twice."""
        good = _binary("header", kind, self._event(kind))
        name, value = self._chance.choice(WRONG_HEADERS)
        headers = [pair for pair in good.headers if pair[0] != name]
        if self._chance.random() < 0.1:
            headers = list(good.headers)
            headers.append(self._chance.choice(headers))
        elif value is not LEFT_OUT:
            headers.insert(self._chance.randrange(len(headers) + 1), (name, value))
        return Message("header", kind.area, good.key, good.value, headers)

    def _body(self, kind: EventType) -> Message:
        """Binary mode with headers as they should be, over bytes that are no data."""
        event = self._event(kind)
        good = _binary("body", kind, event)
        data = {**event["data"], "custom": {"id": event["id"]}}
        wrong = self._chance.choice(
            (_broken_bytes(_dumped(data), self._chance), _dumped([data]), _dumped({**data, "unknown field": 1}))
        )
        return Message("body", kind.area, good.key, wrong, good.headers)

    def _flipped(self, kind: EventType) -> Message:
        """A valid event with a few bits changed. Most are wrong then; some only say something else."""
        raw = bytearray(_dumped(self._event(kind)))
        for _ in range(self._chance.randint(1, 3)):
            raw[self._chance.randrange(len(raw))] ^= 1 << self._chance.randrange(8)
        message = self._structured("flipped", kind, bytes(raw))
        return Message(message.way, message.area, message.key, message.value, message.headers, certain=False)

    def _structured(self, way: str, kind: EventType, value: bytes) -> Message:
        return Message(way, kind.area, f"{kind.area}:x".encode(), value, [("content-type", STRUCTURED)])

    def _wrong_data(self, kind: EventType) -> dict[str, Any]:
        small, large = self._wrong[kind]
        # The long ones seldom: a thousand texts of a megabyte would measure the network.
        return self._chance.choice(large if large and self._chance.random() < 0.001 else small)


def _wrong_of(kind: EventType) -> tuple[Sequence[dict[str, Any]], Sequence[dict[str, Any]]]:
    every = [data for _, data in wrong_data(kind.model, example_event(kind)["data"])]
    return [data for data in every if not is_large(data)], [data for data in every if is_large(data)]


def _dumped(value: object) -> bytes:
    if isinstance(value, dict):
        value = {name: part for name, part in value.items() if part is not LEFT_OUT}
    return json.dumps(value).encode()


def _binary(way: str, kind: EventType, event: Mapping[str, Any]) -> Message:
    """The event in binary mode: its attributes in headers, its data in the value."""
    headers: Headers = [
        (f"ce_{name}", str(value).encode()) for name, value in event.items() if name not in {"data", "datacontenttype"}
    ]
    headers.append(("content-type", b"application/json"))
    return Message(way, kind.area, event["subject"].encode(), _dumped(event["data"]), headers)


def _broken_bytes(good: bytes, chance: random.Random) -> bytes:
    """What is no JSON document any more."""
    at = chance.randrange(1, len(good))
    match chance.randrange(9):
        case 0:
            return good[:at]
        case 1:
            return good[at:]
        case 2:
            return good[:at] + bytes([chance.randrange(0x80, 0xC0)]) + good[at:]  # begins no character of UTF-8
        case 3:
            return good[:at] + b"\x00" + good[at:]
        case 4:
            return good + good[:at]
        case 5:
            return good.decode().encode("utf-16")
        case 6:
            return chance.randbytes(chance.randint(20, 300))
        case 7:
            return good.replace(b'": ', b'"; ', 1)
        case _:
            return good[:-1] + b', "x": ' + chance.choice((b"NaN", b"-Infinity", b'"\\ud800"', b"01", b"'x'", b"}"))
