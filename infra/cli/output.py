"""What commands print: a table for people, JSON or CSV for programs."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text


class Format(StrEnum):
    """How to print."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FormatOption = Annotated[Format, typer.Option("--format", help="a table for people, JSON or CSV for programs")]
Row = Mapping[str, Any]

_PIPED_WIDTH = 10_000
_MOST_FOLDED = 2  # a table of more than this many times the terminal's width can't be read
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_encode = msgspec.json.Encoder(decimal_format="number").encode


def show(rows: Sequence[Row], form: Format, columns: Sequence[str], title: str | None = None) -> None:
    """Print rows with these columns, in this order, on stdout. `title` stands above a table only."""
    if form is Format.JSON:
        typer.echo(as_json([{column: row.get(column) for column in columns} for row in rows]))
    elif form is Format.CSV:
        typer.echo(_as_csv(rows, columns), nl=False)
    else:
        _print_table(rows, columns, title)


def as_json(value: object) -> str:
    """A value as JSON: decimals as exact numbers, times and ids as text."""
    # Only msgspec writes a Decimal as a number without going through a float.
    return msgspec.json.format(_encode(_plain(value)), indent=2).decode()


def _plain(value: object) -> object:
    match value:
        case Mapping():
            return {str(name): _plain(part) for name, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
        case None | bool() | int() | float() | str() | Decimal():
            return value
        case _:
            return _text(value)


def _as_csv(rows: Sequence[Row], columns: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_text(row.get(column)) for column in columns] for row in rows)
    return text.getvalue()


def _print_table(rows: Sequence[Row], columns: Sequence[str], title: str | None) -> None:
    console = Console()
    if not console.is_terminal:
        console.width = _PIPED_WIDTH  # a pipe has no edge at which to fold
    if title:
        console.print(Text(title, style="italic"))
    table = _as_table(rows, columns)
    width = Measurement.get(console, console.options.update(max_width=_PIPED_WIDTH), table).maximum
    if width <= _MOST_FOLDED * console.width:
        console.print(table)
    else:
        _print_records(console, rows, columns)


def _as_table(rows: Sequence[Row], columns: Sequence[str]) -> Table:
    table = Table(header_style="bold", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    ids = [column for column in columns if any(isinstance(row.get(column), UUID) for row in rows)]
    for column in columns:
        values = [row[column] for row in rows if row.get(column) is not None]
        numeric = bool(values) and all(_is_number(value) for value in values)
        whole = ids == [column]  # to be copied, so not broken in two; several would leave no room for the rest
        table.add_column(column, justify="right" if numeric else "left", overflow="fold", no_wrap=whole)
    for row in rows:
        # Text, not str: what stands in square brackets is no markup of ours.
        table.add_row(*(Text(for_people(row.get(column))) for column in columns))
    return table


def _print_records(console: Console, rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Each row as lines of its own, for a terminal that is too narrow for a table."""
    for number, row in enumerate(rows, 1):
        console.print(Text(f"row {number:,}", style="bold"))
        table = Table(box=None, show_header=False, pad_edge=False)
        for column in columns:
            table.add_row(Text(column, style="dim"), Text(for_people(row.get(column))))
        console.print(table)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def for_people(value: object) -> str:
    """A value as people read it, with nothing in it that would steer the terminal."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    # What others wrote may hold sequences that would steer the terminal.
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", _text(value))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds" if value.microsecond == 0 else "microseconds")
    return value.isoformat() if isinstance(value, date) else str(value)
