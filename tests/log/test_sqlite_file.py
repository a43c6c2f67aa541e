"""The log's file on SQLite: private, durable, append-only, and its positions stay."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consumers.ingest.messages import DeadLetter
from consumers.ingest.offsets import Partition
from infra.keys import TenantKeys
from infra.log.sealing import Sealing
from infra.log.sqlite import SqliteLog, open_sqlite_log
from infra.log.voiding import Selected
from tests.log.conftest import LOG_TABLES
from tests.log.given import call, incoming, moved


@pytest.fixture
def path(rapport_home: Path) -> Path:
    return rapport_home / "log.sqlite"


@pytest.fixture
def log(path: Path, tenant_keys: TenantKeys, sealing: Sealing) -> Iterator[SqliteLog]:
    opened = open_sqlite_log(path, tenant_keys.identity_of, sealing)
    yield opened
    opened.close()


def test_nothing_is_made_before_the_first_use(path: Path, log: SqliteLog) -> None:
    assert not path.exists()
    log.head()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_commit_is_flushed_and_writes_ahead(path: Path, log: SqliteLog) -> None:
    log.take(incoming(call("c1")))

    with log._open().datastore.get_connection(commit=True) as connection:
        raw = connection._sqlite_conn
        settings = {name: raw.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
    assert settings == {"journal_mode": "wal", "synchronous": 2}  # 2 is FULL
    assert path.with_name("log.sqlite-wal").exists()


def test_positions_survive_vacuum(path: Path, log: SqliteLog) -> None:
    log.take(incoming(*(call(f"c{n}") for n in range(3)), moved("m1", "A")))
    before = log.read(0, log.head(), 9)
    log.close()

    with sqlite3.connect(path) as connection:
        connection.execute("VACUUM")

    assert log.read(0, log.head(), 9) == before


def test_the_file_itself_refuses_to_change_what_was_written(path: Path, log: SqliteLog) -> None:
    log.take(incoming(call("c1"), moved("m1", "A")), [DeadLetter("main", "ingest", "f:1", None, "why", None, b"raw")])
    log.discard("main", log.open_dead_letters("main"), "a test", "user:ann")
    log.claim(Partition("main", "cluster", "id", 0, "group", "topic"), 0)
    log.void("main", Selected("event", str(log.event_id("main", "crm", "m1"))), "a test", "user:ann", datetime.now(UTC))
    log.close()

    for table in set(LOG_TABLES) - {"log_format"}:
        with sqlite3.connect(path) as connection:
            for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET tenant = 'x'"):
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    connection.execute(statement)


def test_time_of_recording_never_goes_back(log: SqliteLog, monkeypatch: pytest.MonkeyPatch) -> None:
    log.take(incoming(call("c1")))
    monkeypatch.setattr("infra.log.sqlite_recorder.time.time_ns", lambda: 1_000)  # somebody set the clock

    log.take(incoming(call("c2")))

    first, second = log.read(0, log.head(), 9)
    assert second.recorded_at == first.recorded_at


def test_two_programs_write_to_one_file(path: Path, log: SqliteLog, tenant_keys: TenantKeys, sealing: Sealing) -> None:
    other = open_sqlite_log(path, tenant_keys.identity_of, sealing)

    log.take(incoming(call("c1"), moved("m1", "A")))
    assert other.take(incoming(call("c1"), moved("m1", "A"), moved("m2", "B", minute=1))).repeats == 2
    assert log.history("main", "deal:crm:1").version == 2
    assert log.head() == other.head() == 3
    other.close()


def test_a_closed_log_opens_again(log: SqliteLog) -> None:
    log.take(incoming(call("c1")))
    log.close()
    log.close()

    assert log.head() == 1
