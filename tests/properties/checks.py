"""The queries in `checks.sql` beside the models, which must return no row, whatever happened."""

import re
from importlib.resources import files

from projections.model import load_models
from tests.properties.stores import Tables

_SOURCE = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)")


def checks() -> list[tuple[str, str]]:
    """Every check: the comment that says what must hold, and its query."""
    found = []
    for model in load_models():
        path = files("projections") / model.name / "checks.sql"
        if path.is_file():
            for statement in filter(str.strip, path.read_text().split(";\n")):
                said, query = _parted(statement.strip().rstrip(";"))
                found.append((f"{model.name}: {said}", query))
    return found


def broken_checks(tables: Tables) -> list[str]:
    """The checks that return rows, of those whose sources these tables all hold."""
    held = {model.name for model in tables._definition.models}
    broken = []
    for said, query in checks():
        if held.issuperset(_SOURCE.findall(query)):
            rows = tables.connection.execute(query).fetchall()
            broken += [f"{said} {rows[:3]}"] if rows else []
    return broken


def _parted(statement: str) -> tuple[str, str]:
    lines = statement.splitlines()
    said = [line for line in lines if line.startswith("--")]
    return " ".join(line.removeprefix("-- ") for line in said), "\n".join(lines[len(said) :])
