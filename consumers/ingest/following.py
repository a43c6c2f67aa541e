"""Keeps reading topics for as long as it is let: what was away is waited for, and a lost claim is asked for anew."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from consumers.ingest.edge import Edge
from consumers.ingest.offsets import ClaimLost, TakesFromTopics
from consumers.ingest.topics import Done, FromTopics, Leave, ReadsTopics
from consumers.patience import Patience
from domain.shared.errors import Unavailable


class Hears(Protocol):
    """Somebody who is told what happens."""

    def done(self, done: Done) -> None:
        """A batch is in the log."""
        ...

    def rejoins(self, reason: str) -> None:
        """A claim was lost; the group is left and joined again."""
        ...

    def waits(self, reason: str, seconds: float) -> None:
        """Log or brokers are away; the next attempt is in so many seconds."""
        ...


class Following:
    """`join` makes this process a member of the group; the log is where all of it ends up."""

    def __init__(
        self,
        join: Callable[[], AbstractContextManager[ReadsTopics]],
        edge: Edge,
        log: TakesFromTopics,
        stop: Callable[[], bool],
        hears: Hears,
        leave: Leave,
    ) -> None:
        self._join = join
        self._edge = edge
        self._log = log
        self._stop = stop
        self._hears = hears
        self._leave = leave
        self._patience = Patience(stop)

    def follow(self) -> None:
        """Work until a stop. Raises what trying again does not help with, such as OffsetHalt or a refused password."""
        while not self._stop():
            try:
                with self._join() as topics:
                    FromTopics(self._edge, self._log, topics, self._stop, self._done, self._leave).follow()
            except ClaimLost as lost:
                self._hears.rejoins(str(lost))
            except Unavailable as away:
                self._wait(str(away))

    def _done(self, done: Done) -> None:
        self._patience.worked()
        self._hears.done(done)

    def _wait(self, reason: str) -> None:
        pause = self._patience.pause()
        self._hears.waits(reason, pause)
        self._patience.wait(pause)
