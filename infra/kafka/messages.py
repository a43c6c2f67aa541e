"""An event as a Kafka message: which topic it goes to, under which key, and in which of CloudEvents' two modes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from domain.catalog import BY_NAME, VOID, EventType
from domain.shared.errors import InvalidInput
from domain.shared.identity import Identity
from domain.shared.references import ID_SOURCE, parse_reference
from infra.kafka.topics import plural

_BOM = b"\xef\xbb\xbf"
_STRUCTURED = ("content-type", b"application/cloudevents+json")
_NAME = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as it is sent."""

    topic: str
    key: bytes | None
    headers: list[tuple[str, bytes]]
    value: bytes


class Writer:
    """Writes the events of one tenant. Each goes to its area's topic of `topics`, or all to `topic`."""

    def __init__(
        self,
        topics: Mapping[str, str],
        topic: str | None,
        identity_of: Callable[[str], Identity],
        tenant: str,
        *,
        binary: bool,
    ) -> None:
        self._topics = topics
        self._topic = topic
        self._identity_of = identity_of
        self._tenant = tenant
        self._binary = binary

    def message(self, raw: bytes) -> Outgoing:
        """The message for an event in structured JSON, which is not looked at more closely than that needs.

        Raises InvalidInput for one that has no topic, or that can't be taken apart for binary mode.
        """
        attributes = _taken_apart(raw)
        event_type = _type_of(attributes)
        topic = self._topic or (self._topics[plural(event_type.area)] if event_type else None)
        if topic is None:
            raise InvalidInput("its type is not known, so neither is its topic; name one with --topic", "type")
        key = self._key(attributes, event_type)
        if self._binary:
            return Outgoing(topic, key, *_as_binary(attributes))
        return Outgoing(topic, key, [_STRUCTURED], raw.removeprefix(_BOM))

    def _key(self, attributes: Mapping[str, msgspec.Raw], event_type: EventType | None) -> bytes | None:
        """The subject, so that what happens to one thing stays in order; an activity is by itself, and has its id.

        A mail address or telephone number does not go there: brokers and their tools show keys to anybody.
        """
        if event_type and event_type.area == "activity":
            return _text(attributes, "id").encode() or None
        try:
            subject = parse_reference(_text(attributes, "subject"))
        except InvalidInput:
            return None
        if not subject.is_personal:
            return str(subject).encode()
        tenant = _text(attributes, "tenant") or self._tenant
        return f"{subject.kind}:{ID_SOURCE}:{self._identity_of(tenant).thing(str(subject))}".encode()


def _taken_apart(raw: bytes) -> dict[str, msgspec.Raw]:
    """The attributes of an event with their values as they were written; none of what is no JSON object."""
    try:
        return msgspec.json.decode(raw.removeprefix(_BOM), type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _type_of(attributes: Mapping[str, msgspec.Raw]) -> EventType | None:
    known = BY_NAME.get(_text(attributes, "type"))
    return known[0] if known and known[0].area != VOID else None


def _text(attributes: Mapping[str, msgspec.Raw], name: str) -> str:
    found = msgspec.json.decode(attributes[name]) if name in attributes else None
    return found if isinstance(found, str) else ""


def _as_binary(attributes: Mapping[str, msgspec.Raw]) -> tuple[list[tuple[str, bytes]], bytes]:
    """Headers and value of binary mode. The data stays as it was written, down to the digits of its numbers."""
    if not attributes:
        raise InvalidInput("not a JSON object, so that nothing can stand in headers; send it with --mode structured")
    headers = [("content-type", (_text(attributes, "datacontenttype") or "application/json").encode())]
    for name, written in attributes.items():
        value = None if name in {"data", "datacontenttype"} else msgspec.json.decode(written)
        if value is None:
            continue
        if not _NAME.fullmatch(name) or isinstance(value, (list, dict)):
            raise InvalidInput(f"binary mode has no place for what is no plain attribute; see {name[:20]!r}", name[:20])
        text = value if isinstance(value, str) else bytes(written).decode().strip()
        headers.append((f"ce_{name}", text.encode()))
    data = bytes(attributes["data"]).strip() if "data" in attributes else b""
    return headers, b"" if data == b"null" else data
