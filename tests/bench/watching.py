"""A stream of calls for the benchmarks of freshness, and a watch for their rows in a PostgreSQL table."""

import json
import sys
import threading
import time
from collections.abc import Collection
from uuid import UUID

import psycopg

from tests.bench.measuring import BenchFailed

PROJECT_FOR_GOOD = [sys.executable, "-c", "from infra.cli import app; app()", "run", "project"]
_PATIENCE = 60
_SEEN = "SELECT position, event_id FROM crm.contact_timeline WHERE position > %s ORDER BY position"


def call(number: int) -> bytes:
    """A call with one of 500 persons, as a message in structured mode."""
    return json.dumps(
        {
            "specversion": "1.0", "id": f"call-{number}", "source": "bench", "type": "crm.activity.call_logged.v1",
            "subject": f"activity:bench:{number}", "time": "2025-03-03T09:00:00Z",
            "data": {"direction": "inbound", "contacts": [f"contact:bench:{number % 500}"], "summary": "An offer."},
        }
    ).encode()  # fmt: skip


class Watching:
    """Polls the table in a thread; `seen` says when each row behind position `after` was there first, by its event."""

    def __init__(self, url: str, after: int = 0) -> None:
        self.seen: dict[UUID, float] = {}
        self._url = url
        self._after = after
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def wait_for(self, ids: Collection[UUID]) -> None:
        """Wait until the rows of all these events are there. Raises BenchFailed when they don't come."""
        last = time.monotonic() + _PATIENCE
        while not all(id_ in self.seen for id_ in ids):
            if time.monotonic() > last or not self._thread.is_alive():
                raise BenchFailed(f"{sum(id_ not in self.seen for id_ in ids):,} of {len(ids):,} rows did not come")
            time.sleep(0.05)

    def end(self) -> None:
        """Poll no more."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        after = self._after
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._over.is_set():
                try:
                    rows = connection.execute(_SEEN, [after]).fetchall()
                except psycopg.errors.UndefinedTable:
                    rows = []  # the projector makes it when it begins
                now = time.time()
                for position, event_id in rows:
                    self.seen[event_id] = now
                    after = position
                time.sleep(0.001)
