"""What a real log makes of a random history."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from consumers.ingest.messages import Incoming
from infra.log.rows import LogRow, as_time
from infra.log.sqlite import SqliteLog, open_sqlite_log
from tests.properties.histories import IDENTITY, Delivery, History
from tests.properties.history import Recorded
from tests.properties.sealing import keyring

TAKEN_AT_ONCE = 7  # so that repeats come within a batch of the log, and across batches


@dataclass(frozen=True)
class Logged:
    """What the log made of a history: its rows, the events in them, and what it counted."""

    rows: Sequence[LogRow]
    events: Sequence[Recorded]
    repeats: int
    alerts: int


def logged(history: History) -> Logged:
    """Deliver a history to a real log on SQLite: repeats are counted, alerts become dead letters."""
    with TemporaryDirectory() as folder:
        log = open_sqlite_log(Path(folder) / "log.sqlite", lambda _: IDENTITY, keyring().sealing)
        try:
            return _logged(history, log)
        finally:
            log.close()


def _logged(history: History, log: SqliteLog) -> Logged:
    found: list[tuple[int, Delivery]] = []
    repeats = alerts = 0
    for begin in range(0, len(history.deliveries), TAKEN_AT_ONCE):
        batch = history.deliveries[begin : begin + TAKEN_AT_ONCE]
        incoming = [
            Incoming(d.envelope, "test", str(begin + n), repr(d.envelope).encode()) for n, d in enumerate(batch)
        ]
        taken = log.take(incoming)
        repeats, alerts = repeats + taken.repeats, alerts + len(taken.alerts)
        found += [(p, d) for p, d in zip(taken.positions, batch, strict=True) if p is not None]
    rows = log.read(0, log.head(), 10_000)
    events = [
        Recorded(
            row.position,
            as_time(row.recorded_at),
            IDENTITY.event(delivery.envelope.source, delivery.envelope.id),
            IDENTITY.thing(delivery.envelope.subject),
            delivery.envelope,
            IDENTITY,
            history.timezone,
        )
        for row, (_, delivery) in zip(rows, sorted(found, key=lambda pair: pair[0]), strict=True)
    ]
    return Logged(rows, events, repeats, alerts)
