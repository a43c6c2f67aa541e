"""`rapport rebuild`: compute all tables anew from the log, or some of them."""

import sys
from difflib import get_close_matches
from typing import Annotated

import typer

from infra.cli.app import FAILED, app
from infra.cli.output import Format, FormatOption
from infra.cli.project import bring_up
from infra.errors import Misused
from infra.settings import read_settings
from projections.model import load_models


@app.command("rebuild")
def rebuild(
    models: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MODEL]…", help="only these, and what reads them", show_default=False),
    ] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask first")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Forget all tables and compute them anew from the log, which stays as it is.

    Readers of the embedded tables see the old ones until the new ones are whole; on PostgreSQL they wait or find them
    empty meanwhile. A projector that runs already does it itself.

    With names, only those models are computed, for all of the past, and those that read them. All tables stay as they
    are until that is done and models of your own hold to their checks. No projector may run meanwhile.
    """
    if models:
        bring_up(form, rebuild=False, models=[_known(name) for name in models])
        return
    if not yes:
        if not sys.stdin.isatty():
            raise Misused("rebuilding takes the tables apart; say --yes if nobody is there to be asked")
        if not typer.confirm("Compute all tables anew from the log?"):
            raise typer.Exit(FAILED)
    bring_up(form, rebuild=True)


def _known(name: str) -> str:
    """The model of that name, which may be its table's."""
    models = load_models(read_settings().models)
    for model in models:
        if name in {model.name, model.qualified, f"crm.{model.name}"}:
            return model.name
    near = get_close_matches(name[:100], [model.name for model in models], n=1)
    raise Misused(f"there is no model {name[:100]}{f'; did you mean {near[0]}?' if near else ''}")
