"""The header of a `model.sql`: its comment lines taken apart, each with the line on which it stands."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.shared.errors import RapportError

_LINE = re.compile(r"^-- ([a-z][a-z ]*?)(?: ([a-z_0-9]+))?: (.*)$")
_CONTINUED = re.compile(r"^--\s{5,}(\S.*)$")


class ModelRefused(RapportError):
    """A model that can't be used; the message is one sentence that names file and line. Nothing was changed."""


class Said(NamedTuple):
    """A value of the header, and the line on which it begins."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above a SELECT, and the SELECT. `file` is what messages call the whole."""

    file: str
    words: Mapping[str, Sequence[Said]]
    columns: Mapping[str, Said]
    sql: str
    sql_line: int

    def first(self, word: str) -> str:
        """The value of a word; empty if it is not there."""
        return self.words[word][0].value if word in self.words else ""

    def line(self, *words: str) -> int:
        """The line on which the first of these words stands that is there; else the first line."""
        return next((self.words[word][0].line for word in words if word in self.words), 1)

    def refused(self, line: int, reason: str) -> ModelRefused:
        """The error for something on a line."""
        return ModelRefused(f"{self.file}, line {line}: {reason}")


@dataclass
class _Reading:
    """A header as far as it is read."""

    words: dict[str, list[Said]] = field(default_factory=dict)
    columns: dict[str, Said] = field(default_factory=dict)
    last: tuple[str, str] | None = None


def read_header(file: str, text: str) -> Header:
    """Take a `model.sql` apart. Raises ModelRefused for a line it can't read."""
    reading = _Reading()
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if line.startswith("--"):
            if wrong := _take(reading, line, number):
                raise ModelRefused(f"{file}, line {number}: {wrong}: {line}")
            continue
        rest = lines[number - 1 :]
        blank = next((n for n, one in enumerate(rest) if one.strip()), None)
        if blank is None:
            break
        sql = "\n".join(rest).strip().rstrip(";")
        return Header(file, reading.words, reading.columns, sql, number + blank)
    raise ModelRefused(f"{file}, line {len(lines) or 1}: there is no SELECT behind the header")


def _take(reading: _Reading, line: str, number: int) -> str | None:
    """Take a line in; says what is wrong with it, if anything is."""
    if match := _LINE.match(line):
        word, column, value = match.groups()
        reading.last = (word, column or "")
        if word == "column" and column:
            if column in reading.columns:
                return "this column is described already"
            reading.columns[column] = Said(value, number)
        else:
            reading.words.setdefault(f"{word} {column}" if column else word, []).append(Said(value, number))
        return None
    match = _CONTINUED.match(line)
    if match is None or reading.last is None:
        return "not a header line"
    word, column = reading.last
    if word == "column" and column:
        said = reading.columns[column]
        reading.columns[column] = said._replace(value=f"{said.value} {match.group(1)}")
    else:
        values = reading.words[" ".join(filter(None, reading.last))]
        values[-1] = values[-1]._replace(value=f"{values[-1].value} {match.group(1)}")
    return None
