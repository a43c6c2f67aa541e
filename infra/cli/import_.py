"""`rapport import`: a file becomes events; an import is a SELECT."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from consumers.ingest.edge import MAX_TEXT, Edge
from consumers.ingest.rehearsal import Rehearsal
from consumers.ingest.run import Ingest
from domain.shared.references import ID_SOURCE, UNIVERSAL_SOURCES
from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import app
from infra.cli.ingest import DryRun
from infra.cli.intake import finish, intake_bar
from infra.cli.output import Format, FormatOption, show
from infra.cli.stopping import Stopping
from infra.errors import Misused
from infra.importing.maps import find_map, ready_maps

_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_TENANT = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_SOURCE = re.compile(r"[^\s:]+")


@app.command("import")
def import_(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE…", help="CSV, JSON or Parquet, gzipped or not, or SQLite")
    ] = None,
    map_: Annotated[
        str | None, typer.Option("--map", help="a file with one SELECT, or the name of a ready map")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="the system the rows come from; part of their ids")
    ] = None,
    dry_run: DryRun = False,
    tenant: Annotated[
        str | None, typer.Option("--tenant", help="whose events these are, if not RAPPORT_TENANT's")
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="what the map reads with getvariable('name')"),
    ] = None,
    maps: Annotated[bool, typer.Option("--maps", help="list the ready maps and the columns they read")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Turn files into events: they become tables, and the rows of the map's one SELECT are events.

    Importing the same files again changes nothing, in whatever order their rows stand. Try --dry-run first.
    """
    from infra.importing.rows import MapRows
    from infra.importing.tables import Tables

    if maps:
        _list_maps(form)
        return
    if not files or map_ is None or source is None:
        raise Misused("say what to import: rapport import FILE… --map MAP.sql --source NAME (--maps lists ready maps)")
    variables = _variables(source, values or [])
    chosen = find_map(map_)
    with ExitStack() as stack:
        rapport = stack.enter_context(open_rapport())
        owner = _tenant(tenant, rapport)
        tables = stack.enter_context(Tables(rapport.settings.timezone))
        tables.load(files, variables)
        rows = MapRows(tables, chosen, source, _digest(rapport, owner, dry_run=dry_run))
        stopping = stack.enter_context(Stopping())
        bar = stack.enter_context(intake_bar(None))
        rehearsal = Rehearsal() if dry_run else None
        run = Ingest(
            Edge(owner, rapport.settings.timezone, rapport.now),
            rehearsal or rapport.log,
            "import",
            stop=stopping,
            progress=lambda summary: bar(summary, summary.read),
        )
        summary = run.run(rows.messages())
    if summary.read == 0:
        raise Misused(f"the map {chosen.name} selected no row; nothing was imported")
    finish(summary, form, rehearsal, rows.equal)


def _variables(source: str, values: list[str]) -> dict[str, str]:
    """What maps can read with getvariable: the source, and what --set gives."""
    if _SOURCE.fullmatch(source) is None or len(source) > MAX_TEXT // 4 or source in (*UNIVERSAL_SOURCES, ID_SOURCE):
        raise Misused("--source is the name of a system, such as hubspot: no blanks, no colons, not mail, phone or id")
    variables = {"source": source}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or _NAME.fullmatch(name) is None or name == "source":
            raise Misused(
                f"--set {name[:40]} is not NAME=VALUE with a name of small letters, such as zone=Europe/Berlin"
            )
        variables[name] = text
    return variables


def _tenant(wanted: str | None, rapport: Rapport) -> str:
    if wanted is not None and _TENANT.fullmatch(wanted) is None:
        raise Misused("--tenant is a name of small letters, digits, - and _, such as main")
    return wanted or rapport.settings.tenant


def _digest(rapport: Rapport, tenant: str, *, dry_run: bool) -> Callable[[bytes], str]:
    if dry_run:  # which needs no secret, and so makes none
        return lambda body: sha256(body).hexdigest()[:32]
    return lambda body: rapport.log.digest(tenant, body)


def _list_maps(form: Format) -> None:
    rows = [
        {
            "map": ready.name,
            "needs": ", ".join(ready.required),
            "can use": ", ".join(ready.optional),
            "about": ready.about,
        }
        for ready in ready_maps()
    ]
    show(rows, form, ("map", "needs", "can use", "about"))
