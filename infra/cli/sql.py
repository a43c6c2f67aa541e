"""`rapport sql`: ask the read models whatever can be asked of them."""

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from infra.bootstrap import open_rapport
from infra.cli.app import app
from infra.cli.output import Format, FormatOption, show
from infra.cli.reading import AsOfOption, ClockOption, WaitOption, When, as_of_date, bring_up, open_reader
from infra.errors import Misused
from infra.publishing.reader import Found
from infra.settings import read_settings
from infra.shadows.name import checked_name
from projections.model import Model, load_models


@app.command("sql")
def sql(
    statement: Annotated[str | None, typer.Argument(metavar='"SELECT …"', help="one statement")] = None,
    *,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="read the statement from a file; - is stdin", show_default=False)
    ] = None,
    personal: Annotated[
        bool, typer.Option("--personal", help="with the schema personal: names, addresses, texts")
    ] = False,
    tables: Annotated[bool, typer.Option("--tables", help="list the tables instead")] = False,
    columns: Annotated[
        str | None,
        typer.Option("--columns", metavar="TABLE", help="describe a table's columns instead", show_default=False),
    ] = None,
    as_of: AsOfOption = None,
    clock: ClockOption = None,
    shadow: Annotated[
        str | None,
        typer.Option(
            "--shadow", metavar="NAME", help="read this shadow, as far as it is: docs/what-if.md", show_default=False
        ),
    ] = None,
    wait: WaitOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Ask the read models in SQL. Nothing can be changed.

    The tables stand in the schema crm, which need not be written: rapport sql "SELECT * FROM deal"
    """
    if sum(given is not None for given in (statement, file, columns)) + tables != 1:
        raise Misused('give one of "SELECT …", --file, --tables and --columns')
    if shadow is not None and (tables or columns is not None or as_of is not None or wait is not None):
        raise Misused("--shadow goes with a statement, and without --as-of and --wait")
    if tables:
        _list_tables(form)
    elif columns is not None:
        _list_columns(columns, form)
    else:
        text = statement if statement is not None else _read(file)
        with open_rapport() as rapport:
            date = as_of_date(rapport, When(wait, as_of, clock))
            if shadow is not None:
                reader = rapport.shadows.open_reader(checked_name(shadow), personal=personal)
            else:
                bring_up(rapport, wait)
                reader = open_reader(rapport, personal=personal, as_of=date)
            try:
                found = reader.query_freely(text)
            finally:
                reader.close()
        _show(found, form)


def _show(found: Found, form: Format) -> None:
    names = _apart(found.columns)
    show([dict(zip(names, row, strict=True)) for row in found.rows], form, names)


def _apart(columns: tuple[str, ...]) -> list[str]:
    """Column names, those that stand twice numbered."""
    seen: Counter[str] = Counter()
    names = []
    for column in columns:
        seen[column] += 1
        names.append(column if seen[column] == 1 else f"{column}_{seen[column]}")
    return names


def _read(file: Path | None) -> str:
    if file is None or str(file) == "-":
        return sys.stdin.read()
    try:
        return file.read_text()
    except OSError as error:
        raise Misused(f"{file} can't be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise Misused(f"{file} is no text in UTF-8") from None


def _list_tables(form: Format) -> None:
    rows = [{"table": _name(model), "about": model.about} for model in sorted(_shown(), key=_name)]
    show(rows, form, ("table", "about"))


def _list_columns(table: str, form: Format) -> None:
    found = [model for model in _shown() if table in {model.table, model.qualified, _name(model)}]
    if not found:
        raise Misused("there is no such table; `rapport sql --tables` lists them")
    # `contact` is a table for everybody first, and the directory only when it is asked for by its full name.
    model = min(found, key=lambda one: one.schema)
    rows = [{"column": name, "meaning": meaning} for name, meaning in model.columns.items()]
    show(rows, form, ("column", "meaning"), f"{model.qualified}: {model.about}")


def _shown() -> list[Model]:
    return [model for model in load_models(read_settings().models) if model.schema in {"crm", "personal"}]


def _name(model: Model) -> str:
    return model.table if model.schema == "crm" else model.qualified
