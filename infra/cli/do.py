"""`rapport do`: carry out a command."""

from datetime import datetime
from itertools import zip_longest
from typing import Annotated, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import typer
from pydantic import ValidationError

from commands.case import Handler, Request
from commands.command import Command
from commands.handle import Done, handle
from commands.registry import COMMANDS, find
from consumers.ingest.reasons import explain
from consumers.ingest.times import Clock
from consumers.ingest.wire import read_object
from domain.shared.envelope import TimePrecision
from domain.shared.errors import InvalidInput
from domain.shared.references import ID_SOURCE, parse_reference
from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import app
from infra.cli.fields import described, option_of, read_options
from infra.cli.output import Format, FormatOption, as_json, show
from infra.errors import Misused

_ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@app.command("do", context_settings=_ANYTHING, add_help_option=False)
def do(
    ctx: typer.Context,
    command: Annotated[str | None, typer.Argument(help="the command; without it, all are listed")] = None,
    id_: Annotated[str | None, typer.Option("--id", help="your id of the request: a repeat changes nothing")] = None,
    at: Annotated[str | None, typer.Option("--at", help="when it happened, if not now: a time or a date")] = None,
    fields: Annotated[str | None, typer.Option("--json", help="fields as one JSON object; options add to it")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="decide, and change nothing")] = False,
    help_: Annotated[bool, typer.Option("--help", help="show the command's fields")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Carry out a command, which can be refused: `rapport do COMMAND --field value …`.

    `rapport do` lists the commands, `rapport do COMMAND --help` the fields of one.
    """
    if command is not None and command.startswith("-"):
        raise Misused("the command comes first: rapport do COMMAND --field value …; `rapport do` lists them")
    if command is None:
        _list_commands(form)
        if help_:
            _show_options(ctx)
        return
    handler = _known(command)
    if help_:
        _show_fields(command, handler, form)
        _show_options(ctx)
        return
    wanted = _validated(handler.command, {**_json_fields(fields), **read_options(handler.command, ctx.args)})
    with open_rapport() as rapport:
        request = _request(rapport, id_, at)
        done = handle(wanted, request, rapport.log, dry_run=dry_run)
        _show_done(command, request, done, _shown(done.subject, rapport), form, dry_run=dry_run)


def _known(command: str) -> Handler:
    try:
        return find(command)
    except InvalidInput as error:
        raise Misused(error.reason) from None


def _json_fields(text: str | None) -> dict[str, Any]:
    try:
        return read_object(text.encode()) if text is not None else {}
    except InvalidInput as error:
        raise Misused(f"--json: {error.reason}") from None


def _validated(command: type[Command], values: dict[str, Any]) -> Command:
    try:
        return command.model_validate(values)
    except ValidationError as error:
        raise Misused(explain(error, command, prefix="").reason) from None


def _request(rapport: Rapport, id_: str | None, at: str | None) -> Request:
    settings = rapport.settings
    time, precision = _time(rapport, at) if at is not None else (rapport.now(), TimePrecision.INSTANT)
    return Request(settings.tenant, settings.actor, id_ or str(uuid4()), time, precision)


def _time(rapport: Rapport, at: str) -> tuple[datetime, TimePrecision]:
    try:
        time, precision = Clock(ZoneInfo(rapport.settings.timezone), rapport.now).read(at)
    except InvalidInput as error:
        raise Misused(f"--at: {error.reason}") from None
    if time > rapport.now():
        raise Misused("--at lies in the future; a command says what has happened")
    return time, precision


def _shown(subject: str, rapport: Rapport) -> str:
    """The subject as it may stand in a script's log: a key that is personal is replaced by the id."""
    reference = parse_reference(subject)
    id_ = rapport.log.id_of(rapport.settings.tenant, subject)
    return f"{reference.kind}:{ID_SOURCE}:{id_}" if reference.is_personal else subject


def _show_done(command: str, request: Request, done: Done, subject: str, form: Format, *, dry_run: bool) -> None:
    # Of a repeat only the positions are known, of a dry run only the types.
    together = list(zip_longest((event.type for event in done.events), done.positions))
    if form is Format.JSON:
        events = [{"type": type_, "position": position} for type_, position in together]
        result = {"command": command, "id": request.id, "subject": subject, "dry_run": dry_run}
        typer.echo(as_json({**result, "already_done": done.repeated, "events": events}))
    elif form is Format.CSV:
        same = {"command": command, "id": request.id, "subject": subject}
        show([{**same, "type": t, "position": p} for t, p in together], form, (*same, "type", "position"))
    elif done.repeated:
        typer.echo(f"already done: {command} {subject}, position {', '.join(map(str, done.positions))}")
    else:
        for type_, position in together:
            typer.echo(f"{type_} {subject}, {'not appended: --dry-run' if dry_run else f'position {position}'}")


def _list_commands(form: Format) -> None:
    rows = [
        {"area": h.command.about, "command": name, "what it does": (h.command.__doc__ or "").splitlines()[0]}
        for name, h in COMMANDS.items()
    ]
    show(rows, form, ("area", "command", "what it does"))


def _show_fields(command: str, handler: Handler, form: Format) -> None:
    if form is Format.TABLE:
        typer.echo(f"Usage: rapport do {command} --field value …\n\n{handler.command.__doc__}\n")
    # The thing it is about comes first; fields of the source that have no name come last.
    names = sorted(handler.command.model_fields, key=lambda name: (name == "custom", name != handler.command.about))
    rows = [{"option": option_of(name), **described(handler.command.model_fields[name])} for name in names]
    show(rows, form, ("option", "value", "required", "meaning"))


def _show_options(ctx: typer.Context) -> None:
    typer.echo("\nWith every command:\n")
    options = [p for p in ctx.command.params if p.opts[0].startswith("--")]
    rows = [{"option": option.opts[0], "meaning": getattr(option, "help", "")} for option in options]
    show(rows, Format.TABLE, ("option", "meaning"))
