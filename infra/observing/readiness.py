"""Whether this process does its work now: what a load balancer or a service manager asks."""

from collections.abc import Callable, Sequence

from infra.observing.watch import Watch

PROJECT, INGEST = "project", "ingest"
BOUND = 60  # seconds that readers of the tables may be behind


class Readiness:
    """What keeps the parts of this process from their work, if anything does.

    A part that waits for its turn, such as a consumer without a partition, is ready: there is nothing to mend.
    """

    def __init__(self, parts: Sequence[str], stopping: Callable[[], bool]) -> None:
        self._reasons: dict[str, str | None] = {part: f"{part} has not begun yet" for part in parts}
        self._stopping = stopping
        self._watch: Watch | None = None

    def watches(self, watch: Watch) -> None:
        """Look at log and tables by `watch`, too."""
        self._watch = watch

    def works(self, part: str) -> None:
        """A part does its work, or waits for its turn."""
        self._reasons[part] = None

    def waits(self, part: str, reason: str) -> None:
        """A part can't do its work, for this reason."""
        self._reasons[part] = reason

    def __call__(self) -> str | None:
        """Why it is not ready, in a sentence; None if it is. A stop comes first."""
        if self._stopping():
            return "it is stopping"
        for reason in self._reasons.values():
            if reason is not None:
                return reason
        return self._seen() if self._watch else None

    def _seen(self) -> str | None:
        assert self._watch is not None  # noqa: S101 - asked for by who has looked
        seen = self._watch.look()
        if seen.away is not None:
            return seen.away
        if PROJECT in self._reasons and seen.age > BOUND:
            return f"the tables are {seen.age:.0f} s behind the log"
        return None
