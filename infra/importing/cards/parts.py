"""A file taken apart into cards, before anything is parsed: at bounded cost, whatever it holds.

Pictures, sounds and keys are left out line by line, so that a card is as large as its words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.shared.errors import InvalidInput
from infra.importing.content_lines import (
    CUT_OFF,
    LONG_HEAD,
    MAX_PART,
    TOO_LARGE,
    content_lines,
    has_long_head,
    name_of,
    value_of,
)

_KEPT = frozenset(
    {"VERSION", "UID", "KIND", "REV", "FN", "N", "NICKNAME", "ORG", "TITLE", "ROLE", "BDAY", "NOTE", "EMAIL", "TEL"}
    | {"ADR", "URL", "IMPP", "X-SOCIALPROFILE", "X-ABLABEL", "X-ADDRESSBOOKSERVER-KIND"}
)
_CHARSET = re.compile(rb"[^:]*;\s*CHARSET=\"?([A-Za-z0-9_-]{1,40})", re.IGNORECASE)

NO_CARD = InvalidInput("it is no card: there is no BEGIN:VCARD in it")


@dataclass(slots=True)
class Part:
    """A card: the line it begins on, the lines that are kept, and what is wrong with it."""

    line: int
    lines: list[bytes] = field(default_factory=list)
    fault: InvalidInput | None = None
    size: int = 0

    def keep(self, line: bytes) -> None:
        """Keep a line, unless the card is too large already."""
        self.size += len(line)
        if self.size > MAX_PART or has_long_head(line):
            self.fault = self.fault or (TOO_LARGE if self.size > MAX_PART else LONG_HEAD)
        else:
            self.lines.append(line)

    def texts(self) -> list[str]:
        """The lines as text. Raises InvalidInput for what is wrong with the card."""
        if self.fault is not None:
            raise self.fault
        old = any(name_of(line) == "VERSION" and value_of(line) == "2.1" for line in self.lines)
        return [_decoded(line, old=old) for line in self.lines]

    @property
    def raw(self) -> bytes:
        """What was kept, as a dead letter holds it."""
        return b"\r\n".join((b"BEGIN:VCARD", *self.lines, b""))


def cards_of(raw: bytes) -> Iterator[Part]:
    """The cards of a file. Raises InvalidInput if there is none in it."""
    part, depth, found = None, 0, False
    for number, line in content_lines(raw):
        name = name_of(line)
        begins_or_ends = name in {"BEGIN", "END"} and value_of(line).upper() == "VCARD"
        if begins_or_ends and name == "BEGIN":
            depth += 1
            if depth == 1:
                part, found = Part(number), True
        elif begins_or_ends and depth:
            depth -= 1  # a card can hold another one, such as a secretary's, which is left out
            if depth == 0 and part is not None:
                yield part
                part = None
        elif part is not None and depth == 1 and name in _KEPT:
            part.keep(line)
    if part is not None:
        part.fault = CUT_OFF
        yield part
    if not found:
        raise NO_CARD


def _decoded(line: bytes, *, old: bool) -> str:
    """A line as text: in UTF-8, or, in cards of 2.1, as the line says, and in what Windows wrote if it does not."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        if not old:
            raise InvalidInput("the text is not UTF-8") from None
    said = _CHARSET.match(line)
    try:
        return line.decode(said[1].decode("ascii") if said else "cp1252")
    except (UnicodeDecodeError, LookupError):
        raise InvalidInput("the text is in no encoding that is known") from None
