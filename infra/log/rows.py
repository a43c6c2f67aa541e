"""What a log gives and takes, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from domain.catalog import Stream


class LogRow(NamedTuple):
    """An event as it is stored.

    `originator_id` is its stream's id in 32 hexadecimal digits, `state` UTF-8 JSON, `recorded_at` microseconds since
    1970, as databases and Arrow count: a datetime for each of a million rows takes longer than reading them.
    """

    position: int
    tenant: str
    originator_id: str
    topic: str
    state: bytes
    recorded_at: int


class NewEvent(NamedTuple):
    """An event about to be stored as its stream's `version`."""

    originator_id: UUID
    version: int
    topic: str
    state: bytes
    tenant: str


class EventKey(NamedTuple):
    """By what a repeat of an event in a thing's stream will be known."""

    tenant: str
    event_id: UUID
    digest: str
    position: int


class Known(NamedTuple):
    """An event the log holds already, or (without a position) is about to.

    Of several under one id it is the one that counts. It `stands` unless it was taken back.
    """

    position: int | None
    digest: str
    stream: Stream
    stands: bool = True


class Standing(NamedTuple):
    """A row of `event_standing`: at `position`, this event became the one of its id that counts, or was taken back."""

    tenant: str
    event_id: UUID
    position: int
    event_position: int
    digest: str
    stream: Stream
    stands: bool


def known_since(standing: Mapping[UUID, Standing]) -> dict[UUID, Known]:
    """The events that count now, of ids that voids touched."""
    return {id_: Known(row.event_position, row.digest, row.stream, row.stands) for id_, row in standing.items()}


class Found(NamedTuple):
    """An event in the log that a void is about: its place, the stream it is in, and its stored form."""

    position: int
    stream_id: UUID
    topic: str
    state: bytes


class StoredDeadLetter(NamedTuple):
    """A dead letter without its bytes. `size` counts them; `attempts` and `outcome` say what was tried since, last."""

    dead_letter_id: UUID
    origin: str
    place: str
    source: str | None
    reason: str
    field: str | None
    size: int
    received_at: datetime
    attempts: int
    outcome: str | None


class Attempt(NamedTuple):
    """One attempt to make use of a dead letter after all."""

    attempt: int
    at: datetime
    outcome: str
    reason: str | None
    actor: str


@dataclass(frozen=True, slots=True)
class WholeDeadLetter:
    """A dead letter with its bytes and all that was tried with it. `raw` is None if its key was destroyed."""

    letter: StoredDeadLetter
    raw: bytes | None
    attempts: list[Attempt]


class LetterGroup(NamedTuple):
    """Open dead letters that have something in common; what they were not grouped by is None.

    `first` and `last` are when the oldest and the newest came, `place` is the first place by its text.
    """

    letters: int
    first: datetime
    last: datetime
    place: str
    reason: str | None = None
    field: str | None = None
    source: str | None = None
    origin: str | None = None


class LogCounts(NamedTuple):
    """The log of one tenant in figures. A dead letter is open until an attempt settled it."""

    events: int
    dead_letters: int
    open_dead_letters: int


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def as_time(stored: datetime | int) -> datetime:
    """A time as it was stored: PostgreSQL has times, SQLite microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=stored) if isinstance(stored, int) else stored.astimezone(UTC)


def as_microseconds(time: datetime) -> int:
    """A time as SQLite stores it."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def as_uuid(stored: UUID | str) -> UUID:
    """An id as it was stored: PostgreSQL has ids, SQLite their hexadecimal digits."""
    return UUID(stored) if isinstance(stored, str) else stored


def storable(text: str | None) -> str | None:
    """What came from a broken message may hold what no database takes as text; its raw bytes keep it unchanged."""
    if text is None:
        return None
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
