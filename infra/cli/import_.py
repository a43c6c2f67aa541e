"""`rapport import`: a file becomes events; an import is a SELECT."""

import re
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from consumers.ingest.edge import MAX_TEXT, Edge
from consumers.ingest.rehearsal import Rehearsal
from consumers.ingest.run import Ingest, Message, Summary
from domain.shared.references import ID_SOURCE, UNIVERSAL_SOURCES
from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import app
from infra.cli.ingest import DryRun
from infra.cli.intake import Again, TakesAgain, finish, intake_bar, new_importid
from infra.cli.output import Format, FormatOption, show
from infra.cli.stopping import Stopping
from infra.errors import Misused
from infra.importing.mailbox.own import Own
from infra.importing.maps import Map, find_map, ready_maps
from infra.importing.readers import How, Reader, reader_of

_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_TENANT = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_SOURCE = re.compile(r"[^\s:]+")


@app.command("import")
def import_(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH…",
            help="CSV, JSON, Parquet or SQLite for a map; without one, mailboxes, calendars (.ics) or cards (.vcf)",
        ),
    ] = None,
    map_: Annotated[
        str | None, typer.Option("--map", help="a file with one SELECT, or the name of a ready map")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="the system the rows come from; part of their ids")
    ] = None,
    dry_run: DryRun = False,
    again: Again = False,
    tenant: Annotated[
        str | None, typer.Option("--tenant", help="whose events these are, if not RAPPORT_TENANT's")
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="what the map reads with getvariable('name'); for calendars zone, from and to",
        ),
    ] = None,
    mailbox: Annotated[
        bool, typer.Option("--mailbox", help="read mailboxes, also where the files do not begin like one")
    ] = False,
    own: Annotated[
        list[str] | None,
        typer.Option("--own", metavar="ADDRESS|DOMAIN", help="a sender who is us, of a mailbox; may be given often"),
    ] = None,
    maps: Annotated[bool, typer.Option("--maps", help="list the ready maps and the columns they read")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Turn files into events: they become tables, and the rows of the map's one SELECT are events.

    Without a map, mailboxes are read: an mbox, a maildir, a folder of messages, a tar of them, or a single message.
    Calendars and cards are known by their endings; a folder or a tar of them can be given too.

    Importing the same files again changes nothing, in whatever order their rows or messages stand. Try --dry-run first.
    """
    if maps:
        _list_maps(form)
        return
    if not files or source is None:
        raise Misused(
            "say what to import: rapport import FILE… --map MAP.sql --source NAME (--maps lists ready maps), or"
            " rapport import MAILBOX… --source NAME"
        )
    variables = _variables(source, values or [])
    with ExitStack() as stack:
        rapport = stack.enter_context(open_rapport())
        intake = _Intake(stack, rapport, _tenant(tenant, rapport), dry_run=dry_run, again=again)
        reader = None if map_ or mailbox else reader_of(files)
        if reader is not None:
            _import_read(intake, reader, files, source, own or [], variables, form)
        elif map_ is None:
            if values:
                raise Misused("--set is for maps, and there is no --map")
            _import_mailboxes(intake, files, source, own or [], form, forced=mailbox)
        else:
            if mailbox or own:
                raise Misused("--mailbox and --own are for mailboxes, which are read without --map")
            _import_rows(intake, files, find_map(map_), source, variables, form)


class _Intake:
    """One import: whose it is, whether it is only rehearsed, and whether what was voided is taken anew."""

    def __init__(self, stack: ExitStack, rapport: Rapport, owner: str, *, dry_run: bool, again: bool) -> None:
        self.stack = stack
        self.rapport = rapport
        self.rehearsal = Rehearsal() if dry_run else None
        self.digest = _digest(rapport, owner, dry_run=dry_run)
        self._owner = owner
        self._again = again

    def told(self, source: str) -> Callable[[str], str | None]:
        """What caused an event of the source, by its id, if the log holds it. A rehearsal asks nothing of the log."""

        def cause(id_: str) -> str | None:
            found = self.rapport.log.find(self._owner, source, id_)
            if found is None or (self._again and not found.stands):
                return None
            return found.causationid

        return (lambda _: None) if self.rehearsal else cause

    def run(self, messages: Iterable[Message], done: Callable[[Summary], int], unit: str | None = None) -> Summary:
        """Take them all; `done` says how far it is, for the bar."""
        stopping = self.stack.enter_context(Stopping())
        bar = self.stack.enter_context(intake_bar(None, unit=unit))
        run = Ingest(
            Edge(self._owner, self.rapport.settings.timezone, self.rapport.now, importid=new_importid()),
            self.rehearsal or (TakesAgain(self.rapport.log) if self._again else self.rapport.log),
            "import",
            stop=stopping,
            progress=lambda summary: bar(summary, done(summary)),
        )
        summary = run.run(messages)
        self.stack.close()
        return summary


def _import_rows(
    intake: _Intake, files: list[Path], chosen: Map, source: str, variables: dict[str, str], form: Format
) -> None:
    from infra.importing.rows import MapRows
    from infra.importing.tables import Tables

    tables = intake.stack.enter_context(Tables(intake.rapport.settings.timezone))
    tables.load(files, variables)
    rows = MapRows(tables, chosen, source, intake.digest)
    summary = intake.run(rows.messages(), lambda summary: summary.read)
    if summary.read == 0:
        raise Misused(f"the map {chosen.name} selected no row; nothing was imported")
    finish(summary, form, intake.rehearsal, rows.equal)


def _import_read(
    intake: _Intake,
    reader: Reader,
    paths: list[Path],
    source: str,
    own: list[str],
    variables: dict[str, str],
    form: Format,
) -> None:
    zone = intake.rapport.settings.timezone
    how = How(source, Own.checked(own), variables, zone, intake.digest, intake.told(source))
    finish(intake.run(reader(paths, how), lambda summary: summary.read), form, intake.rehearsal)


def _import_mailboxes(
    intake: _Intake, paths: list[Path], source: str, own: list[str], form: Format, *, forced: bool
) -> None:
    from infra.importing.mailbox.choosing import require_mailboxes
    from infra.importing.mailbox.events import Writer
    from infra.importing.mailbox.finding import find_messages
    from infra.importing.mailbox.messages import MailMessages

    writer = Writer(source, Own.checked(own), intake.digest)
    require_mailboxes(paths, forced=forced)
    mails = MailMessages(writer, intake.rapport.now)
    summary = intake.run(mails.messages(find_messages(paths)), lambda _: mails.read, "messages")
    if mails.read == 0:
        raise Misused("no message was found there; nothing was imported")
    finish(summary, form, intake.rehearsal, mails=mails.read)


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
