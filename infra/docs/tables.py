"""docs/tables.md: every read model with its columns, their types as DuckDB has them."""

from collections.abc import Sequence

from infra.docs.markdown import page, table
from infra.tables.batches import Batches
from infra.tables.duckdb import DuckdbTables
from projections.definition import definition_for
from projections.model import Model

_INTRO = """\
What analysts query. Each table is one SELECT over facts (`projections/<name>/model.sql`), the same text on
DuckDB and PostgreSQL, and can be thrown away and rebuilt from the log. Tables of the schema `crm` hold no
personal data; names, addresses and texts are in the schema `personal` alone. Every table has `tenant`. Times
are UTC; a day is a day in `RAPPORT_TIMEZONE`. A view is computed when it is read."""
_SCHEMAS = {
    "crm": "## Schema `crm`: business data, no personal data",
    "personal": "## Schema `personal`: names, addresses, keys and texts",
}


def tables_page() -> str:
    """The text of docs/tables.md."""
    types = _types()
    parts = [_INTRO]
    for schema, title in _SCHEMAS.items():
        models = sorted((m for m in types if m.schema == schema), key=lambda m: m.table)
        parts += [title, *(_part(model, types[model]) for model in models)]
    return page("Tables", *parts)


def described_columns() -> dict[str, tuple[list[str], list[str]]]:
    """For every table: the columns it has, and those its header describes."""
    return {model.qualified: ([name for name, _ in types], list(model.columns)) for model, types in _types().items()}


def _types() -> dict[Model, list[tuple[str, str]]]:
    """The columns of every model with their types, asked of the database."""
    definition = definition_for(*_SCHEMAS)
    tables = DuckdbTables(None, definition, "UTC", Batches(lambda *_: [], lambda *_: []))
    try:
        return {model: _columns(tables, model) for model in definition.models}
    finally:
        tables.close()


def _part(model: Model, types: Sequence[tuple[str, str]]) -> str:
    kind = "View. " if model.is_view else ""
    grain = ", ".join(f"`{column}`" for column in model.grain)
    rows = [(f"`{name}`", sql_type.lower(), model.columns.get(name, "")) for name, sql_type in types]
    about = model.about[0].upper() + model.about[1:]
    title = f"### `{model.qualified}`\n\n{kind}{about}. One row per {grain}."
    return f"{title}\n\n{table(('column', 'type', 'meaning'), rows)}"


def _columns(tables: DuckdbTables, model: Model) -> list[tuple[str, str]]:
    described = tables.connection.execute(f"DESCRIBE {model.qualified}").fetchall()
    return [(str(row[0]), str(row[1])) for row in described]
