"""`rapport dead-letters list` and `show`: what could not be used, why, and where in it."""

import sys
from typing import Annotated, Any

import typer

from domain.shared.errors import RapportError
from infra.bootstrap import open_rapport
from infra.cli.app import app
from infra.cli.letter_options import Field, Origin, Reason, Since, Source, chosen_by, find, id_of
from infra.cli.output import Format, FormatOption, as_json, show
from infra.cli.pointing import escaped, pointed
from infra.log.letter_filter import By, LetterFilter, group_columns
from infra.log.log import EventLog
from infra.log.rows import WholeDeadLetter

_SHOWN = 10_000
_COLUMNS = ("id", "received_at", "origin", "place", "source", "field", "reason", "bytes", "attempts", "outcome")
_FEW = ("id", "place", "field", "reason", "attempts")
_TRIED = ("attempt", "at", "outcome", "reason", "actor")

_GONE = "The text of this dead letter can't be read any more: its key was destroyed. What else is known of it stands."


class LetterGone(RapportError):
    """The bytes of a dead letter were asked for, and nobody can read them any more."""


dead_letters = typer.Typer(
    help="What could not be used: list it, show it, try it again, or discard it.", no_args_is_help=True
)
app.add_typer(dead_letters, name="dead-letters")


@dead_letters.command("list")
def list_(
    by: Annotated[list[By] | None, typer.Option("--by", help="count them by this instead; may be given twice")] = None,
    reason: Reason = None,
    field: Field = None,
    source: Source = None,
    origin: Origin = None,
    since: Since = None,
    settled: Annotated[bool, typer.Option("--settled", help="also those that were dealt with since")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="how many at most")] = 100,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the dead letters that are open, oldest first, or count them by what they have in common.

    A list shows nothing of what the messages hold: `show` does.
    """
    with open_rapport() as rapport:
        chosen = chosen_by(rapport, reason=reason, field=field, source=source, origin=origin, since=since)
        if by:
            _show_groups(rapport.log, rapport.settings.tenant, by, chosen, form)
            return
        letters = rapport.log.dead_letters(rapport.settings.tenant, chosen, settled=settled, limit=limit)
    dead = [{"id": one.dead_letter_id, "bytes": one.size, **one._asdict()} for one in letters]
    show(dead, form, (*_FEW, *(["outcome"] if settled else [])) if form is Format.TABLE else _COLUMNS)
    if form is Format.TABLE and len(dead) == limit:
        typer.echo(f"the first {limit:,}; --limit shows more, --by reason counts them all")


def _show_groups(log: EventLog, tenant: str, by: list[By], chosen: LetterFilter, form: Format) -> None:
    groups = [group._asdict() for group in log.dead_letter_groups(tenant, by, chosen)]
    show(groups, form, ("letters", *group_columns(by), "place", "first", "last"))


@dead_letters.command("show")
def show_(
    letter: Annotated[str, typer.Argument(metavar="ID", help="as `list` prints it")],
    raw: Annotated[bool, typer.Option("--raw", help="only the bytes, as they came")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show a dead letter: why it could not be used, its text with a mark at the field that hurt, and what was tried.

    It prints what the message holds, personal data included. To mend it: `show ID --raw > FILE`, change the file, and
    `retry ID --with FILE`.
    """
    with open_rapport() as rapport:
        whole = find(rapport, id_of(letter))
    if raw:
        if whole.raw is None:
            raise LetterGone(_GONE)
        sys.stdout.buffer.write(whole.raw)
        return
    known = {"id": whole.letter.dead_letter_id, "bytes": whole.letter.size, **whole.letter._asdict()}
    known = {name: known[name] for name in _COLUMNS}
    attempts = [attempt._asdict() for attempt in whole.attempts]
    if form is Format.JSON:
        typer.echo(as_json({**known, "text": _escaped(whole.raw), "attempts": attempts}))
    elif form is Format.CSV:
        show([{**known, "text": _escaped(whole.raw)}], form, (*_COLUMNS, "text"))
    else:
        _show_to_people(whole, known, attempts)


def _show_to_people(whole: WholeDeadLetter, known: dict[str, Any], attempts: list[dict[str, Any]]) -> None:
    show(
        [{"what": name, "value": "" if value is None else str(value)} for name, value in known.items()],
        Format.TABLE,
        ("what", "value"),
    )
    typer.echo(_GONE if whole.raw is None else pointed(whole.raw, whole.letter.field, whole.letter.reason))
    if attempts:
        typer.echo()
        show(attempts, Format.TABLE, _TRIED, "What was tried since")


def _escaped(raw: bytes | None) -> str | None:
    """The bytes as text that is safe on a terminal: whatever is not printable is escaped."""
    if raw is None:
        return None
    shown = escaped(raw[:_SHOWN].decode("utf-8", "backslashreplace"))
    rest = len(raw) - _SHOWN
    return f"{shown}… and {rest:,} bytes more (--raw shows all)" if rest > 0 else shown
