"""`rapport rebuild`: compute all tables anew from the log, or some of them, beside those in use."""

import time
from typing import Annotated

import typer

from consumers.project.projector import Ask, Difference
from consumers.project.rebuilding import Rebuilt
from consumers.project.rebuilding import rebuild as rebuild_beside
from infra.bootstrap import open_rapport
from infra.cli.app import FAILED, app
from infra.cli.model_state import known_model
from infra.cli.output import Format, FormatOption, as_json, show
from infra.cli.project import show_caught_up
from infra.cli.projecting import projecting_bar
from infra.cli.shadow import ChangedOption, ShadowOption, rebuild_shadow
from infra.cli.stopping import Stopping
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
    undo: Annotated[bool, typer.Option("--undo", help="put back the tables from before the last rebuild")] = False,
    drop: Annotated[
        bool, typer.Option("--drop", help="forget what a stopped rebuild has done so far, or a shadow")
    ] = False,
    shadow: ShadowOption = None,
    changed: ChangedOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Compute all tables anew from the log, beside those in use, and put them in their place when they are whole.

    Readers see the old tables until then, and events keep coming in. The new ones are held to their checks and compared
    with the old. A rebuild that is stopped goes on where it was when it is run again. The old tables are kept until the
    next rebuild.

    With names, only those models are computed, for all of the past, and those that read them; the others begin as a
    copy of what they are. A projector that runs goes on with models of your own that are new or changed.
    """
    if shadow is not None or changed is not None:
        if undo or models:
            raise Misused("--shadow goes with --models or --drop, and with no other model or option")
        rebuild_shadow(shadow, changed, drop=drop, form=form)
        return
    if undo + drop + bool(models) > 1:
        raise Misused("give one of --undo, --drop and names of models")
    names = [_known(name) for name in models] if models else None
    if drop:
        _drop()
        return
    begun = time.monotonic()
    with open_rapport() as rapport, projecting_bar() as report, Stopping() as stopping:
        projecting = rapport.projecting(stopping, report)
        if not (undo or names):
            rapport.history.write(stopping, report)
        rebuilt = Rebuilt(projecting.bring_up(Ask.UNDO)) if undo else rebuild_beside(projecting, names)
    _show(rebuilt, time.monotonic() - begun, form)
    if rebuilt.caught.stopped:
        typer.echo("stopped; run it again for the rest, or with --drop to forget it", err=True)
        raise typer.Exit(FAILED)


def _drop() -> None:
    with open_rapport() as rapport:
        there_was = rapport.projector.discard_draft()
    typer.echo("forgotten" if there_was else "there was nothing to forget")


def _show(rebuilt: Rebuilt, seconds: float, form: Format) -> None:
    caught = rebuilt.caught
    if form is Format.TABLE:
        show_caught_up(caught, seconds, form)
        if rebuilt.compared is not None:
            differing = ", ".join(map(_words, rebuilt.differences))
            same = f"the same as those before, at position {rebuilt.compared:,}"
            typer.echo(f"not the same as before: {differing}" if differing else same)
        return
    names = [one.table for one in rebuilt.differences]
    figures = {
        "position": caught.position,
        "events": caught.events,
        "seconds": round(seconds, 3),
        "stopped": caught.stopped,
        "compared": rebuilt.compared,
        "differing": names if form is Format.JSON else " ".join(names),
    }
    if form is Format.JSON:
        typer.echo(as_json(figures))
    else:
        show([figures], form, list(figures))


def _words(one: Difference) -> str:
    rows = f"{one.before:,} rows, now {one.now:,}" if one.before != one.now else f"{one.now:,} rows"
    return f"{one.table} ({rows})"


def _known(name: str) -> str:
    """The model of that name, which may be its table's."""
    return known_model(load_models(read_settings().models), name).name
