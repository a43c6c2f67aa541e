"""The queries of a `checks.sql`, which must return no row: a comment that says what must hold, and one SELECT each."""

from dataclasses import dataclass

from projections.header import ModelRefused


@dataclass(frozen=True, slots=True)
class Check:
    """A query that must return no row, what it says must hold, and where its SELECT begins."""

    said: str
    sql: str
    file: str
    line: int


def read_checks(file: str, text: str) -> tuple[Check, ...]:
    """The checks of a `checks.sql`. Raises ModelRefused for one that does not say what must hold."""
    checks = []
    said: list[str] = []
    sql: list[str] = []
    begun = 1
    for number, line in enumerate([*text.splitlines(), ";"], start=1):
        if not sql and line.startswith("--"):
            said.append(line.removeprefix("--").strip())
            continue
        if not sql and line.strip() not in {"", ";"}:
            begun = number
            if not said:
                raise ModelRefused(f"{file}, line {number}: write above the query, as a comment, what must hold")
        if sql or line.strip() not in {"", ";"}:
            sql.append(line)
        if line.rstrip().endswith(";") and sql:
            checks.append(Check(" ".join(said), "\n".join(sql).rstrip().rstrip(";").rstrip(), file, begun))
            said, sql = [], []
    if not checks:
        raise ModelRefused(f"{file}, line 1: there is no check: write a query that must return no row")
    return tuple(checks)
