"""Ways to tail a log: ours, and naive ones that look right and lose events, or their order.

Each naive one is a checkpoint and one statement, as they stand in many outbox tables. They read our log, so that the
same interleaving of writers is put before them and before ours.
"""

from dataclasses import dataclass, field
from typing import Protocol

import psycopg

from infra.log.log import EventLog
from infra.log.postgres_recorder import PostgresLogRecorder

_ALL = "SELECT notification_id FROM rapport.stored_events WHERE notification_id > %s"
BY_POSITION = f"{_ALL} ORDER BY notification_id"
# Only what all transactions before it have finished: pg_snapshot_xmin is the oldest that is still open.
BY_POSITION_AND_XMIN = (
    f"{_ALL} AND xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint ORDER BY notification_id"
)
BY_TRANSACTION = (
    "SELECT originator_id::text, originator_version, xmin::text::bigint AS transaction FROM rapport.stored_events"
    " WHERE xmin::text::bigint > %s"
    " AND xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint ORDER BY transaction"
)


class Reader(Protocol):
    """Tails the log: each poll adds what it takes for new."""

    seen: list[int]

    def poll(self) -> None:
        """Read what is behind the checkpoint."""
        ...


@dataclass(slots=True)
class NaiveReader:
    """Remembers the last position it saw, and reads what stands behind it."""

    connection: psycopg.Connection
    statement: str = BY_POSITION
    seen: list[int] = field(default_factory=list)

    def poll(self) -> None:
        """Read what is behind the last position seen."""
        after = self.seen[-1] if self.seen else 0
        self.seen += [position for (position,) in self.connection.execute(self.statement.encode(), [after])]


@dataclass(slots=True)
class OurReader:
    """Tails the log as the projector does: up to the head, in small batches."""

    log: EventLog
    seen: list[int] = field(default_factory=list)

    def poll(self) -> None:
        """Read up to the head."""
        head = self.log.head()
        while rows := self.log.read(self.seen[-1] if self.seen else 0, head, 7):
            self.seen += [row.position for row in rows]


@dataclass(slots=True)
class RecorderReader:
    """Tails the log by the methods that the eventsourcing library gives a recorder."""

    recorder: PostgresLogRecorder
    seen: list[int] = field(default_factory=list)

    def poll(self) -> None:
        """Read what stands behind the last position seen, as far as the recorder gives it."""
        after = self.seen[-1] if self.seen else 0
        found = self.recorder.select_notifications(after, 99, inclusive_of_start=False)
        self.seen += [notification.id for notification in found]
