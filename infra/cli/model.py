"""`rapport model`: models of the user's own."""

from pathlib import Path
from typing import Annotated

import typer

from infra.bootstrap import open_rapport
from infra.cli.app import app
from infra.cli.model_state import known_model
from infra.cli.output import Format, FormatOption, show
from infra.errors import Misused
from infra.publishing.places import explaining_files
from infra.settings import read_settings
from projections.changed import text_files
from projections.model import load_models, own_folders

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


@model.command("copy")
def copy(
    name: Annotated[str, typer.Argument(metavar="NAME", help="a model, by its name or its table's")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="where its folder is to be; made if need be")],
) -> None:
    """Copy the files of a model into a folder, to change them and see what would be: docs/what-if.md."""
    found = known_model(load_models(read_settings().models), name)
    made = folder.expanduser() / found.name
    if made.exists():
        raise Misused(f"there is {made} already")
    with explaining_files(made):
        made.mkdir(parents=True)
        for file, text in text_files(found).items():
            (made / file).write_text(text, encoding="utf-8")
    typer.echo(f"{made}")
