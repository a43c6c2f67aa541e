"""The text of a message: of its parts, the first that is plain text, else the first that is HTML.

The parts are found by their boundaries here: the library's parser looks at every line once for every level of nesting,
which a message of many levels makes last for minutes. How a part is described and encoded, the library reads.
"""

import re
from collections.abc import Iterator
from email.message import Message
from typing import NamedTuple

from domain.shared.fields import MAX_TEXT
from infra.importing.mailbox.headers import Headers
from infra.importing.mailbox.html import reduced
from infra.importing.mailbox.text import as_text

_MOST_PARTS = 250
_MOST_LEVELS = 100
_MOST_MARKS = 1_000
_MOST_ENCODED = 8 * 1024 * 1024  # bytes of a part that are decoded: MAX_TEXT characters in base64, and some more
_LONGEST_HEAD = 2 * 1024 * 1024
_LONGEST_HEAD_OF_PART = 16 * 1024
_BEFORE = re.compile(rb"(?:\xef\xbb\xbf)?(?:>?From [^\n]*\n|\r?\n)*")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_EMPTY_LINE = re.compile(rb"\r?\n")
_NEWLINE, _RETURN = b"\n\r"
_REST_OF_BOUNDARY = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")


class Part(NamedTuple):
    """A message or a part of one: its headers, and where in the message's bytes its content begins and ends."""

    headers: Headers
    begins: int
    ends: int


def whole(raw: bytes) -> Part:
    """A message as a part, without what some programs write before its first header."""
    before = _BEFORE.match(raw)
    return _part(raw, before.end() if before else 0, len(raw), _LONGEST_HEAD)


def _part(raw: bytes, begins: int, ends: int, longest: int = _LONGEST_HEAD_OF_PART) -> Part:
    found = _EMPTY_LINE.match(raw, begins, ends) or _END_OF_HEAD.search(raw, begins, ends)
    begins_content = found.end() if found else ends
    return Part(Headers(raw[begins : min(begins_content, begins + longest)]), begins_content, ends)


def text_of(raw: bytes, message: Part) -> str | None:
    """What a message says, at most MAX_TEXT characters; None if it has no text. Attached files are not looked into."""
    html = None
    for described, part in _leaves(raw, message):
        several = described.get_content_maintype() == "multipart"  # and does not say what is between them
        kind = "text/plain" if several else described.get_content_type()
        if described.get_content_disposition() == "attachment":
            continue
        if kind == "text/plain" and (text := _tidy(_decoded(described, raw, part))):
            return text
        if kind == "text/html" and html is None:
            html = (described, raw, part)
    return (_tidy(reduced(_decoded(*html))) or None) if html else None


def _leaves(raw: bytes, message: Part) -> Iterator[tuple[Message, Part]]:
    """The parts that have no parts themselves, in their order, as far as is sensible."""
    levels: list[Iterator[Part]] = [iter([message])]
    looked_at = 0
    while levels and looked_at < _MOST_PARTS:
        part = next(levels[-1], None)
        if part is None:
            levels.pop()
            continue
        looked_at += 1
        described = part.headers.of_content()
        boundary = described.get_boundary() if described.get_content_maintype() == "multipart" else None
        if not boundary:
            yield described, part
        elif len(levels) < _MOST_LEVELS:
            levels.append(_parts(raw, part, b"--" + boundary.encode("utf-8", "surrogateescape")))


def _parts(raw: bytes, part: Part, mark: bytes) -> Iterator[Part]:
    """The parts between the lines that begin with a mark; the last may have no end."""
    begins, at = None, part.begins
    for _ in range(_MOST_MARKS):
        at = raw.find(mark, at, part.ends)
        if at < 0:
            break
        rest = _REST_OF_BOUNDARY.match(raw, at + len(mark), part.ends)
        if rest is None or (at > part.begins and raw[at - 1] != _NEWLINE):
            at += len(mark)
            continue
        if begins is not None:
            yield _part(raw, begins, _before_break(raw, begins, at))
        if rest[1]:
            return
        begins = at = rest.end()
    if begins is not None:
        yield _part(raw, begins, part.ends)


def _before_break(raw: bytes, begins: int, at: int) -> int:
    """Where the line before ends: the break before a boundary belongs to the boundary."""
    at = at - 1 if at > begins else at
    return at - 1 if at > begins and raw[at - 1] == _RETURN else at


def _decoded(described: Message, raw: bytes, part: Part) -> str:
    content = raw[part.begins : min(part.ends, part.begins + _MOST_ENCODED)]
    if str(described.get("content-transfer-encoding", "")).strip().lower() == "base64":
        content = content.translate(None, b"\r\n")  # the library would make a list of millions of lines
    described.set_payload(content.decode("ascii", "surrogateescape"))
    data = described.get_payload(decode=True)
    return as_text(data, described.get_content_charset()) if isinstance(data, bytes) else ""


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()[:MAX_TEXT]
