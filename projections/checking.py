"""Checking the tables of the user's models before anybody sees them."""

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from domain.shared.errors import RapportError
from projections.checks import Check
from projections.definition import Definition
from projections.header import ModelRefused
from projections.model import Model
from projections.runner import Connection, Runner

_SHOWN = 3  # rows that break a check; more tell nothing new


class Unanswered(RapportError):
    """A query that the database began and could not end; the message is the database's."""


class Asks(Connection, Protocol):
    """What checking needs of a database, beside what computing does."""

    def first_rows(self, select: str, count: int) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
        """The columns of a SELECT and its first rows, `count` at most. Raises Unanswered."""
        ...


def check_models(connection: Asks, definition: Definition, names: Collection[str] | None = None) -> None:
    """Check the user's models of a definition, or those named, over its tables as `connection` sees them.

    Raises ModelRefused, with the first rows of a query that should return none.
    """
    runner = Runner(definition, connection)
    for model in definition.models:
        if model.own is None or (names is not None and model.name not in names):
            continue
        for check in (*_by_itself(model, definition.name_of(model)), *model.own.checks):
            place = f"{check.file}, line {check.line}"
            try:
                columns, rows = connection.first_rows(check.sql, _SHOWN)
            except Unanswered as error:
                raise ModelRefused(f"{place}: the check can't be answered: {error}") from error
            if rows:
                shown = "; ".join(_as_text(columns, row) for row in rows)
                raise ModelRefused(f"{place}: it must hold that {_said(check)}, and there is {shown}")
        if not model.is_view and runner.disagreements(model):
            reason = "a key computed by itself has other rows than among all: `key:` and `reads:` leave something out"
            raise model.own.header.refused(model.own.header.line("key"), reason)


def _by_itself(model: Model, table: str) -> list[Check]:
    """What must hold of every table: that its rows are told apart by the grain, and found by the key."""
    if model.own is None or model.is_view:
        return []
    header = model.own.header
    grain, whole = ", ".join(model.grain), dict.fromkeys((*model.key, *model.grain))
    empty = " OR ".join(f"{column} IS NULL" for column in whole)
    found = [
        ("no column of key and grain is empty", f"SELECT {', '.join(whole)} FROM {table} WHERE {empty}"),
        (
            "the grain makes a row unique",
            f"SELECT {grain}, count(*) AS rows_of_it FROM {table} GROUP BY {grain} HAVING count(*) > 1",
        ),
    ]
    return [Check(said, sql, header.file, header.line("grain")) for said, sql in found]


def _said(check: Check) -> str:
    return check.said[:1].lower() + check.said[1:].rstrip(".")


def _as_text(columns: Sequence[str], row: Sequence[Any]) -> str:
    return ", ".join(f"{column}={value}" for column, value in zip(columns, row, strict=True))
