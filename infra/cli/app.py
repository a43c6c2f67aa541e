"""The program's frame: one typer app, and one place where errors become a sentence and an exit code.

Exit codes: 0 all taken, 1 failure, 2 usage, 3 some in the dead letters.
"""

import atexit
import gc
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from domain.shared.errors import RapportError
from infra.cli.commands import COMMANDS
from infra.errors import Misused

__all__ = ["FAILED", "MISUSED", "SOME_DEAD", "Misused", "Program", "app"]

FAILED = 1
MISUSED = 2
SOME_DEAD = 3


class Program(TyperGroup):
    """The command line. Commands are loaded when they are asked for.

    An error meant for a person ends it with that sentence instead of a traceback.
    """

    def __init__(self, **known: Any) -> None:
        super().__init__(**known)
        self._loaded: set[str] = set()

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override] # as below
        """All commands, in the order in which help shows them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override] # as below
        """The command of that name, loaded now; for another name all are loaded, so that the nearest can be named."""
        del ctx
        if cmd_name not in self._loaded:
            names = [cmd_name] if cmd_name in COMMANDS else list(COMMANDS)
            for module in (module for name in names for module in COMMANDS[name]):
                import_module(f"infra.cli.{module}")
            # What is here by another command's modules may be a part of a group only, so that it does not count.
            made = typer.main.get_group(app).commands
            self.commands.update({name: made[name] for name in names})
            self._loaded.update(names)
        return self.commands.get(cmd_name)

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
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@app.callback()
def rapport() -> None:
    """An event-sourced CRM core: events in, timelines, pipelines and KPIs out."""
    # Without a callback typer takes an app whose commands are not loaded yet for none.
