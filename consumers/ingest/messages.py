"""What ingesting needs of a log: one call that takes events and dead letters in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from domain.shared.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Incoming:
    """A valid event on its way in, with the bytes and the place it came from should it turn out to be an alert."""

    envelope: Envelope
    origin: str  # how it came: `ingest`, `import`, later a topic
    place: str  # where exactly: `events.jsonl:17`, `sales_pipeline.csv row 5`
    raw: bytes


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that can't be used, kept as it came with the reason in words a person understands.

    `nth` counts equal messages of one run before this one, so that reading a file again adds no dead letter.
    """

    tenant: str
    origin: str
    place: str
    source: str | None
    reason: str
    field: str | None
    raw: bytes
    nth: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one batch. `positions` has an entry per incoming event, None for a repeat or an alert."""

    positions: Sequence[int | None]
    repeats: int = 0
    alerts: Sequence[DeadLetter] = field(default_factory=list)
    dead: int = 0  # dead letters that were new, alerts included


class TakesMessages(Protocol):
    """A log that takes what comes in. Repeats change nothing; an id under another digest becomes a dead letter."""

    def take(self, incoming: Sequence[Incoming], dead: Sequence[DeadLetter] = ()) -> Taken:
        """Take a batch whole or not at all. Raises RapportError when the log can't be written."""
        ...
