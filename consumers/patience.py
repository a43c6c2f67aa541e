"""Waiting for what is away: longer with every failure, and never so long that a stop is not heard."""

import random
import time
from collections.abc import Callable

SHORTEST_PAUSE = 0.5  # seconds after the first failure; it doubles with each that follows
LONGEST_PAUSE = 15.0
_SLICE = 0.1  # a stop is heard so soon


class Patience:
    """Waits between attempts, until `stop` says so."""

    def __init__(self, stop: Callable[[], bool]) -> None:
        self._stop = stop
        self._failures = 0

    def worked(self) -> None:
        """The last attempt came to something, so that the next failure is a first one."""
        self._failures = 0

    def pause(self) -> float:
        """How long to wait after one more failure, in seconds."""
        pause = float(min(LONGEST_PAUSE, SHORTEST_PAUSE * 2**self._failures))
        self._failures = min(self._failures + 1, 10)
        return pause * random.uniform(0.8, 1.2)  # noqa: S311 - so that many don't come back at one moment

    def wait(self, seconds: float) -> None:
        """Wait, or less if there is a stop."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._stop():
            time.sleep(_SLICE)
