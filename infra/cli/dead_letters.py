"""`rapport dead-letters`: what could not be used, why, and another try after a fix."""

import sys
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from consumers.ingest.edge import Edge
from consumers.ingest.retry import REFUSED, Letter, retry
from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import FAILED, SOME_DEAD, app
from infra.cli.output import Format, FormatOption, as_json, show
from infra.cli.stopping import Stopping
from infra.errors import Misused
from infra.log.rows import WholeDeadLetter

_SHOWN = 10_000
_ALL = 2**31 - 1
_COLUMNS = ("id", "received_at", "origin", "place", "source", "field", "reason", "bytes", "attempts", "outcome")
_FEW = ("id", "place", "field", "reason", "attempts")

dead_letters = typer.Typer(help="What could not be used: list it, show it, try it again.", no_args_is_help=True)
app.add_typer(dead_letters, name="dead-letters")


class By(StrEnum):
    """What to count by."""

    REASON = "reason"


@dead_letters.command("list")
def list_(
    by: Annotated[By | None, typer.Option("--by", help="count them by reason instead")] = None,
    settled: Annotated[bool, typer.Option("--settled", help="also those that were taken since")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="how many at most")] = 100,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the dead letters that are open, oldest first."""
    with open_rapport() as rapport:
        tenant = rapport.settings.tenant
        if by is By.REASON:
            counted = rapport.log.dead_letter_reasons(tenant)
            rows = [{"letters": c.letters, "reason": c.reason, "field": c.field, "place": c.place} for c in counted]
            show(rows, form, ("letters", "reason", "field", "place"))
            return
        letters = rapport.log.dead_letters(tenant, settled=settled, limit=limit)
        dead = [
            {
                "id": letter.dead_letter_id,
                "bytes": letter.size,
                **{name: getattr(letter, name) for name in _COLUMNS if hasattr(letter, name)},
            }
            for letter in letters
        ]
        show(dead, form, _FEW if form is Format.TABLE else _COLUMNS)
        if form is Format.TABLE and len(dead) == limit:
            typer.echo(f"the first {limit:,}; --limit shows more, --by reason counts them all")


@dead_letters.command("show")
def show_(
    letter: Annotated[str, typer.Argument(metavar="ID", help="as `list` prints it")],
    raw: Annotated[bool, typer.Option("--raw", help="only the bytes, as they came")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show a dead letter: why it could not be used, where it came from, its text, and what was tried since."""
    with open_rapport() as rapport:
        whole = _find(rapport, _id(letter))
    if raw:
        sys.stdout.buffer.write(whole.raw)
        return
    known = {
        "id": whole.letter.dead_letter_id,
        **{name: getattr(whole.letter, name) for name in _COLUMNS if hasattr(whole.letter, name)},
        "bytes": whole.letter.size,
        "text": _escaped(whole.raw),
    }
    attempts = [attempt._asdict() for attempt in whole.attempts]
    if form is Format.JSON:
        typer.echo(as_json({**known, "attempts": attempts}))
    elif form is Format.CSV:
        show([known], form, (*_COLUMNS, "text"))
    else:
        show([{"what": name, "value": str(value or "")} for name, value in known.items()], form, ("what", "value"))
        if attempts:
            show(attempts, form, ("attempt", "at", "outcome", "reason"), "What was tried since")


@dead_letters.command("retry")
def retry_(
    letters: Annotated[list[str] | None, typer.Argument(metavar="[ID]…", help="as `list` prints them")] = None,
    all_: Annotated[bool, typer.Option("--all", help="all that are open")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Try dead letters again, after a fix. The exit code is 3 if some still can't be used."""
    if bool(letters) == all_:
        raise Misused("say which: ids as `rapport dead-letters list` prints them, or --all")
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    with open_rapport() as rapport, Stopping() as stopping:
        edge = Edge(rapport.settings.tenant, rapport.settings.timezone, rapport.now)
        chosen = [_id(text) for text in letters] if letters else None
        for attempt in retry(_letters(rapport, chosen), edge, rapport.log, stopping):
            outcomes[attempt.outcome] += 1
            if attempt.reason:
                reasons[attempt.reason] += 1
        stopped = stopping()
    if form is Format.TABLE:
        typer.echo("; ".join(f"{n:,} {outcome}" for outcome, n in outcomes.items()) or "there are none")
        if reasons:
            show([{"letters": n, "reason": r} for r, n in reasons.most_common()], form, ("letters", "reason"))
    else:
        show([{"outcome": outcome, "letters": n} for outcome, n in outcomes.items()], form, ("outcome", "letters"))
    if stopped:
        raise typer.Exit(FAILED)
    if outcomes[REFUSED]:
        raise typer.Exit(SOME_DEAD)


def _letters(rapport: Rapport, chosen: list[UUID] | None) -> Iterator[Letter]:
    if chosen is None:
        found = rapport.log.dead_letters(rapport.settings.tenant, limit=_ALL)
        chosen = [letter.dead_letter_id for letter in found]
    for id_ in chosen:
        whole = _find(rapport, id_)
        yield Letter(id_, whole.letter.origin, whole.letter.place, whole.raw)


def _find(rapport: Rapport, id_: UUID) -> WholeDeadLetter:
    whole = rapport.log.dead_letter(rapport.settings.tenant, id_)
    if whole is None:
        raise Misused(f"there is no dead letter {id_}; `rapport dead-letters list` shows them")
    return whole


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Misused("the id of a dead letter is a UUID, as `rapport dead-letters list` prints it") from None


def _escaped(raw: bytes) -> str:
    """The bytes as text that is safe on a terminal: whatever is not printable is escaped."""
    text = raw[:_SHOWN].decode("utf-8", "backslashreplace")
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    rest = len(raw) - _SHOWN
    return f"{shown}… and {rest:,} bytes more (--raw shows all)" if rest > 0 else shown
