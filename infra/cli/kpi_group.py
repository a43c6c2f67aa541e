"""What the commands of `rapport kpi` share."""

from collections.abc import Sequence
from decimal import Decimal

import typer

from infra.cli.app import app
from infra.cli.output import Format, show
from infra.cli.periods import Row

kpi_app = typer.Typer(
    name="kpi", help="Show the figures of sales, service and activities, with small charts.", no_args_is_help=True
)
app.add_typer(kpi_app)


def show_filled(rows: Sequence[Row], title: str) -> None:
    """A table for people, without the columns in which nothing stands."""
    columns = [name for name in rows[0] if any(row[name] not in {None, "", 0} for row in rows)]
    show(rows, Format.TABLE, columns, title)


def say_if_empty(rows: Sequence[Row]) -> None:
    """Tell a person why there is no table."""
    if not rows:
        typer.echo("nothing was counted yet, or nothing that these filters let through")


def percent(value: Decimal | None) -> str:
    """A ratio in percent; nothing for none."""
    return f"{value * 100:.1f} %" if value is not None else ""
