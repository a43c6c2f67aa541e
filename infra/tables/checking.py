"""What tables are held to before readers see them: their models' checks, and how they compare with those in use."""

import re
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from typing import Any

from consumers.project.projector import Difference
from projections.definition import Definition
from projections.model import Model

Ask = Callable[[str], Sequence[Sequence[Any]]]
_IN_FULL = re.compile(r"\b(crm|personal)\.(?=\w)")
_SHOWN = 3  # rows that break a check; more tell nothing new

# Of all rows in any order: how many they are, and a sum of a hash of each.
CHECKSUM_DUCKDB = "SELECT count(*), coalesce(sum(CAST(hash({columns}) AS hugeint)), 0) FROM {table}"
CHECKSUM_POSTGRES = (
    "SELECT count(*), coalesce(sum(CAST(hashtextextended(CAST(ROW({columns}) AS text), 0) AS numeric)), 0) FROM {table}"
)


def broken_checks(ask: Ask, definition: Definition) -> list[str]:
    """What the `checks.sql` of a definition's models find wrong, a sentence each, with the first rows."""
    broken = []
    for model in definition.models:
        for said, written in checks_of(model):
            # A name in full would be that of the table in use.
            query = _IN_FULL.sub(rf"\1{definition.beside}.", written)
            if rows := ask(f"SELECT * FROM ({query}) AS found LIMIT {_SHOWN}"):
                shown = "; ".join(", ".join(map(str, row)) for row in rows)
                broken.append(f"{model.name}: {said.rstrip('.')}: but there is {shown}")
    return broken


def checks_of(model: Model) -> Iterator[tuple[str, str]]:
    """Each check of a model: the comment that says what must hold, and the query that must return no row."""
    if model.own:
        yield from ((check.said, check.sql) for check in model.own.checks)
        return
    path = files("projections") / model.name / "checks.sql"
    if not path.is_file():
        return
    for statement in filter(str.strip, path.read_text().split(";\n")):
        lines = statement.strip().rstrip(";").splitlines()
        said = [line.removeprefix("-- ") for line in lines if line.startswith("--")]
        yield " ".join(said), "\n".join(lines[len(said) :])


def differences(definition: Definition, checksum: str, now: Ask, before: Ask) -> list[Difference]:
    """The tables that do not hold the same rows as before. `before` gives no row for what it does not have.

    Personal values are compared too, and none is told.
    """
    found = []
    for model in definition.models:
        if model.is_view:
            continue
        columns = ", ".join(model.columns)
        [(rows, digest)] = now(checksum.format(columns=columns, table=definition.name_of(model)))
        [(rows_before, digest_before)] = before(checksum.format(columns=columns, table=model.qualified)) or [(0, None)]
        if (rows, digest) != (rows_before, digest_before):
            found.append(Difference(model.qualified, int(rows_before), int(rows)))
    return found
