"""`rapport model`: models of the user's own."""

from pathlib import Path
from typing import Annotated

import typer

from infra.bootstrap import open_rapport
from infra.cli.app import app
from infra.cli.output import Format, FormatOption, show
from infra.errors import Misused
from projections.model import own_folders

model = typer.Typer(help="Tables of your own: see docs/own-model.md.", no_args_is_help=True)
app.add_typer(model, name="model")


@model.callback()
def _group() -> None:
    """Tables of your own: see docs/own-model.md."""


@model.command("check")
def check(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]", help="a model's folder, or one of such; else RAPPORT_MODELS", show_default=False
        ),
    ] = None,
    *,
    form: FormatOption = Format.TABLE,
) -> None:
    """Look whether models of your own can be computed, on DuckDB and on PostgreSQL; nothing is computed or changed.

    Without a PostgreSQL in RAPPORT_STORE, its grammar and a list of what it shares with DuckDB speak for it.
    """
    with open_rapport() as rapport:
        wanted = folder.expanduser().absolute() if folder else rapport.settings.models
        if not own_folders(wanted):
            raise Misused("name a folder, or set RAPPORT_MODELS to one")
        if wanted and not wanted.is_dir():
            raise Misused(f"there is no folder {wanted}")
        found = rapport.look_at_models(wanted)
    rows = [
        {
            "model": one.qualified,
            "kind": "view" if one.is_view else "table",
            "columns": len(one.columns),
            "checks": len(one.own.checks) if one.own else 0,
            "reads": ", ".join(one.sources),
        }
        for one in found
    ]
    if form is Format.TABLE and not rows:
        typer.echo(f"there is no folder with a model in {wanted}")
        return
    show(rows, form, ("model", "kind", "columns", "checks", "reads"))
