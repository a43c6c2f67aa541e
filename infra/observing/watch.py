"""A look at log and tables from outside the work: how far they are, what waits, and whether they can be reached."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from domain.shared.errors import RapportError
from infra.log.letter_filter import By
from infra.log.rows import LetterGroup, LogRow

_AGAIN = 1.0  # seconds for which one look serves: scrapers and probes don't add up
_LETTERS_AGAIN = 15.0  # counting dead letters reads all that are open


class WatchedLog(Protocol):
    """What is asked of a log."""

    def head(self) -> int:
        """See EventLog."""

    def read(self, after: int, upto: int, limit: int) -> Sequence[LogRow]:
        """See EventLog."""

    def dead_letter_groups(self, tenant: str, by: Sequence[By]) -> Sequence[LetterGroup]:
        """See DeadLetters."""

    def close(self) -> None:
        """See EventLog."""


class WatchedTables(Protocol):
    """What is asked of a projector."""

    def published(self) -> int:
        """See Projector."""

    def close(self) -> None:
        """Close the connection by which this looks."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look saw. `age` is how long ago the oldest event was recorded that readers don't see yet, in seconds.

    `away` says in a sentence why nothing could be seen; the figures mean nothing then.
    """

    head: int = 0
    position: int = 0
    age: float = 0.0
    letters: dict[str, int] = field(default_factory=dict)
    away: str | None = None


class Watch(Collector):
    """Looks when it is asked, at most once a second. It has connections of its own, so that no work waits for it."""

    def __init__(
        self,
        log: WatchedLog,
        tables: WatchedTables,
        tenant: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._log = log
        self._tables = tables
        self._tenant = tenant
        self._now = now
        self._lock = threading.Lock()
        self._seen: Seen | None = None
        self._until = 0.0
        self._letters: dict[str, int] = {}
        self._letters_until = 0.0

    def look(self) -> Seen:
        """How it stands now, or stood a moment ago."""
        with self._lock:
            if self._seen is None or time.monotonic() >= self._until:
                self._seen = self._look()
                self._until = time.monotonic() + _AGAIN
            return self._seen

    def collect(self) -> Iterator[Metric]:
        """See Collector. While the log is away its figures are left out, and only `rapport_log_reachable` tells."""
        seen = self.look()
        yield GaugeMetricFamily("rapport_log_reachable", "1 while the log can be read", value=float(seen.away is None))
        if seen.away is not None:
            return
        yield GaugeMetricFamily("rapport_log_head", "The position up to which the log is complete", value=seen.head)
        yield GaugeMetricFamily(
            "rapport_tables_position", "The position of the log up to which readers see the tables", value=seen.position
        )
        yield GaugeMetricFamily(
            "rapport_tables_lag_positions", "Positions of the log that the tables are behind", value=_lag(seen)
        )
        yield GaugeMetricFamily(
            "rapport_tables_age_seconds",
            "How long ago the oldest event was recorded that readers of the tables don't see yet; 0 if they see all",
            value=seen.age,
        )
        open_letters = GaugeMetricFamily(
            "rapport_dead_letters_open", "Dead letters that nothing settled yet", labels=("origin",)
        )
        for origin, letters in seen.letters.items():
            open_letters.add_metric([origin], letters)
        yield open_letters

    def _look(self) -> Seen:
        try:
            head, position = self._log.head(), self._tables.published()
            behind = self._log.read(position, head, 1) if position < head else []
            age = max(0.0, self._now().timestamp() - behind[0].recorded_at / 1e6) if behind else 0.0
            return Seen(head, position, age, self._count_letters())
        except RapportError as error:
            # A connection that broke is of no use any more; the next look makes another.
            self._tables.close()
            self._log.close()
            return Seen(away=str(error))

    def _count_letters(self) -> dict[str, int]:
        if time.monotonic() >= self._letters_until:
            groups = self._log.dead_letter_groups(self._tenant, [By.ORIGIN])
            counted = {str(group.origin): group.letters for group in groups}
            # An origin whose last letter was settled stays, as 0: a series that ends is no alarm that ends.
            self._letters = {**dict.fromkeys(self._letters, 0), **counted}
            self._letters_until = time.monotonic() + _LETTERS_AGAIN
        return dict(self._letters)


def _lag(seen: Seen) -> int:
    return max(0, seen.head - seen.position)
