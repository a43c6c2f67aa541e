"""Dead letters tried again after a fix: the same bytes through the same edge."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from consumers.ingest.edge import Edge
from consumers.ingest.messages import Incoming, TakesMessages
from domain.shared.errors import InvalidInput

TAKEN, REPEAT, REFUSED = "taken", "repeat", "refused"


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter as retrying needs it."""

    id: UUID
    origin: str
    place: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one dead letter: taken, a repeat of what is in the log, or refused again with a reason."""

    letter: Letter
    outcome: str
    reason: str | None = None


class NotesAttempts(TakesMessages, Protocol):
    """A log that also remembers what was tried with a dead letter."""

    def note_attempt(self, tenant: str, dead_letter_id: UUID, outcome: str, reason: str | None = None) -> None:
        """Note what came of trying a dead letter again."""
        ...


def retry(
    letters: Iterable[Letter], edge: Edge, log: NotesAttempts, stop: Callable[[], bool] = lambda: False
) -> Iterable[Attempt]:
    """Try each letter again and note what came of it, until `stop` says so.

    A letter that was taken, and not yet noted when the program died, is a repeat at the next try.
    """
    for letter in letters:
        if stop():
            return
        attempt = _try(letter, edge, log)
        log.note_attempt(edge.tenant, letter.id, attempt.outcome, attempt.reason)
        yield attempt


def _try(letter: Letter, edge: Edge, log: TakesMessages) -> Attempt:
    try:
        envelope = edge.read(letter.raw)
    except InvalidInput as error:
        return Attempt(letter, REFUSED, error.reason)
    taken = log.take([Incoming(envelope, letter.origin, letter.place, letter.raw)])
    if taken.alerts:
        return Attempt(letter, REFUSED, taken.alerts[0].reason)
    return Attempt(letter, REPEAT if taken.repeats else TAKEN)
