"""`rapport rebuild --shadow`: tables of changed models beside the live ones."""

import time
from pathlib import Path
from typing import Annotated

import typer

from consumers.project.run import Projecting
from infra.bootstrap import Rapport, open_rapport
from infra.cli.output import Format, as_json, show
from infra.cli.projecting import projecting_bar
from infra.cli.stopping import Stopping
from infra.errors import Misused
from infra.publishing.reader import OtherTables
from infra.shadows.name import checked_name
from infra.shadows.shadow import NoShadow, Shadow

ShadowOption = Annotated[
    str | None,
    typer.Option(
        "--shadow",
        metavar="NAME",
        help="leave the live tables, and build those of changed models beside them: docs/what-if.md",
        show_default=False,
    ),
]
ChangedOption = Annotated[
    Path | None,
    typer.Option(
        "--models", metavar="FOLDER", help="with --shadow: the folder of the changed models", show_default=False
    ),
]


def rebuild_shadow(name: str | None, folder: Path | None, *, drop: bool, form: Format) -> None:
    """Build a shadow of the models in a folder, or drop one."""
    if name is None:
        raise Misused("--models goes with --shadow NAME; models of your own that are live stand in RAPPORT_MODELS")
    if drop == (folder is not None):
        raise Misused("with --shadow give --models FOLDER, or --drop")
    checked_name(name)
    if folder is None:
        with open_rapport() as rapport:
            if not rapport.shadows.drop(name):
                raise NoShadow(f"there is no shadow {name}")
        typer.echo(f"the shadow {name} is removed")
        return
    begun = time.monotonic()
    with open_rapport() as rapport, projecting_bar() as report, Stopping() as stopping:
        texts = rapport.read_changed(_found(folder))
        projecting = rapport.projecting(stopping, report)
        refuse_other_tables(rapport, projecting)
        shadow = rapport.shadows.build(name, texts, projecting)
    _show(shadow, time.monotonic() - begun, form)


def refuse_other_tables(rapport: Rapport, projecting: Projecting) -> None:
    """Bring the live tables up, if nobody follows the log. Raises OtherTables if other models computed them."""
    projecting.freshen()
    if not rapport.projector.is_current():
        raise OtherTables


def _found(folder: Path) -> Path:
    wanted = folder.expanduser().absolute()
    if not wanted.is_dir():
        raise Misused(f"there is no folder {wanted}")
    return wanted


def _show(shadow: Shadow, seconds: float, form: Format) -> None:
    figures = {
        "shadow": shadow.name,
        "position": shadow.position,
        "models": list(shadow.models),
        "seconds": round(seconds, 3),
    }
    if form is Format.JSON:
        typer.echo(as_json(figures))
    elif form is Format.CSV:
        show([{**figures, "models": " ".join(shadow.models)}], form, list(figures))
    else:
        typer.echo(f"shadow {shadow.name} at position {shadow.position:,}, with {', '.join(shadow.models)} changed")
