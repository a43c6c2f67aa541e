"""Bytes to a JSON object: size, encoding, syntax, depth, and keys that stand twice.

Numbers with a point or an exponent become Decimal, so that an amount is exactly what was written.
"""

import json
import re
from collections.abc import Iterable
from decimal import Decimal, DecimalException
from typing import Any

import msgspec

from domain.shared.errors import InvalidInput

MAX_BYTES = 16 * 1024 * 1024  # a text of a million characters, each written as an escaped surrogate pair, still fits
MAX_DEPTH = 32
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_:-]{0,63}")
_BOM = b"\xef\xbb\xbf"

_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def read_object(raw: bytes) -> dict[str, Any]:
    """The one JSON object that `raw` holds. Raises InvalidInput, saying where it stops being one."""
    if len(raw) > MAX_BYTES:
        raise InvalidInput(f"the message is longer than {MAX_BYTES:,} bytes; of a line of a file, only so much is kept")
    found = _parse(raw.removeprefix(_BOM))
    if not isinstance(found, dict):
        raise InvalidInput(_not_an_object(found))
    names, depth = _count_names(found)
    if depth > MAX_DEPTH:
        raise InvalidInput(f"the JSON is nested deeper than {MAX_DEPTH} levels")
    if names != _most_names(raw):
        _refuse_names_twice(raw)
    return found


def _parse(raw: bytes) -> Any:
    try:
        return _decode(raw)
    except UnicodeDecodeError:
        raise InvalidInput(_broken_text(raw)) from None
    except msgspec.DecodeError as error:
        raise InvalidInput(_not_json(raw, str(error))) from None
    except DecimalException:
        raise InvalidInput("a number in it is too large to be meant") from None
    except RecursionError:
        raise InvalidInput(f"the JSON is nested deeper than {MAX_DEPTH} levels") from None


def _broken_text(raw: bytes) -> str:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return f"the text is not UTF-8: byte {error.start + 1:,} can't be read; send it as UTF-8"
    return "the text is not UTF-8"


def _not_json(raw: bytes, said: str) -> str:
    if b"\x00" in raw:
        return f"not JSON: a NUL byte stands at byte {raw.index(0) + 1:,}"
    try:
        raw.decode()
    except UnicodeDecodeError:
        return _broken_text(raw)
    if not raw.strip():
        return "not JSON: the message is empty"
    if "out of range" in said:
        return "a number in it is too large to be meant"
    if _holds_lone_surrogate(raw):
        return "the text holds half a character (a lone surrogate such as \\ud800), which can't be stored"
    if re.search(rb"[:\[,]\s*-?(NaN|Infinity)\b", raw):
        return "not JSON: it holds a number that is not finite (NaN or Infinity)"
    detail = said.removeprefix("JSON is malformed: ")
    return "not JSON: it ends too early" if "truncated" in detail else f"not JSON: {detail}"


def _holds_lone_surrogate(raw: bytes) -> bool:
    if b"\\ud" not in raw.lower():
        return False
    try:
        json.dumps(json.loads(raw), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        return False
    return False


def _not_an_object(found: object) -> str:
    if isinstance(found, list):
        return "not a CloudEvent but a list; send one event a message, in a file one a line"
    return "not a CloudEvent: a JSON object such as `rapport events TYPE --example` prints is expected"


def _count_names(top: dict[str, Any]) -> tuple[int, int]:
    """How many names all objects in it have together, and how deep it is nested (counted to just above the limit)."""
    names, depth = 0, 0
    level: list[Any] = [top]
    while level and depth <= MAX_DEPTH:
        depth += 1
        below: list[Any] = []
        for part in level:
            values: Iterable[Any] = part
            if type(part) is dict:
                names += len(part)
                values = part.values()
            below += [value for value in values if type(value) is dict or type(value) is list]
        level = below
    return names, depth


def _most_names(raw: bytes) -> int:
    """At most so many names stand in the text: each is followed by a colon, with or without blanks before it."""
    # Exact for what programs write; blanks before a colon or a quoted quote make it too high, never too low.
    return sum(map(raw.count, (b'":', b'" ', b'"\t', b'"\n', b'"\r')))


def _refuse_names_twice(raw: bytes) -> None:
    def once(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise InvalidInput(f"the name {shown_name(name)} stands twice in one object; which is meant?")
            seen.add(name)

    try:
        # Numbers were read already; here they stay text, since Python refuses to read very long ones.
        json.loads(raw.removeprefix(_BOM), object_pairs_hook=once, parse_int=str, parse_float=str)
    except RecursionError:
        raise InvalidInput(f"the JSON is nested deeper than {MAX_DEPTH} levels") from None
    except InvalidInput:
        raise
    except ValueError:
        raise InvalidInput("not JSON") from None


def shown_name(name: str) -> str:
    """A field's name as an error may quote it: what is not written as programs write names may be a person's."""
    return f"'{name}'" if _NAME.fullmatch(name) else "of one field"
