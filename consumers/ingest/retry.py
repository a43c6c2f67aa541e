"""Dead letters tried again after a fix: the same bytes, or the same message mended, through the same edge."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from consumers.ingest.binding import read_kept
from consumers.ingest.edge import Edge
from consumers.ingest.messages import Incoming
from domain.shared.errors import InvalidInput

TAKEN, REPEAT, REFUSED, SETTLED = "taken", "repeat", "refused", "settled"
GONE = "its text can't be read any more: its key was destroyed; discard it, or send the event anew"
BATCH = 200
BATCH_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter as retrying needs it. With `mended`, `raw` is the message that is to take its place.

    `raw` is None if it can't be read any more: personal data in it were erased.
    """

    id: UUID
    raw: bytes | None
    mended: bool = False


@dataclass(frozen=True, slots=True)
class Try:
    """A dead letter through the edge: a message for the log, or why it still can't be used."""

    letter: Letter
    incoming: Incoming | None
    reason: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one dead letter.

    Taken, a repeat of what is in the log, refused again with a reason and perhaps a field, or settled before, so that
    nothing was done.
    """

    letter: UUID
    outcome: str
    reason: str | None = None
    field: str | None = None


class TriesAgain(Protocol):
    """A log that takes dead letters after all, and keeps what was tried."""

    def try_again(self, tenant: str, tries: Sequence[Try], actor: str, *, dry_run: bool = False) -> Sequence[Attempt]:
        """Take what can be used and note every attempt, all in one transaction; a dry run only says what it would do.

        A letter that was settled before is left alone, whoever settled it.
        """
        ...


def retry(
    letters: Iterable[Letter],
    edge: Edge,
    log: TriesAgain,
    actor: str,
    *,
    stop: Callable[[], bool] = lambda: False,
    dry_run: bool = False,
) -> Iterator[Attempt]:
    """Try each letter once, in batches, until `stop` says so; every batch is done whole or not at all.

    Raises RapportError when the log can't be written; the batches before stay done.
    """
    for batch in _batches(letters):
        if stop():
            return
        yield from log.try_again(edge.tenant, [_read(letter, edge) for letter in batch], actor, dry_run=dry_run)


def _batches(letters: Iterable[Letter]) -> Iterator[list[Letter]]:
    batch: list[Letter] = []
    size = 0
    for letter in letters:
        batch.append(letter)
        size += len(letter.raw or b"")
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read(letter: Letter, edge: Edge) -> Try:
    if letter.raw is None:
        return Try(letter, None, GONE)
    try:
        envelope = read_kept(edge, letter.raw)
    except InvalidInput as error:
        return Try(letter, None, error.reason, error.field)
    return Try(letter, Incoming(envelope, "dead-letter", str(letter.id), letter.raw))
