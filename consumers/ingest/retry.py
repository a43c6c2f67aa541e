"""Dead letters tried again after a fix: the same bytes, or the same message mended, through the same edge."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from consumers.ingest.binding import read_kept
from consumers.ingest.edge import Edge
from consumers.ingest.messages import Incoming
from consumers.ingest.run import Message
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
    """A dead letter through the edge: what it has for the log, or why it still can't be used."""

    letter: Letter
    incoming: Sequence[Incoming]
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


Unpack = Callable[[str, bytes], Sequence[Message]]


def _as_it_is(place: str, raw: bytes) -> Sequence[Message]:
    return [Message(place, raw)]


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
    unpack: Unpack = _as_it_is,
) -> Iterator[Attempt]:
    """Try each letter once, in batches, until `stop` says so; every batch is done whole or not at all.

    `unpack` gives the messages that a letter's bytes come to, if they are no event themselves.

    Raises RapportError when the log can't be written; the batches before stay done.
    """
    for batch in _batches(letters):
        if stop():
            return
        tries = [_read(letter, edge, unpack) for letter in batch]
        yield from log.try_again(edge.tenant, tries, actor, dry_run=dry_run)


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


def _read(letter: Letter, edge: Edge, unpack: Unpack) -> Try:
    if letter.raw is None:
        return Try(letter, (), GONE)
    try:
        return Try(letter, [_incoming(message, edge) for message in unpack(str(letter.id), letter.raw)])
    except InvalidInput as error:
        return Try(letter, (), error.reason, error.field)


def _incoming(message: Message, edge: Edge) -> Incoming:
    if message.fault is not None:
        raise message.fault
    return Incoming(read_kept(edge, message.raw), "dead-letter", message.place, message.raw)
