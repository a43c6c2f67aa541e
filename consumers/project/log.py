"""What projecting needs of a log: its events in the order they were recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class LogRow(Protocol):
    """An event as it stands in the log."""

    @property
    def position(self) -> int:
        """Its place in the log, from 1; there may be gaps."""

    @property
    def tenant(self) -> str:
        """Whose it is."""

    @property
    def topic(self) -> str:
        """Its type string."""

    @property
    def state(self) -> bytes:
        """Its stored form."""

    @property
    def recorded_at(self) -> int:
        """When it was recorded, in microseconds since 1970."""


class ReadsLog(Protocol):
    """A log that can be read from any position on."""

    def head(self) -> int:
        """The position up to which it is safe to read: no event can still appear at or before it. 0 when empty."""

    def end(self) -> int:
        """The last position ever given; never before any head that any reader was told. 0 when empty."""

    def read(self, after: int, upto: int, limit: int) -> Sequence[LogRow]:
        """The events behind `after` up to `upto`, `limit` at most, in order of position."""


@dataclass(frozen=True, slots=True)
class UpTo:
    """A log as it stood at a position."""

    log: ReadsLog
    position: int

    def head(self) -> int:
        """See ReadsLog."""
        return min(self.position, self.log.head())

    def end(self) -> int:
        """See ReadsLog."""
        return self.log.end()

    def read(self, after: int, upto: int, limit: int) -> Sequence[LogRow]:
        """See ReadsLog."""
        return self.log.read(after, upto, limit)
