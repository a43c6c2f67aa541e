"""`rapport history`: old events as open Parquet files, which rebuilds read in place of the log."""

import typer

from infra.bootstrap import open_rapport
from infra.cli.app import FAILED, app
from infra.cli.output import Format, FormatOption, as_json, show
from infra.cli.projecting import projecting_bar
from infra.cli.stopping import Stopping

history_app = typer.Typer(
    name="history",
    help="Keep old events in open Parquet files too, which rebuilds read in place of the log.",
    no_args_is_help=True,
)
app.add_typer(history_app)

_COLUMNS = ("segment", "after", "last", "events", "bytes")


@history_app.command("write")
def write(form: FormatOption = Format.TABLE) -> None:
    """Copy the old events that no file has yet; `rapport rebuild` does it too.

    Names, addresses and texts stay sealed in them, as in the log. Losing these files loses nothing.
    """
    with open_rapport() as rapport, projecting_bar() as report, Stopping() as stopping:
        written = rapport.history.write(stopping, report)
        last = rapport.history.usable()[-1].last if rapport.history.usable() else 0
    if form is Format.JSON:
        typer.echo(as_json({"written": written, "position": last}))
    else:
        typer.echo(f"{written:,} segments written; history has the log up to position {last:,}")


@history_app.command("list")
def list_(form: FormatOption = Format.TABLE) -> None:
    """List the segments that can be used, with the positions they lie between."""
    with open_rapport() as rapport:
        rows = [
            {
                "segment": str(segment.folder),
                "after": segment.after,
                "last": segment.last,
                "events": segment.manifest.events,
                "bytes": sum(path.stat().st_size for path in segment.folder.iterdir()),
            }
            for segment in rapport.history.usable()
        ]
    if not rows and form is Format.TABLE:
        typer.echo("there are none: `rapport history write` makes them, one for each 200,000 events")
    else:
        show(rows, form, _COLUMNS)


@history_app.command("verify")
def verify(form: FormatOption = Format.TABLE) -> None:
    """Compare every segment with the log, event by event. Some events are compared before each use anyway."""
    with open_rapport() as rapport, projecting_bar() as report:
        wrong = rapport.history.verify(report)
        count = len(rapport.history.usable())
    if form is Format.JSON:
        typer.echo(as_json({"segments": count, "wrong": wrong}))
    else:
        typer.echo("\n".join(wrong) or f"{count:,} segments hold what the log holds")
    if wrong:
        typer.echo("`rapport history drop` forgets them, and `rapport history write` makes them anew", err=True)
        raise typer.Exit(FAILED)


@history_app.command("drop")
def drop() -> None:
    """Remove all segments. The log has everything, and rebuilds read it instead."""
    with open_rapport() as rapport:
        count = rapport.history.forget()
    typer.echo(f"{count:,} segments removed")
