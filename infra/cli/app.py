"""The program's frame: one typer app, and one place where errors become a sentence and an exit code.

Exit codes: 0 all taken, 1 failure, 2 usage, 3 some in the dead letters.
"""

import atexit
import gc
from typing import Any

import typer
from typer.core import TyperGroup

from domain.shared.errors import RapportError
from infra.errors import Misused

__all__ = ["FAILED", "MISUSED", "SOME_DEAD", "Misused", "Program", "app"]

FAILED = 1
MISUSED = 2
SOME_DEAD = 3


class Program(TyperGroup):
    """The command line; an error meant for a person ends it with that sentence instead of a traceback."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override] # typer hides its own copy of click's
        """Run the command. What went wrong goes to stderr, and its kind is the exit code."""
        collect_seldom()
        try:
            return super().invoke(ctx)
        except RapportError as error:
            typer.echo(f"rapport: {error}", err=True)
            raise typer.Exit(MISUSED if isinstance(error, Misused) else FAILED) from error


def collect_seldom() -> None:
    """Let Python look for garbage in cycles less often.

    What is loaded by now stays, and events hold no cycles: looking for some among them took a sixth of ingest's time.
    """
    gc.freeze()
    atexit.register(gc.unfreeze)  # else the database's binding takes what is frozen for leaked, and says so at the end
    gc.set_threshold(100_000, 50, 50)


app = typer.Typer(
    name="rapport",
    cls=Program,
    help="An event-sourced CRM core: events in, timelines, pipelines and KPIs out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
