"""The library's own tests of recorders, run against ours.

Left out are those that only measure. On PostgreSQL those on positions that do not interleave and on subscriptions do
not apply: our writers share the table, readers are bounded instead (see test_tailing), and nothing notifies.
"""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    ProcessRecorder,
    StoredEvent,
    Tracking,
    TrackingRecorder,
)
from eventsourcing.persistence import ProgrammingError as LibraryProgrammingError
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    TrackingRecorderTestCase,
)
from psycopg.conninfo import conninfo_to_dict

from infra.log.postgres_recorder import PostgresLogProcessRecorder, PostgresLogRecorder
from infra.log.sqlite_recorder import SqliteLogProcessRecorder, SqliteLogRecorder

TOPICS = {
    "eventsourcing.sqlite": ("infra.log.sqlite_recorder", SqliteLogRecorder, SqliteLogProcessRecorder),
    "eventsourcing.postgres": ("infra.log.postgres_recorder", PostgresLogRecorder, PostgresLogProcessRecorder),
}


class _OnSqlite:
    """The library's factory, told by its own settings to make our recorders."""

    @pytest.fixture(autouse=True)
    def _factory(self, tmp_path: Path) -> Iterator[None]:
        self.factory = _factory_for("eventsourcing.sqlite", {"SQLITE_DBNAME": str(tmp_path / "log.sqlite")})
        yield
        _wait_for_readers()
        self.factory.close()


class _OnPostgres:
    """The same on PostgreSQL."""

    @pytest.fixture(autouse=True)
    def _factory(self, postgres_database: str) -> Iterator[None]:
        self.factory = _factory_for("eventsourcing.postgres", _postgres_settings(postgres_database))
        yield
        _wait_for_readers()
        self.factory.close()


def _wait_for_readers() -> None:
    # The library's test tells its readers to stop and doesn't wait for it. A connection closed under one is a crash.
    for thread in threading.enumerate():
        if "read_continuously" in thread.name:
            thread.join()


def _factory_for(module: str, settings: dict[str, str]) -> InfrastructureFactory[Any]:
    ours, application, process = TOPICS[module]
    return InfrastructureFactory.construct(
        {
            "PERSISTENCE_MODULE": module,
            "APPLICATION_RECORDER_TOPIC": f"{ours}:{application.__name__}",
            "PROCESS_RECORDER_TOPIC": f"{ours}:{process.__name__}",
            **settings,
        }
    )


def _postgres_settings(url: str) -> dict[str, str]:
    parts = conninfo_to_dict(url)
    return {
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts["port"]),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": str(parts["password"]),
        "POSTGRES_SCHEMA": "rapport",
    }


class _AsAggregateRecorder:
    """Positions aside, as the library's tests of recorders without positions expect it."""

    def __init__(self, recorder: ApplicationRecorder) -> None:
        self._recorder = recorder
        self.select_events = recorder.select_events

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        self._recorder.insert_events(stored_events, **kwargs)


class _Aggregate(AggregateRecorderTestCase):
    factory: InfrastructureFactory[Any]
    test_performance = None  # type: ignore[assignment]

    def create_recorder(self) -> AggregateRecorder:
        return _AsAggregateRecorder(self.factory.application_recorder())  # type: ignore[return-value]


class _Application(ApplicationRecorderTestCase):
    factory: InfrastructureFactory[Any]
    test_performance = None  # type: ignore[assignment]
    test_concurrent_throughput = None  # type: ignore[assignment]

    def create_recorder(self) -> ApplicationRecorder:
        return self.factory.application_recorder()


class _Process(ProcessRecorderTestCase):
    factory: InfrastructureFactory[Any]
    test_performance = None  # type: ignore[assignment]

    def create_recorder(self) -> ProcessRecorder:
        return self.factory.process_recorder()


class _Tracking(TrackingRecorderTestCase):
    factory: InfrastructureFactory[Any]

    def create_recorder(self) -> TrackingRecorder:
        return self.factory.process_recorder()


class TestAggregateRecorderOnSqlite(_OnSqlite, _Aggregate): ...


class TestAggregateRecorderOnPostgres(_OnPostgres, _Aggregate): ...


class TestApplicationRecorderOnSqlite(_OnSqlite, _Application): ...


class TestApplicationRecorderOnPostgres(_OnPostgres, _Application): ...


class TestProcessRecorderOnSqlite(_OnSqlite, _Process): ...


class TestProcessRecorderOnPostgres(_OnPostgres, _Process): ...


class TestTrackingRecorderOnSqlite(_OnSqlite, _Tracking): ...


class TestTrackingRecorderOnPostgres(_OnPostgres, _Tracking): ...


class TestPositionsDoNotInterleaveOnSqlite(_OnSqlite, NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return self.factory.application_recorder()


# Only the classes above are to be collected.
del AggregateRecorderTestCase, ApplicationRecorderTestCase, ProcessRecorderTestCase, TrackingRecorderTestCase
del NonInterleavingNotificationIDsBaseCase, _Aggregate, _Application, _Process, _Tracking


def _stored(version: int) -> StoredEvent:
    return StoredEvent(uuid4(), version, "crm.activity.note_taken.v1", b"{}")


def test_events_stored_by_the_library_carry_tenant_and_time(tmp_path: Path) -> None:
    factory = _factory_for("eventsourcing.sqlite", {"SQLITE_DBNAME": str(tmp_path / "log.sqlite")})
    recorder = factory.application_recorder()
    recorder.insert_events([_stored(1)])
    recorder.insert_events([_stored(1)], tenant="other")

    assert isinstance(recorder, SqliteLogRecorder)
    with recorder.datastore.transaction(commit=False) as cursor:
        cursor.execute("SELECT tenant, recorded_at FROM stored_events ORDER BY notification_id")
        rows = [tuple(row) for row in cursor.fetchall()]
    assert [tenant for tenant, _ in rows] == ["main", "other"]
    assert 1_700_000_000_000_000 < rows[0][1] <= rows[1][1]
    factory.close()


def test_events_and_how_far_a_process_got_are_kept_together(owner_url: str, tmp_path: Path) -> None:
    for module, settings in (
        ("eventsourcing.sqlite", {"SQLITE_DBNAME": str(tmp_path / "log.sqlite")}),
        ("eventsourcing.postgres", _postgres_settings(owner_url)),
    ):
        factory = _factory_for(module, settings)
        recorder = factory.process_recorder()
        recorder.insert_events([_stored(1)], tracking=Tracking("process", 5))
        with pytest.raises(Exception, match="Failed to record tracking"):
            recorder.insert_events([_stored(1)], tracking=Tracking("process", 5))

        assert len(recorder.select_notifications(None, 9)) == 1
        factory.close()


def test_the_function_that_loses_events_is_refused(owner_url: str) -> None:
    settings = {**_postgres_settings(owner_url), "POSTGRES_ENABLE_DB_FUNCTIONS": "yes"}
    factory = _factory_for("eventsourcing.postgres", settings)

    with pytest.raises(LibraryProgrammingError, match="loses events"):
        factory.application_recorder()
    factory.close()


def test_nothing_notifies(owner_url: str) -> None:
    factory = _factory_for("eventsourcing.postgres", _postgres_settings(owner_url))

    with pytest.raises(NotImplementedError, match="poll it"):
        factory.application_recorder().subscribe()
    factory.close()


def test_another_schema_or_table_is_refused(owner_url: str) -> None:
    factory = _factory_for("eventsourcing.postgres", {**_postgres_settings(owner_url), "POSTGRES_SCHEMA": "public"})

    with pytest.raises(LibraryProgrammingError, match="POSTGRES_SCHEMA=rapport"):
        factory.application_recorder()
    factory.close()
