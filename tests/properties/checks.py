"""The queries in `checks.sql` beside the models, which must return no row, whatever happened."""

import re

from infra.tables.checking import checks_of
from projections.model import load_models
from tests.properties.stores import Tables

_SOURCE = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)")


def checks() -> list[tuple[str, str]]:
    """Every check: the comment that says what must hold, and its query."""
    return [(f"{model.name}: {said}", query) for model in load_models() for said, query in checks_of(model)]


def broken_checks(tables: Tables) -> list[str]:
    """The checks that return rows, of those whose sources these tables all hold."""
    held = {model.name for model in tables._definition.models}
    broken = []
    for said, query in checks():
        if held.issuperset(_SOURCE.findall(query)):
            rows = tables.connection.execute(query).fetchall()
            broken += [f"{said} {rows[:3]}"] if rows else []
    return broken
