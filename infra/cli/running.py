"""What `rapport run` does in each of its parts, and what it writes of it into its log lines."""

import logging
import os
import time
from collections.abc import Callable

from consumers.ingest.topics import Done
from consumers.project.catch_up import CaughtUp, Progress
from consumers.project.run import NotYet
from infra.bootstrap import Rapport
from infra.settings import Settings

_SECONDS_BETWEEN = 5
_project_log = logging.getLogger("rapport.project")
_ingest_log = logging.getLogger("rapport.ingest")


def configure_logs() -> None:
    """Write log lines of ours to stderr. What the Kafka library says of its retries stands in our own sentences."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("kafka").propagate = False


def follow_log(rapport: Rapport, stop: Callable[[], bool]) -> None:
    """Keep the tables up to the log until a stop. Raises NotYet while another process does it."""
    telling = _TellsProjecting()
    projecting = rapport.projecting(stop, telling.progress)
    rapport.log.head()  # a log that can't be used says so before anything is owned
    owner = projecting.projector.own()
    if owner is None:
        pid = projecting.projector.owner()
        raise NotYet(f"a projector runs already{f' (process {pid})' if pid else ''}: stop it first, or let it work")
    with owner:
        _project_log.info("following the log as process %d", os.getpid())
        projecting.follow(owner, telling.caught_up)
    _project_log.info("stopped at a batch's edge")


class _Seldom:
    """Says when it is time for another log line: not more often than somebody would read them."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self) -> bool:
        if time.monotonic() - self._last < _SECONDS_BETWEEN:
            return False
        self._last = time.monotonic()
        return True


class _TellsProjecting:
    """Writes log lines of what the projector did."""

    def __init__(self) -> None:
        self._events = 0
        self._is_time = _Seldom()

    def progress(self, progress: Progress) -> None:
        """Long work is under way."""
        if self._is_time():
            _project_log.info("%s: %d of %d", progress.doing, progress.done, progress.of)

    def caught_up(self, caught: CaughtUp) -> None:
        """Events were taken in."""
        self._events += caught.events
        if self._is_time():
            _project_log.info("%d events more, position %d", self._events, caught.position)
            self._events = 0


class HearsTopics:
    """Writes log lines of what came on topics."""

    def __init__(self) -> None:
        self._taken = self._repeats = self._dead = 0
        self._is_time = _Seldom()

    def begins(self, settings: Settings) -> None:
        """The work begins."""
        _ingest_log.info("taking topics of %s as process %d", settings.kafka, os.getpid())

    def ends(self) -> None:
        """The work has ended at a stop."""
        self._tell()
        _ingest_log.info("stopped at a batch's edge")

    def done(self, done: Done) -> None:
        """A batch is in the log."""
        self._taken += sum(position is not None for position in done.taken.positions)
        self._repeats += done.taken.repeats
        self._dead += len(done.refused) + len(done.taken.alerts)
        if self._is_time():
            self._tell()

    def rejoins(self, reason: str) -> None:
        """A claim was lost."""
        _ingest_log.warning("%s; joining the group again", reason)

    def waits(self, reason: str, seconds: float) -> None:
        """Log or brokers are away."""
        _ingest_log.warning("%s; the next attempt is in %.1f s", reason, seconds)

    def _tell(self) -> None:
        if self._taken or self._repeats or self._dead:
            _ingest_log.info("%d taken, %d repeats, %d in the dead letters", self._taken, self._repeats, self._dead)
        self._taken = self._repeats = self._dead = 0
