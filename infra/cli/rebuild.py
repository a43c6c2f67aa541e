"""`rapport rebuild`: compute all tables anew from the log."""

import sys
from typing import Annotated

import typer

from infra.cli.app import FAILED, app
from infra.cli.output import Format, FormatOption
from infra.cli.project import bring_up
from infra.errors import Misused


@app.command("rebuild")
def rebuild(
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask first")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Forget all tables and compute them anew from the log, which stays as it is.

    Readers of the embedded tables see the old ones until the new ones are whole; on PostgreSQL they wait or find them
    empty meanwhile. A projector that runs already does it itself.
    """
    if not yes:
        if not sys.stdin.isatty():
            raise Misused("rebuilding takes the tables apart; say --yes if nobody is there to be asked")
        if not typer.confirm("Compute all tables anew from the log?"):
            raise typer.Exit(FAILED)
    bring_up(form, rebuild=True)
