"""What `ingest` and `import` share: the bar while they work, and what they print at the end."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from consumers.ingest.messages import DeadLetter, Incoming, Taken
from consumers.ingest.rehearsal import Rehearsal, as_cloud_event
from consumers.ingest.run import Summary
from infra.cli.app import FAILED, SOME_DEAD
from infra.cli.output import Format, as_json, show

if TYPE_CHECKING:  # who only rehearses need not load it
    from infra.log.log import EventLog

Advance = Callable[[Summary, int], None]
Again = Annotated[bool, typer.Option("--again", help="take in anew what was voided; else it is a repeat, as ever")]
_COUNTS = ("read", "taken", "repeats", "equal_rows", "refused", "alerts", "new_dead_letters", "first", "last")
_NOTHING_WRITTEN = {"new_dead_letters": 0, "first": None, "last": None}


def new_importid() -> str:
    """By what all that a run takes can be taken back."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class TakesAgain:
    """A log that takes in anew what was voided."""

    log: "EventLog"

    def take(self, incoming: Sequence[Incoming], dead: Sequence[DeadLetter] = ()) -> Taken:
        """Take a batch whole or not at all."""
        return self.log.take(incoming, dead, again=True)


@contextmanager
def intake_bar(total: int | None, done_word: str = "taken", unit: str | None = None) -> Iterator[Advance]:
    """A progress bar on stderr, if that is a terminal; call what it gives with the summary and how much is done.

    With `unit`, what is done is told in numbers too.
    """
    counted = f"{{task.completed:,}} {unit}, " if unit else ""
    words = TextColumn(f"{counted}{{task.fields[taken]:,}} {done_word}, {{task.fields[refused]:,}} refused")
    console = Console(stderr=True)
    with Progress(
        BarColumn(), words, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=total, taken=0, refused=0)

        def advance(summary: Summary, done: int) -> None:
            bar.update(task, completed=done, taken=summary.taken, refused=summary.refused + summary.alerts)

        yield advance


def finish(
    summary: Summary, form: Format, rehearsal: Rehearsal | None, equal_rows: int = 0, mails: int | None = None
) -> None:
    """Print what became of everything, and end the program with the exit code that says it too.

    `mails` is how many messages of a mailbox were found, if it was one.
    """
    counts = {**_counts(summary, equal_rows), **(_NOTHING_WRITTEN if rehearsal else {})}
    counts |= {} if mails is None else {"mails": mails}
    reasons = [{"reason": reason, "messages": n} for reason, n in summary.reasons.most_common()]
    if form is Format.JSON:
        importid = summary.importid if summary.taken and not rehearsal else None
        whole = {**counts, "importid": importid, "stopped": summary.stopped, "reasons": reasons}
        typer.echo(as_json({**whole, **(_rehearsed(rehearsal) if rehearsal else {})}))
    elif form is Format.CSV:
        show([counts], form, (*_COUNTS, *(["mails"] if mails is not None else [])))
    else:
        if mails is not None:
            typer.echo(f"{mails:,} messages found")
        _tell(summary, equal_rows, rehearsal)
        if reasons:
            show(reasons, form, ("reason", "messages"), "What can't be used")
    if summary.stopped:
        typer.echo("stopped; run it again to take the rest, what was taken is not taken twice", err=True)
        raise typer.Exit(FAILED)
    if not summary.all_taken:
        raise typer.Exit(SOME_DEAD)


def _counts(summary: Summary, equal_rows: int) -> dict[str, int | None]:
    return {
        "read": summary.read,
        "taken": summary.taken,
        "repeats": summary.repeats,
        "equal_rows": equal_rows,
        "refused": summary.refused,
        "alerts": summary.alerts,
        "new_dead_letters": summary.dead,
        "first": summary.first,
        "last": summary.last,
    }


def _rehearsed(rehearsal: Rehearsal) -> dict[str, object]:
    return {
        "dry_run": True,
        "types": [{"type": name, "events": n} for name, n in sorted(rehearsal.types.items())],
        "first_events": [as_cloud_event(envelope) for envelope in rehearsal.first],
    }


def _tell(summary: Summary, equal_rows: int, rehearsal: Rehearsal | None) -> None:
    """The figures in words; what is none is left out."""
    if rehearsal is not None:
        show(
            [{"type": name, "events": n} for name, n in sorted(rehearsal.types.items())],
            Format.TABLE,
            ("type", "events"),
            "What would be taken",
        )
        for number, envelope in enumerate(rehearsal.first, 1):
            typer.echo(f"event {number}: {as_json(as_cloud_event(envelope))}")
    done = "would be taken" if rehearsal else "taken"
    where = f" (positions {summary.first:,} to {summary.last:,})" if summary.first and not rehearsal else ""
    parts = [f"{summary.read:,} read", f"{summary.taken:,} {done}{where}"]
    parts += [f"{summary.repeats:,} repeats"] if summary.repeats else []
    parts += [f"{equal_rows:,} equal to a row before them, told apart by a count"] if equal_rows else []
    lost = summary.refused + summary.alerts
    if lost:
        letters = "would be dead letters" if rehearsal else f"in the dead letters, {summary.dead:,} of them new"
        parts.append(f"{lost:,} can't be used: {letters}")
    typer.echo("; ".join(parts))
    if summary.importid and summary.taken and not rehearsal:
        hint = f"import {summary.importid}: `rapport void --import {summary.importid}` would take it back"
        typer.echo(hint, err=True)  # stdout tells what was taken, the same each time
    if lost and not rehearsal:
        typer.echo("see them with `rapport dead-letters list`, and try them again with `rapport dead-letters retry`")
