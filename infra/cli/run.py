"""`rapport run`: the long-running work."""

import logging
import os
import time

import typer

from consumers.project.catch_up import CaughtUp, Progress
from consumers.project.run import NotYet
from infra.bootstrap import open_rapport
from infra.cli.app import app
from infra.cli.stopping import Stopping

run_app = typer.Typer(name="run", help="Run what works for as long as it is let.", no_args_is_help=True)
app.add_typer(run_app)

_SECONDS_BETWEEN = 5
_log = logging.getLogger("rapport.project")


@run_app.command("project")
def project() -> None:
    """Follow the log and keep the tables up to date, until Ctrl-C or SIGTERM. There can be one such process."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    telling = _Telling()
    with open_rapport() as rapport, Stopping() as stopping:
        projecting = rapport.projecting(stopping, telling.progress)
        rapport.log.head()  # a log that can't be used says so before anything is owned
        owner = projecting.projector.own()
        if owner is None:
            pid = projecting.projector.owner()
            raise NotYet(f"a projector runs already{f' (process {pid})' if pid else ''}: stop it first, or let it work")
        with owner:
            _log.info("following the log as process %d", os.getpid())
            projecting.follow(owner, telling.caught_up)
        _log.info("stopped at a batch's edge")


class _Telling:
    """Writes log lines of what was done, not more often than somebody would read them."""

    def __init__(self) -> None:
        self._events = 0
        self._last = time.monotonic()

    def progress(self, progress: Progress) -> None:
        """Long work is under way."""
        if self._is_time():
            _log.info("%s: %d of %d", progress.doing, progress.done, progress.of)

    def caught_up(self, caught: CaughtUp) -> None:
        """Events were taken in."""
        self._events += caught.events
        if self._is_time():
            _log.info("%d events more, position %d", self._events, caught.position)
            self._events = 0

    def _is_time(self) -> bool:
        if time.monotonic() - self._last < _SECONDS_BETWEEN:
            return False
        self._last = time.monotonic()
        return True
