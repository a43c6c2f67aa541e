"""`rapport run`: the long-running work."""

import logging
import os

import typer

from consumers.project.catch_up import CaughtUp
from consumers.project.run import NotYet
from infra.bootstrap import open_rapport
from infra.cli.app import app
from infra.cli.stopping import Stopping

run_app = typer.Typer(name="run", help="Run what works for as long as it is let.", no_args_is_help=True)
app.add_typer(run_app)

_log = logging.getLogger("rapport.project")


@run_app.command("project")
def project() -> None:
    """Follow the log and keep the tables up to date, until Ctrl-C or SIGTERM. There can be one such process."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with open_rapport() as rapport, Stopping() as stopping:
        projecting = rapport.projecting(stopping)
        rapport.log.head()  # a log that can't be used says so before anything is owned
        owner = projecting.projector.own()
        if owner is None:
            pid = projecting.projector.owner()
            raise NotYet(f"a projector runs already{f' (process {pid})' if pid else ''}: stop it first, or let it work")
        with owner:
            _log.info("following the log as process %d", os.getpid())
            projecting.follow(owner, _heard)
        _log.info("stopped at a batch's edge")


def _heard(caught: CaughtUp) -> None:
    _log.info("%d events, position %d", caught.events, caught.position)
