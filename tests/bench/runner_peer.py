"""The peer: the eventsourcing library's ProjectionRunner with its PostgreSQL recorders, used as its manual shows it."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL

from tests.bench.measuring import BenchFailed
from tests.bench.timeline import TABLES, Happening, area_of, first_of_log, kind_of

PEER = "eventsourcing ProjectionRunner"
_BATCH = 500
_LONGEST = 600  # seconds
_NAME_CONTACTS = "INSERT INTO thing_contact SELECT %s, unnest(%s::uuid[]) ON CONFLICT DO NOTHING"
_OF_CONTACTS = """
    INSERT INTO contact_timeline (contact_id, occurred_at, kind, event_type, event_id)
    SELECT DISTINCT unnest(%s::uuid[]), %s::timestamptz, %s, %s, %s::uuid ON CONFLICT DO NOTHING
"""
_OF_THING = """
    INSERT INTO contact_timeline (contact_id, occurred_at, kind, event_type, event_id)
    SELECT contact_id, %(at)s, %(kind)s, %(type)s, %(event)s FROM thing_contact WHERE thing_id = %(thing)s
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Happened(DomainEvent):
    """An event of the story, as the library stores events. Its `timestamp` is when it occurred."""

    event_id: UUID
    event_type: str
    contacts: list[UUID]
    thing_id: UUID
    data: dict[str, Any]


class Story(Application[UUID]):
    """The application whose events are projected."""


class TimelineView(PostgresTrackingRecorder):
    """The table, and how far it is: both change in one transaction."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self.sql_create_statements += [SQL(statement).format() for statement in TABLES]

    def track(self, tracking: Tracking) -> None:
        """Note that an event was seen that the table has nothing to do with."""
        self.insert_tracking(tracking)

    def add(self, event: Happened, tracking: Tracking) -> None:
        """Put an event into the timelines of the contacts that it names."""
        row = [event.contacts, event.timestamp, kind_of(event.event_type), event.event_type, event.event_id]
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(_OF_CONTACTS, row, prepare=True)

    def add_of_thing(self, event: Happened, tracking: Tracking) -> None:
        """Put an event into the timelines of the contacts of its deal or ticket."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            if event.contacts:
                cursor.execute(_NAME_CONTACTS, [event.thing_id, event.contacts], prepare=True)
            row = {"at": event.timestamp, "kind": kind_of(event.event_type), "type": event.event_type}
            cursor.execute(_OF_THING, {**row, "event": event.event_id, "thing": event.thing_id}, prepare=True)


class Timeline(Projection[TimelineView]):
    """The projection. `begun` and `ended` are when the first event was met and the last one was done."""

    name = "timeline"
    begun = 0.0
    ended = 0.0

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """See Projection."""
        raise NotImplementedError(type(domain_event))

    @process_event.register
    def happened(self, domain_event: Happened, tracking: Tracking) -> None:
        self.begun = self.begun or time.perf_counter()
        match area_of(domain_event.event_type):
            case "activity" | "contact":
                self.view.add(domain_event, tracking)
            case "deal" | "ticket":
                self.view.add_of_thing(domain_event, tracking)
            case _:
                self.view.track(tracking)
        self.ended = time.perf_counter()


def fill_from(ours: str, theirs: str, count: int) -> tuple[int, int]:
    """Store the first events of our log in the library's; returns the last one's position in ours and in theirs."""
    rows = first_of_log(ours, count)
    last = fill(theirs, [(stream, version) for stream, version, *_ in rows], [happening for *_, happening in rows])
    if last != len(rows):
        raise BenchFailed(f"the runner's log has {last:,} events instead of {len(rows):,}")
    return rows[-1][2], last


def fill(url: str, streams: Sequence[tuple[UUID, int]], happenings: Sequence[Happening]) -> int:
    """Store events in the library's own log, in batches; returns the last one's position."""
    with _story(url) as app:
        events = [
            Happened(
                originator_id=stream,
                originator_version=version,
                timestamp=one.occurred_at,
                event_id=one.event_id,
                event_type=one.event_type,
                contacts=one.contacts,
                thing_id=one.thing_id,
                data=one.data,
            )
            for (stream, version), one in zip(streams, happenings, strict=True)
        ]
        stored = [app.mapper.to_stored_event(event) for event in events]
        for start in range(0, len(stored), _BATCH):
            app.recorder.insert_events(stored[start : start + _BATCH])
        return app.recorder.max_notification_id() or 0


def project(url: str, last: int) -> float:
    """Project all events from an empty table on; returns events a second, from the first's begin to the last's end."""
    forget(url)
    with ProjectionRunner[Story, TimelineView](
        application_class=Story, projection_class=Timeline, view_class=TimelineView, env=_env(url)
    ) as runner:
        runner.wait(last, timeout=_LONGEST)
        projection = runner.projection
        if not isinstance(projection, Timeline):
            raise TypeError(type(projection))
        return last / (projection.ended - projection.begun)


def forget(url: str) -> None:
    """Drop the table and its position."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS thing_contact, contact_timeline, timeline_tracking")


@contextmanager
def _story(url: str) -> Iterator[Story]:
    app = Story(_env(url))
    try:
        yield app
    finally:
        app.close()


def _env(url: str) -> dict[str, str]:
    parts = conninfo_to_dict(url)
    names = {"DBNAME": "dbname", "HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    known = {f"POSTGRES_{name}": str(parts.get(part) or "") for name, part in names.items()}
    return {"PERSISTENCE_MODULE": "eventsourcing.postgres", **known}
