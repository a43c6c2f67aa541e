"""The program's frame: one typer app, and one place where errors become a sentence and an exit code.

Exit codes: 0 all taken, 1 failure, 2 usage, 3 some in the dead letters.
"""

import typer

app = typer.Typer(
    name="rapport",
    help="An event-sourced CRM core: events in, timelines, pipelines and KPIs out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

FAILED = 1
MISUSED = 2
SOME_DEAD = 3
