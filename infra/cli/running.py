"""What `rapport run` does in each of its parts, and what it writes of it into its log lines."""

import logging
import os
import time
from collections.abc import Callable

from consumers.ingest.topics import Done
from consumers.patience import LONGEST_PAUSE, Patience
from consumers.project.catch_up import CaughtUp, Progress
from consumers.project.projector import Superseded
from consumers.project.run import NotYet
from domain.shared.errors import Unavailable
from infra.bootstrap import Rapport
from infra.cli.outside import Outside
from infra.observing.logs import fields
from infra.observing.readiness import INGEST, PROJECT
from infra.settings import Settings

_SECONDS_BETWEEN = 5
_project_log = logging.getLogger("rapport.project")
_ingest_log = logging.getLogger("rapport.ingest")


def follow_log(rapport: Rapport, stop: Callable[[], bool], outside: Outside) -> None:
    """Keep the tables up to the log until a stop; a database that is away is waited for.

    Raises NotYet while another process does it, unless it took over from us meanwhile: then this waits for its turn.
    """
    telling, patience = _TellsProjecting(outside), Patience(stop)
    while not stop():
        try:
            _follow_once(rapport, stop, telling)
        except Unavailable as away:
            pause = patience.pause()
            telling.waits(str(away), pause)
            rapport.projector.close()
            patience.wait(pause)
        except Superseded:
            telling.begins_again()
            rapport.begin_again()
        except NotYet as busy:
            if not telling.has_begun:
                raise
            telling.waits(str(busy), LONGEST_PAUSE)
            patience.wait(LONGEST_PAUSE)
    telling.stopped()


def _follow_once(rapport: Rapport, stop: Callable[[], bool], telling: "_TellsProjecting") -> None:
    projecting = rapport.projecting(stop, telling.progress)
    rapport.log.head()  # a log that can't be used says so before anything is owned
    owner = projecting.projector.own()
    if owner is None:
        pid = projecting.projector.owner()
        raise NotYet(f"a projector runs already{f' (process {pid})' if pid else ''}: stop it first, or let it work")
    with owner:
        telling.begins()
        projecting.follow(owner, telling.caught_up)


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
    """Tells in log lines and metrics what the projector did."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._events = 0
        self._is_time = _Seldom()
        self.has_begun = False

    def begins(self) -> None:
        """The tables are ours."""
        self.has_begun = True
        self._outside.readiness.works(PROJECT)
        pid = os.getpid()
        _project_log.info("following the log as process %d", pid, extra=fields("project.begun", pid=pid))

    def begins_again(self) -> None:
        """Tables of new models take the place of these."""
        _project_log.info("models were added or changed: going on with them", extra=fields("project.begins_again"))

    def stopped(self) -> None:
        """The work has ended at a stop."""
        _project_log.info("stopped at a batch's edge", extra=fields("project.stopped"))

    def waits(self, reason: str, seconds: float) -> None:
        """Log or tables are away."""
        self._outside.waits(PROJECT, reason)
        about = fields("project.waits", seconds=round(seconds, 1))
        _project_log.warning("%s; the next attempt is in %.1f s", reason, seconds, extra=about)

    def progress(self, progress: Progress) -> None:
        """Long work is under way."""
        if self._is_time():
            about = fields("project.progress", done=progress.done, of=progress.of)
            _project_log.info("%s: %d of %d", progress.doing, progress.done, progress.of, extra=about)

    def caught_up(self, caught: CaughtUp) -> None:
        """Events were taken in."""
        self._outside.metrics.projected(caught.events, caught.seconds)
        self._events += caught.events
        if self._is_time():
            about = fields("project.caught_up", events=self._events, position=caught.position)
            _project_log.info("%d events more, position %d", self._events, caught.position, extra=about)
            self._events = 0


class HearsTopics:
    """Tells in log lines and metrics what came on topics."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._taken = self._repeats = self._dead = 0
        self._is_time = _Seldom()

    def begins(self, settings: Settings) -> None:
        """The work begins."""
        about = fields("ingest.begun", brokers=settings.kafka, group=settings.kafka_group, pid=os.getpid())
        _ingest_log.info("taking topics of %s as process %d", settings.kafka, os.getpid(), extra=about)

    def joined(self) -> None:
        """We are in the group, and have partitions or wait for our turn."""
        self._outside.readiness.works(INGEST)

    def ends(self) -> None:
        """The work has ended at a stop."""
        self._tell()
        _ingest_log.info("stopped at a batch's edge", extra=fields("ingest.stopped"))

    def done(self, done: Done) -> None:
        """A batch is in the log."""
        self._taken += sum(position is not None for position in done.taken.positions)
        self._repeats += done.taken.repeats
        self._dead += len(done.refused) + len(done.taken.alerts)
        if self._is_time():
            self._tell()

    def rejoins(self, reason: str) -> None:
        """A claim was lost."""
        self._outside.metrics.rejoined()
        _ingest_log.warning("%s; joining the group again", reason, extra=fields("ingest.claim_lost"))

    def waits(self, reason: str, seconds: float) -> None:
        """Log or brokers are away."""
        self._outside.waits(INGEST, reason)
        about = fields("ingest.waits", seconds=round(seconds, 1))
        _ingest_log.warning("%s; the next attempt is in %.1f s", reason, seconds, extra=about)

    def _tell(self) -> None:
        if self._taken or self._repeats or self._dead:
            counts = (self._taken, self._repeats, self._dead)
            about = fields("ingest.taken", taken=self._taken, repeats=self._repeats, dead=self._dead)
            _ingest_log.info("%d taken, %d repeats, %d in the dead letters", *counts, extra=about)
        self._taken = self._repeats = self._dead = 0
