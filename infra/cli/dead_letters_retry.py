"""`rapport dead-letters retry` and `discard`: dead letters after a fix, mended by hand, or given up for a reason."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from consumers.ingest.edge import Edge
from consumers.ingest.retry import REFUSED, Letter, Unpack, retry
from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import FAILED, SOME_DEAD
from infra.cli.dead_letters import dead_letters
from infra.cli.letter_options import (
    All,
    Field,
    Ids,
    Origin,
    Reason,
    RefusedFor,
    Since,
    Source,
    chosen_by,
    ids_of,
    letters_meant,
)
from infra.cli.output import Format, FormatOption, show
from infra.cli.reason import checked_reason
from infra.cli.stopping import Stopping
from infra.errors import Misused

_READ_AT_ONCE = 200
_DISCARDED_AT_ONCE = 500

DryRun = Annotated[bool, typer.Option("--dry-run", help="only say what would happen; nothing is written")]
With = Annotated[Path | None, typer.Option("--with", metavar="FILE|-", help="the mended message, for one ID")]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="why, in words without personal data; it is kept")]


@dead_letters.command("retry")
def retry_(
    letters: Ids = None,
    all_: All = False,
    mended: With = None,
    reason: Reason = None,
    field: Field = None,
    source: Source = None,
    origin: Origin = None,
    since: Since = None,
    dry_run: DryRun = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Try dead letters again, each once, after a fix. The exit code is 3 if some still can't be used.

    What is taken is settled, and never tried again; every attempt is kept.
    """
    ids, tally = ids_of(letters), _Tally()
    if mended is not None and len(ids) != 1:
        raise Misused("--with takes the place of one dead letter: give its ID")
    with open_rapport() as rapport, Stopping() as stopping:
        chosen = chosen_by(rapport, reason=reason, field=field, source=source, origin=origin, since=since)
        meant = letters_meant(rapport, ids, all_=all_, chosen=chosen)
        edge = Edge(rapport.settings.tenant, rapport.settings.timezone, rapport.now)
        found = _letters(rapport, meant) if mended is None else [Letter(ids[0], _mended(mended), mended=True)]
        actor, unpack = rapport.settings.actor, _unpacking(rapport)
        with _bar(len(meant)) as advance:
            for attempt in retry(found, edge, rapport.log, actor, stop=stopping, dry_run=dry_run, unpack=unpack):
                tally.add(attempt.outcome, attempt.reason, attempt.field)
                advance(1)
        tally.show(form, dry_run=dry_run)
    _end(stopped=tally.letters < len(meant), some_dead=bool(tally.outcomes[REFUSED]))


@dead_letters.command("discard")
def discard(
    reason: Why,
    letters: Ids = None,
    all_: All = False,
    refused_for: RefusedFor = None,
    field: Field = None,
    source: Source = None,
    origin: Origin = None,
    since: Since = None,
    dry_run: DryRun = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Give dead letters up, for a reason that is kept with who did it and when. They stay, and are open no more."""
    why, ids, tally = checked_reason(reason, "they can be given up"), ids_of(letters), _Tally()
    with open_rapport() as rapport, Stopping() as stopping:
        chosen = chosen_by(rapport, reason=refused_for, field=field, source=source, origin=origin, since=since)
        meant = letters_meant(rapport, ids, all_=all_, chosen=chosen)
        with _bar(len(meant)) as advance:
            for batch in _slices(meant):
                if stopping():
                    break
                done = _discarded(rapport, batch, why, dry_run=dry_run)
                tally.outcomes["discarded"] += done
                tally.outcomes["settled"] += len(batch) - done
                advance(len(batch))
        tally.show(form, dry_run=dry_run)
    _end(stopped=tally.letters < len(meant), some_dead=False)


def _discarded(rapport: Rapport, letters: list[UUID], why: str, *, dry_run: bool) -> int:
    log, tenant = rapport.log, rapport.settings.tenant
    if dry_run:
        return len(set(log.open_dead_letters(tenant)).intersection(letters))
    return len(log.discard(tenant, letters, why, rapport.settings.actor))


def _unpacking(rapport: Rapport) -> Unpack:
    """Messages of mailboxes are read anew, by what the program knows of them now."""
    from infra.importing.mailbox.messages import read_again

    tenant = rapport.settings.tenant
    return lambda place, raw: read_again(place, raw, lambda body: rapport.log.digest(tenant, body), rapport.now)


def _letters(rapport: Rapport, meant: list[UUID]) -> Iterator[Letter]:
    left = meant
    while found := rapport.log.dead_letter_bytes(rapport.settings.tenant, left[:_READ_AT_ONCE]):
        yield from (Letter(id_, raw) for id_, raw in found.items())
        left = left[len(found) :]


def _mended(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise Misused(f"{path} can't be read: {error.strerror}") from None


def _slices(letters: list[UUID]) -> Iterator[list[UUID]]:
    for first in range(0, len(letters), _DISCARDED_AT_ONCE):
        yield letters[first : first + _DISCARDED_AT_ONCE]


class _Tally:
    """What became of how many, and what is still wrong with those that were refused."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self._reasons: Counter[tuple[str, str | None]] = Counter()

    @property
    def letters(self) -> int:
        """How many it was told of."""
        return self.outcomes.total()

    def add(self, outcome: str, reason: str | None, field: str | None) -> None:
        """One more."""
        self.outcomes[outcome] += 1
        if reason is not None:
            self._reasons[reason, field] += 1

    def show(self, form: Format, *, dry_run: bool) -> None:
        """Print it."""
        counts = [(outcome, n) for outcome, n in self.outcomes.items() if n]
        if form is not Format.TABLE:
            show([{"outcome": outcome, "letters": n} for outcome, n in counts], form, ("outcome", "letters"))
            return
        would = "would be " if dry_run else ""
        words = {"repeat": "in the log already", "settled": "settled before"}
        said = [f"{n:,} {words.get(outcome, f'{would}{outcome}')}" for outcome, n in counts]
        typer.echo("; ".join(said) or "there are none")
        reasons = [{"letters": n, "field": f, "reason": r} for (r, f), n in self._reasons.most_common()]
        if reasons:
            show(reasons, form, ("letters", "field", "reason"), "What still can't be used")


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr, if that is a terminal; call what it gives with how many more are done."""
    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=total)
        yield lambda letters: bar.advance(task, letters)


def _end(*, stopped: bool, some_dead: bool) -> None:
    if stopped:
        typer.echo("stopped; run it again for the rest, what is settled is not tried twice", err=True)
        raise typer.Exit(FAILED)
    if some_dead:
        raise typer.Exit(SOME_DEAD)
