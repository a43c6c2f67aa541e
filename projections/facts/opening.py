"""How JSON is opened: the only thing in which the statements for the two engines differ."""

import json
from typing import Literal

from projections.facts.columns import Column

Engine = Literal["duckdb", "postgres"]


def open_json(engine: Engine, table: str, where: str, **parts: dict[str, str]) -> str:
    """A FROM clause over `table` in which each JSON column named in `parts` is opened as `<column>_`."""
    if engine == "duckdb":
        opened = "".join(
            f", from_json({column}, {quoted(json.dumps(structure(types)))}) AS {column}_"
            for column, types in parts.items()
        )
        return f"(SELECT *{opened} FROM {table} WHERE {where}) AS s"
    records = "".join(
        f" CROSS JOIN LATERAL json_to_record(coalesce({column}, '{{}}'::json)) AS {column}_({_record(types)})"
        for column, types in parts.items()
    )
    return f"(SELECT * FROM {table} WHERE {where}) AS s{records}"


def _record(types: dict[str, str]) -> str:
    """PostgreSQL's description of a JSON object's types; lists stay JSON."""
    return ", ".join(f"{named(key)} {'json' if t.endswith('[]') else t}" for key, t in types.items())


def structure(types: dict[str, str]) -> dict[str, object]:
    """DuckDB's description of a JSON object's types."""
    return {k: [t.removesuffix("[]").upper()] if t.endswith("[]") else t.upper() for k, t in types.items()}


def parts_of(columns: tuple[Column, ...]) -> dict[str, dict[str, str]]:
    """What has to be opened to get these columns: JSON column → its fields and their types."""
    parts: dict[str, dict[str, str]] = {}
    for column in columns:
        if column.part != "event":
            is_list = column.part == "ids" and column.name.startswith("main_")
            parts.setdefault(column.part, {})[column.key] = f"{column.sql_type}[]" if is_list else column.sql_type
    return parts


def values(engine: Engine, columns: tuple[Column, ...]) -> str:
    """The expressions that give these columns, where their parts are open."""
    return ", ".join(_value(engine, column) for column in columns)


def _value(engine: Engine, column: Column) -> str:
    if column.part == "event":
        return f"s.{column.name}"
    if column.part == "ids" and column.name.startswith("main_"):
        first = f"ids_.{named(column.key)}"
        return f"{first}[1]" if engine == "duckdb" else f"CAST({first} ->> 0 AS uuid)"
    return f"{column.part}_.{named(column.key)}"


def named(name: str) -> str:
    """A name in SQL."""
    return f'"{name}"'


def quoted(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"
