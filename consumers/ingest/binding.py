"""CloudEvents on Kafka: structured mode, where the value is the event, and binary mode, where headers hold attributes.

The header `content-type` tells which: `application/cloudevents+json` is structured; with anything else, or without it,
headers that begin with `ce_` make it binary. A message without any of these is read as structured, because kcat and
most first attempts send it so.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from consumers.ingest.edge import MAX_TEXT, Edge, source_of
from consumers.ingest.wire import read_object, shown_name
from domain.shared.envelope import Envelope
from domain.shared.errors import InvalidInput

Headers = Sequence[tuple[str, bytes | None]]

_STRUCTURED = "application/cloudevents+json"
_PLAIN = (_STRUCTURED.encode(), f"{_STRUCTURED};charset=utf-8".encode())
_PREFIX = "ce_"
_TRACE = "traceparent"
_TRACE_FORM = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_NOT_HEADERS = ("data", "data_base64", "datacontenttype")
_MARK = b'{"kafka":1,'  # how the kept form of a message with headers begins


def read_message(edge: Edge, headers: Headers, value: bytes | None) -> Envelope:
    """The event that a Kafka message holds. Raises InvalidInput and nothing else."""
    return edge.read_mapping(attributes_of(headers, value))


def attributes_of(headers: Headers, value: bytes | None) -> dict[str, Any]:
    """The CloudEvent that a message holds, as attributes with its data under `data`. Raises InvalidInput."""
    if value is None:
        raise InvalidInput(
            "a message without a value (a tombstone): the log is only appended to, so nothing is deleted by it", "value"
        )
    ours = _ours(headers) if headers else {}
    content = _text("content-type", ours["content-type"]) if "content-type" in ours else None
    media = _media(content)
    if media == _STRUCTURED:
        event = read_object(value)
    elif media.startswith("application/cloudevents"):
        raise InvalidInput(f"content-type must be {_STRUCTURED} (one event a message, as JSON)", "content-type")
    elif any(name.startswith(_PREFIX) for name in ours):
        event = _binary(ours, content, media, value)
    elif content is None:
        event = read_object(value)
    else:
        raise InvalidInput(
            f"content-type says that the value is data alone, and no header {_PREFIX}specversion tells of what event;"
            f" send {_STRUCTURED}, or the attributes as headers",
            "content-type",
        )
    return _with_trace(event, headers)


def source_in(headers: Headers, value: bytes | None) -> str | None:
    """The source that a message names, if that much of it can be read."""
    for name, text in headers:
        if name.lower() == "ce_source" and text:
            return text.decode(errors="replace")[:MAX_TEXT]
    return None if value is None else source_of(value)


def kept(headers: Headers, value: bytes | None) -> bytes:
    """A message as dead letters keep it: the value alone where that says all, else with its headers."""
    plain = value is not None and not value.startswith(_MARK) and _says_nothing(headers)
    if plain and value is not None:
        return value
    return msgspec.json.encode(
        {"kafka": 1, "headers": [[name, _written(text)] for name, text in headers], "value": _written(value)}
    )


def read_kept(edge: Edge, raw: bytes) -> Envelope:
    """The event in what `kept` gave, or in a line of a file. Raises InvalidInput and nothing else."""
    if not raw.startswith(_MARK):
        return edge.read(raw)
    try:
        message = msgspec.json.decode(raw, type=_Kept)
    except msgspec.DecodeError:
        return edge.read(raw)
    return read_message(edge, [(name, _read(text)) for name, text in message.headers], _read(message.value))


class _Base64(msgspec.Struct):
    base64: bytes


class _Kept(msgspec.Struct):
    headers: list[tuple[str, str | _Base64 | None]]
    value: str | _Base64 | None


def _ours(headers: Headers) -> dict[str, bytes | None]:
    """The headers that say something about the event, in small letters; others are others' business."""
    found: dict[str, bytes | None] = {}
    for given, value in headers:
        name = given.lower()
        if name == "content-type" or name.startswith(_PREFIX):
            if name in found:
                raise InvalidInput(f"the header {shown_name(name)} stands twice; which is meant?", "headers")
            found[name] = value
    return found


def _media(content: str | None) -> str:
    if content is None:
        return ""
    media, _, parameters = content.partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", parameters.lower())
    if charset and charset[1] not in ("utf-8", "utf8", "us-ascii"):
        raise InvalidInput("the charset of content-type must be utf-8", "content-type")
    return media.strip().lower()


def _binary(ours: dict[str, bytes | None], content: str | None, media: str, value: bytes) -> dict[str, Any]:
    event: dict[str, Any] = {}
    for header, text in ours.items():
        if header != "content-type":
            name = header.removeprefix(_PREFIX)
            if name in _NOT_HEADERS:
                raise InvalidInput(f"the header {shown_name(header)} is none of an event in binary mode", "headers")
            event[name] = _text(header, text)
    if content is not None:
        event["datacontenttype"] = content
    if value and (content is None or media == "application/json" or media.endswith("+json")):
        event["data"] = _data(value)
    return event


def _data(value: bytes) -> dict[str, Any]:
    try:
        return read_object(value)
    except InvalidInput as error:
        if error.reason.startswith("not a CloudEvent"):
            raise InvalidInput("data must be a JSON object", "data") from None
        raise InvalidInput(error.reason, "data") from None


def _text(header: str, value: bytes | None) -> str:
    if value is None:
        raise InvalidInput(f"the header {shown_name(header)} has no value", "headers")
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise InvalidInput(f"the header {shown_name(header)} is not UTF-8", "headers") from None


def _with_trace(event: dict[str, Any], headers: Headers) -> dict[str, Any]:
    """An event that names no trace takes the one of its message, if that is one."""
    if headers and _TRACE not in event:
        for name, value in headers:
            if name == _TRACE and value is not None and _TRACE_FORM.fullmatch(value):
                event[_TRACE] = value.decode()
                break
    return event


def _says_nothing(headers: Headers) -> bool:
    """Whether a message means the same without its headers."""
    for given, value in headers:
        name = given.lower()
        if name == _TRACE or name.startswith(_PREFIX):
            return False
        if name == "content-type" and (value or b"").replace(b" ", b"").lower() not in _PLAIN:
            return False
    return sum(name.lower() == "content-type" for name, _ in headers) <= 1


def _written(value: bytes | None) -> str | _Base64 | None:
    """Bytes so that a person can read them, wherever they are text."""
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return _Base64(value)


def _read(written: str | _Base64 | None) -> bytes | None:
    if isinstance(written, _Base64):
        return written.base64
    return None if written is None else written.encode()
