"""Reading the tables: the same statement on both engines, with `$1` for parameters, in a session that can't write."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from infra.tables.errors import TablesError

ONE_STATEMENT = "write one statement at a time, such as a SELECT"


class NotAQuery(TablesError):
    """A statement that the database does not take; the message is the database's."""


class OtherTables(TablesError):
    """The tables are not those that this program computes."""

    def __init__(self) -> None:
        super().__init__("the tables are not there yet, or another version computed them: restart the projector")


@dataclass(frozen=True, slots=True)
class Found:
    """What a query gave."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def as_dicts(self) -> list[dict[str, Any]]:
        """The rows by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Reader(Protocol):
    """The read models, open for reading. `crm` is searched first, then `personal` where it was asked for."""

    def query(self, statement: str, parameters: Sequence[Any] = ()) -> Found:
        """The rows of one statement of ours."""

    def query_freely(self, statement: str) -> Found:
        """The rows of one statement of a person, who can do no harm by it. Raises NotAQuery, saying what is wrong."""

    def close(self) -> None:
        """Let go."""


def as_sentence(text: str) -> str:
    """What a database says, on one line, without the copy of the statement that some append."""
    lines = [line.strip() for line in text.splitlines()]
    kept = [line for line in lines if line and not line.startswith(("LINE ", "^"))]
    return " ".join(kept)
