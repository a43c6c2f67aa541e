"""An mbox: messages one after the other, each behind a line `From <sender> <date>`."""

import io
import re
from collections.abc import Iterator

from infra.importing.mailbox.found import MAX_BYTES
from infra.importing.mailbox.opening import BEFORE

_LINE = 64 * 1024  # what is read at once of a line, however long it is
_FIELD = re.compile(rb">?From |[!-9;-~]+:")
_DATE = re.compile(rb"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b.*\d\d?:\d\d")
_BLANK = (b"\n", b"\r\n")
_QUOTED = re.compile(rb">+From ")


def messages_in(stream: io.BufferedReader) -> Iterator[bytes]:
    """The messages of an mbox, their quoted lines `>From ` as they were written, each cut off at MAX_BYTES.

    A message begins with a line `From ` that tells a weekday and a time of day, and has a header field below it:
    paragraphs begin with that word too, and not every program quotes them. The standard library's `mailbox` takes any
    such line, and needs a file to jump about in.
    """
    message = _Message()
    blank, line = True, _first_line(stream)
    dated = bool(_DATE.search(line))  # some programs write no date: an empty line has to stand before theirs then
    while line:
        following = stream.readline(_LINE)
        begins = line.startswith(b"From ") and _FIELD.match(following)
        if begins and (_DATE.search(line) if dated else blank):
            if message.lines:
                yield message.whole()
            message = _Message()
        elif message.lines or not line.startswith(b"From "):
            message.add(line[1:] if line.startswith(b">") and _QUOTED.match(line) else line)
        blank = line in _BLANK
        line = following
    if message.lines:
        yield message.whole()


def _first_line(stream: io.BufferedReader) -> bytes:
    line = stream.readline(_LINE)
    while line and not (kept := line.lstrip(BEFORE)):
        line = stream.readline(_LINE)
    return kept if line else line


class _Message:
    """The lines of one message, as many as are kept."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self._size = 0

    def add(self, line: bytes) -> None:
        """One more line."""
        if self._size < MAX_BYTES:
            self.lines.append(line)
            self._size += len(line)

    def whole(self) -> bytes:
        """The message, without the empty line that parts it from the next."""
        return b"".join(self.lines)[:MAX_BYTES]
