"""The content lines of calendars and cards: folded ones joined, each with the number of the line it begins on."""

import io
import re
from collections.abc import Iterator

from domain.shared.errors import InvalidInput

MAX_FILE = 64 * 1024 * 1024  # bytes of one file
MAX_PART = 2 * 1024 * 1024  # bytes of one entry of a calendar or one card, without what is left out of it
MAX_HEAD = 10_000  # bytes of a line before its value: its name and parameters
MAX_DEPTH = 10  # components within each other: an alarm in an event in a calendar has three

_NAME = re.compile(rb"\s*(?:[A-Za-z0-9_-]+\.)?([A-Za-z0-9-]+)\s*[;:]")
_QUOTED_PRINTABLE = re.compile(rb"[^:]*;\s*(?:ENCODING=)?QUOTED-PRINTABLE", re.IGNORECASE)
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

TOO_LARGE = InvalidInput(f"it is longer than {MAX_PART:,} bytes without pictures and attachments")
LONG_HEAD = InvalidInput(f"a line in it has more than {MAX_HEAD:,} bytes of parameters")
TOO_DEEP = InvalidInput(f"it is nested deeper than {MAX_DEPTH} levels")
CUT_OFF = InvalidInput("it is cut off: its END is missing")


def content_lines(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Each content line and the number of the line it begins on, from 1. Folding is undone; empty lines are left out.

    Lines that quoted-printable text was parted into are joined too. A line is never longer than MAX_PART and a bit:
    what is folded behind that is left out, and makes its entry too large.
    """
    parts: list[bytes] = []
    size, begun, soft = 0, 0, False
    # Line by line: a file of nothing but line ends has millions of them.
    for number, ended in enumerate(io.BytesIO(_unmarked(raw).replace(b"\r\n", b"\n").replace(b"\r", b"\n")), 1):
        line = ended.removesuffix(b"\n")
        if not (soft or line[:1] in {b" ", b"\t"}):
            if parts:
                yield begun, b"".join(parts)
            parts, size, begun = [], 0, number
        folded = line[1:] if parts and not soft else line
        soft = line.endswith(b"=") and _QUOTED_PRINTABLE.match(parts[0] if parts else line) is not None
        if size <= MAX_PART and (line or parts):
            parts.append(folded.removesuffix(b"=") if soft else folded)
            size += len(folded)
    if parts:
        yield begun, b"".join(parts)


def name_of(line: bytes) -> str:
    """The property that a content line gives, in capitals and without its group; empty for what is no content line."""
    match = _NAME.match(line[:200])
    return match[1].decode("ascii").upper() if match else ""


def has_long_head(line: bytes) -> bool:
    """Whether what stands before the value of a line is longer than any program writes it."""
    return len(line) > MAX_HEAD and b":" not in line[:MAX_HEAD]


def value_of(line: bytes) -> str:
    """What stands behind the first colon of a line that is all ASCII as far as it matters."""
    return line.partition(b":")[2].decode("ascii", "replace").strip()


def as_text(lines: list[bytes]) -> str:
    """Content lines as one text. Raises InvalidInput if they are not UTF-8."""
    try:
        return "\r\n".join(line.decode() for line in lines) + "\r\n"
    except UnicodeDecodeError:
        raise InvalidInput("the text is not UTF-8") from None


def _unmarked(raw: bytes) -> bytes:
    """The file as UTF-8 without the mark at its beginning that says how it is encoded."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            content = raw.removeprefix(mark)
            return content if encoding == "utf-8" else content.decode(encoding, "replace").encode()
    return raw
