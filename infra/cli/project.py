"""`rapport project`: bring the tables up to the log, once."""

import time

import typer

from consumers.project.catch_up import CaughtUp
from infra.bootstrap import open_rapport
from infra.cli.app import FAILED, app
from infra.cli.output import Format, FormatOption, as_json, show
from infra.cli.projecting import projecting_bar
from infra.cli.stopping import Stopping


@app.command("project")
def project(form: FormatOption = Format.TABLE) -> None:
    """Bring the tables up to the log, once, and stop.

    If a projector runs already, it is asked to do it, and this waits until it has.
    """
    begun = time.monotonic()
    with open_rapport() as rapport, projecting_bar() as report, Stopping() as stopping:
        caught = rapport.projecting(stopping, report).bring_up()
    show_caught_up(caught, time.monotonic() - begun, form)
    if caught.stopped:
        typer.echo("stopped; run it again for the rest", err=True)
        raise typer.Exit(FAILED)


def show_caught_up(caught: CaughtUp, seconds: float, form: Format) -> None:
    """Print how far the tables are and how fast that was."""
    rate = round(caught.events / seconds) if caught.events and seconds else 0
    figures = {
        "position": caught.position,
        "events": caught.events,
        "seconds": round(seconds, 3),
        "events_per_second": rate,
        "stopped": caught.stopped,
    }
    if form is Format.JSON:
        typer.echo(as_json(figures))
    elif form is Format.CSV:
        show([figures], form, list(figures))
    else:
        speed = f" in {seconds:.1f} s, {rate:,} events/s" if caught.events else ""
        typer.echo(f"position {caught.position:,}; {caught.events:,} events{speed}")
