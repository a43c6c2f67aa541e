"""What is seen of `rapport run` from outside: its log lines, metrics, health and readiness."""

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import typer

from domain.shared.errors import RapportError
from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import FAILED
from infra.errors import Misused
from infra.observing.logs import configure, fields
from infra.observing.metrics import Metrics
from infra.observing.readiness import INGEST, PROJECT, Readiness
from infra.observing.server import serving
from infra.observing.watch import Watch

__all__ = ["INGEST", "PROJECT", "Outside", "outside", "say"]

_log = logging.getLogger("rapport")


def say(sentence: str) -> None:
    """Write what a person at the terminal is told as a log line, in the form that lines have."""
    _log.info(sentence, extra=fields("run.stopping"))


class Outside:
    """What the parts of a process tell to the outside."""

    def __init__(self, parts: tuple[str, ...], stopping: Callable[[], bool]) -> None:
        self.metrics = Metrics()
        self.readiness = Readiness(parts, stopping)

    def waits(self, part: str, reason: str) -> None:
        """A part waits for something that is away."""
        self.metrics.waited()
        self.readiness.waits(part, reason)


@contextmanager
def outside(rapport: Rapport, stopping: Callable[[], bool], *parts: str) -> Iterator[Outside]:
    """Write log lines as the settings say, and answer at RAPPORT_OBSERVE while the `with` lasts.

    Raises SettingsError when that address can't be taken. What ends the work is a log line too, where lines are JSON;
    a mistake of ours is one in either form.
    """
    settings = rapport.settings
    configure(settings.log_format)
    try:
        with ExitStack() as stack:
            seen = Outside(parts, stopping)
            if settings.observe is not None:
                # Parts of its own: a probe must not wait for the work, nor the work for a probe.
                apart = stack.enter_context(open_rapport())
                watch = Watch(apart.log, apart.projector, settings.tenant, rapport.now)
                seen.readiness.watches(watch)
                seen.metrics.registry.register(watch)
                at = stack.enter_context(serving(settings.observe, seen.metrics.registry, seen.readiness))
                about = fields("observe.listening", host=at.host, port=at.port)
                _log.info("answering /metrics, /healthz and /readyz at %s:%d", at.host, at.port, extra=about)
            yield seen
    except RapportError as error:
        if settings.log_format == "text" or isinstance(error, Misused):
            raise  # the program says it in one sentence
        _log.error("%s", error, extra=fields("run.failed"))
        raise typer.Exit(FAILED) from error
    except typer.Exit:
        raise
    except Exception as error:
        _tell_crash(error)
        raise typer.Exit(FAILED) from error


def _tell_crash(error: Exception) -> None:
    """Say where a mistake of ours showed itself. What the error says stays out: it may quote a value of a message."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    about = fields("run.crashed", error=kind, where=where)
    _log.critical("this is a mistake in Rapport: %s at %s", kind, " < ".join(reversed(where)), extra=about)
