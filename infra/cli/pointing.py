"""A message as a person reads it, with the place marked that made it unusable.

JSON is laid out a line a value, and the field that hurt is underlined; of a message from a mailbox the first lines are
shown; what else is no JSON is shown around the byte that the reason names. Whatever is not printable is escaped, so
that no message steers a terminal.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from infra.importing.mailbox.kept import MARK

_AROUND_LINES = 12
_AROUND_BYTES = 120
_LONGEST = 300  # characters of one value
_DEEPEST = 40
_BYTE = re.compile(r"\bbyte (\d[\d,]*)(\)?)")


class _Line(NamedTuple):
    """One line: the path of its value, and where in the text the part to underline begins."""

    path: str
    text: str
    start: int


def pointed(raw: bytes, field: str | None, reason: str) -> str:
    """The message with a mark under what hurt; without one if neither field nor byte is known."""
    if raw.startswith(MARK):
        return "\n".join(_window([_cut(_text(line.rstrip(b"\r"))) for line in raw.split(b"\n")], 0))
    try:
        found = json.loads(raw.decode("utf-8-sig"), parse_int=_Verbatim, parse_float=_Verbatim)
    except (ValueError, RecursionError):
        return _around_byte(raw, reason)
    lines = list(_lines(_unpacked(found), "", 0, ""))
    at = _place(lines, field)
    if at is None:
        return "\n".join(_window([line.text for line in lines], 0))
    text, start = lines[at].text, lines[at].start
    mark = " " * start + "^" * max(1, len(text.rstrip(",")) - start)
    missing = "" if lines[at].path in _paths(field) else f" {escaped(str(field).rpartition('.')[2])} belongs here"
    shown = [line.text for line in lines]
    return "\n".join(_window([*shown[: at + 1], f"{mark}{missing}", *shown[at + 1 :]], at))


def escaped(text: str) -> str:
    """Text that is safe on a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)


class _Verbatim(str):
    """A number as it was written: an amount is shown with the very digits that came."""

    __slots__ = ()


def _lines(value: Any, path: str, depth: int, name: str, end: str = "") -> Iterator[_Line]:
    indent = "  " * depth
    head = f"{indent}{_quoted(name)}: " if name else indent
    if isinstance(value, dict | list) and value and depth < _DEEPEST:
        opens, closes = "{}" if isinstance(value, dict) else "[]"
        yield _Line(path, f"{head}{opens}", len(indent))
        last = len(value) - 1
        if isinstance(value, dict):
            for n, (key, part) in enumerate(value.items()):
                yield from _lines(part, f"{path}.{key}".lstrip("."), depth + 1, key or " ", "," if n < last else "")
        else:
            for n, part in enumerate(value):
                yield from _lines(part, f"{path}[{n}]", depth + 1, "", "," if n < last else "")
        yield _Line("", f"{indent}{closes}{end}", len(indent))
    else:
        yield _Line(path, f"{head}{_scalar(value)}{end}", len(head))


def _scalar(value: Any) -> str:
    if isinstance(value, _Verbatim):
        return _cut(str(value))
    return _quoted(value) if isinstance(value, str) else _cut(escaped(json.dumps(value, default=str)))


def _quoted(text: str) -> str:
    return _cut(escaped(json.dumps(text, ensure_ascii=False)))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text) - _LONGEST:,} characters more)"


def _unpacked(found: Any) -> Any:
    """A message that was kept with its headers, laid out as what it is; any other as it stands."""
    if not (isinstance(found, dict) and found.keys() == {"kafka", "headers", "value"}):
        return found
    headers = found["headers"]
    with suppress(ValueError, TypeError):
        headers = dict(headers)
    value = found["value"]
    with suppress(ValueError, TypeError, RecursionError):
        value = json.loads(value, parse_int=_Verbatim, parse_float=_Verbatim)
    return {"headers": headers, "value": value}


def _paths(field: str | None) -> list[str]:
    """Where a field may stand: in the event itself, or in a message's value or headers."""
    if not field:
        return []
    return [field, f"value.{field}", f"headers.ce_{field}", f"headers.{field}", f"value.{field.removeprefix('data.')}"]


def _place(lines: list[_Line], field: str | None) -> int | None:
    """The line of the field; of one that is missing, the line of what it should stand in."""
    numbers = {line.path: number for number, line in reversed(list(enumerate(lines)))}
    wanted = _paths(field)
    while any(wanted):
        for path in wanted:
            if path in numbers:
                return numbers[path]
        wanted = [path[: max(path.rfind("."), path.rfind("["), 0)] for path in wanted]
    return 0 if field and lines else None


def _window(lines: list[str], at: int) -> Iterator[str]:
    first, last = max(0, at - _AROUND_LINES), at + _AROUND_LINES
    if first:
        yield f"… {first:,} lines before"
    yield from lines[first:last]
    if len(lines) > last:
        yield f"… {len(lines) - last:,} lines more (--raw shows all)"


def _around_byte(raw: bytes, reason: str) -> str:
    """What stands around the byte that the reason names, with a mark under it."""
    named = _BYTE.search(reason)
    # The decoder's own "(byte 3)" counts from 0, our sentences count from 1.
    at = min(int(named[1].replace(",", "")) - (not named[2]), len(raw)) if named else 0
    first = max(0, at - _AROUND_BYTES)
    before, behind = _text(raw[first:at]), _text(raw[at : at + _AROUND_BYTES])
    begins = f"… {first:,} bytes before: " if first else ""
    rest = len(raw) - at - _AROUND_BYTES
    shown = f"{begins}{before}{behind}" + (f"… and {rest:,} bytes more (--raw shows all)" if rest > 0 else "")
    return f"{shown}\n{' ' * (len(begins) + len(before))}^" if named else shown


def _text(raw: bytes) -> str:
    return escaped(raw.decode("utf-8", "backslashreplace"))
