"""The text of a message: of its parts, the first that is plain text, else the first that is HTML.

The parts are found by their boundaries here: the library's parser looks at every line once for every level of nesting,
which a message of many levels makes last for minutes. How a part is described and encoded, the library reads.
"""

import re
from collections.abc import Iterator
from email.message import Message

from domain.shared.fields import MAX_TEXT
from infra.importing.mailbox.headers import Headers
from infra.importing.mailbox.html import reduced
from infra.importing.mailbox.text import as_text

_MOST_PARTS = 1_000
_MOST_LEVELS = 100
_MOST_ENCODED = 8 * 1024 * 1024  # bytes of a part that are decoded: MAX_TEXT characters in base64, and some more
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_REST_OF_BOUNDARY = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")


def split(raw: bytes) -> tuple[Headers, bytes]:
    """The headers and the content of a message or a part."""
    end = _END_OF_HEAD.search(raw)
    return (Headers(raw[: end.end()]), raw[end.end() :]) if end else (Headers(raw), b"")


def text_of(headers: Headers, content: bytes) -> str | None:
    """What a message says, at most MAX_TEXT characters; None if it has no text. Attached files are not looked into."""
    html = None
    for part, body in _leaves(headers, content):
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment":
            continue
        if kind == "text/plain" and (text := _tidy(_decoded(part, body))):
            return text
        if kind == "text/html" and html is None:
            html = (part, body)
    return (_tidy(reduced(_decoded(*html))) or None) if html else None


def _leaves(headers: Headers, content: bytes) -> Iterator[tuple[Message, bytes]]:
    """The parts that have no parts themselves, in their order, as far as is sensible."""
    levels: list[Iterator[tuple[Headers, bytes]]] = [iter([(headers, content)])]
    looked_at = 0
    while levels and looked_at < _MOST_PARTS:
        found = next(levels[-1], None)
        if found is None:
            levels.pop()
            continue
        looked_at += 1
        part = found[0].part()
        boundary = part.get_boundary() if part.get_content_maintype() == "multipart" else None
        if not boundary:
            yield part, found[1]
        elif len(levels) < _MOST_LEVELS:
            levels.append(_parts(found[1], boundary.encode("utf-8", "surrogateescape")))


def _parts(content: bytes, boundary: bytes) -> Iterator[tuple[Headers, bytes]]:
    """The parts between the lines that a boundary makes; the last may have no end."""
    mark = b"--" + boundary
    begins, at = None, 0
    for _ in range(_MOST_PARTS):
        at = content.find(mark, at)
        if at < 0:
            break
        rest = _REST_OF_BOUNDARY.match(content, at + len(mark))
        if rest is None or content[at - 1 : at] not in {b"", b"\n"}:
            at += len(mark)
            continue
        if begins is not None:
            yield split(content[begins:at])
        if rest[1]:
            return
        begins = at = rest.end()
    if begins is not None:
        yield split(content[begins:])


def _decoded(part: Message, body: bytes) -> str:
    part.set_payload(body[:_MOST_ENCODED].decode("ascii", "surrogateescape"))
    data = part.get_payload(decode=True)
    return as_text(data, part.get_content_charset()) if isinstance(data, bytes) else ""


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()[:MAX_TEXT]
