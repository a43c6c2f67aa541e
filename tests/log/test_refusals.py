"""A log that can't be used says so in one sentence that tells what to do, and keeps nothing of what was under way."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import psycopg
import pytest
from psycopg import Cursor
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from consumers.ingest.messages import DeadLetter
from domain.shared.errors import RapportError
from infra.keys import TenantKeys
from infra.log.errors import LogError
from infra.log.init import init_postgres
from infra.log.log import EventLog
from infra.log.postgres import open_postgres_log
from infra.log.rows import NewEvent
from infra.log.sealing import Sealing
from infra.log.sqlite import open_sqlite_log
from tests.log.conftest import OpenLog
from tests.log.given import call, incoming, moved


def refusal(log: EventLog) -> str:
    """What taking an event says; it is one sentence, without a trace of the driver."""
    with pytest.raises(LogError) as refused:
        log.take(incoming(call("c1")))
    log.close()
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert "Error" not in sentence
    return sentence


def test_another_secret_is_refused_before_anything_is_written(open_log: OpenLog, log: EventLog, tmp_path: Path) -> None:
    log.take(incoming(moved("m1", "Proposal")))
    stranger = open_log(TenantKeys(tmp_path / "other-keys"))

    for use in (
        lambda: stranger.take(incoming(call("c1"))),
        lambda: stranger.take([], [DeadLetter("main", "ingest", "f:1", None, "why", None, b"raw")]),
        lambda: stranger.append([moved("m2", "Won")], 0),
        lambda: stranger.history("main", "deal:crm:1"),
        lambda: stranger.find("main", "crm", "m1"),
    ):
        with pytest.raises(LogError, match=r"another secret: put the right keys/main\.identity"):
            use()
    stranger.close()
    assert log.count("main") == (1, 0, 0)


def test_a_failed_batch_does_not_admit_its_tenant(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a batch that fails after the tenant was registered, in the same transaction,
    monkeypatch.setattr("infra.log.log.take_batch", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        log.take(incoming(call("c1")))
    monkeypatch.undo()

    # when the next one is taken, then the tenant is registered with it.
    log.take(incoming(call("c1")))
    assert log._read(lambda session: session.fingerprint("main")) is not None


def test_sqlite_a_newer_log_is_refused(rapport_home: Path, tenant_keys: TenantKeys, sealing: Sealing) -> None:
    path = rapport_home / "log.sqlite"
    open_sqlite_log(path, tenant_keys.identity_of, sealing).head()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO log_format VALUES (99)")

    assert "newer than this program" in refusal(open_sqlite_log(path, tenant_keys.identity_of, sealing))


def test_sqlite_a_file_that_is_no_log_is_refused_and_left_alone(
    rapport_home: Path, tenant_keys: TenantKeys, sealing: Sealing
) -> None:
    path = rapport_home / "log.sqlite"
    path.write_bytes(b"minutes of the meeting\n" * 200)

    assert "no SQLite file" in refusal(open_sqlite_log(path, tenant_keys.identity_of, sealing))
    assert path.read_bytes().startswith(b"minutes")


def test_sqlite_a_folder_in_the_logs_place_is_refused(
    rapport_home: Path, tenant_keys: TenantKeys, sealing: Sealing
) -> None:
    (rapport_home / "log.sqlite").mkdir()

    assert "can't be opened" in refusal(open_sqlite_log(rapport_home / "log.sqlite", tenant_keys.identity_of, sealing))


def test_sqlite_a_home_that_can_not_be_made_is_refused(
    rapport_home: Path, tenant_keys: TenantKeys, sealing: Sealing
) -> None:
    (rapport_home / "file").touch()

    path = rapport_home / "file" / "sub" / "log.sqlite"
    assert "can't be opened" in refusal(open_sqlite_log(path, tenant_keys.identity_of, sealing))


def test_sqlite_a_log_is_usable_after_a_refusal(rapport_home: Path, tenant_keys: TenantKeys, sealing: Sealing) -> None:
    path = rapport_home / "log.sqlite"
    path.mkdir()
    log = open_sqlite_log(path, tenant_keys.identity_of, sealing)
    with pytest.raises(LogError):
        log.head()

    path.rmdir()
    assert log.take(incoming(call("c1"))).positions == [1]
    log.close()


def test_sqlite_a_full_disk_keeps_nothing_of_the_batch(
    rapport_home: Path, tenant_keys: TenantKeys, sealing: Sealing
) -> None:
    # Given a file that may not grow: SQLite then says the same as on a full disk.
    log = open_sqlite_log(rapport_home / "log.sqlite", tenant_keys.identity_of, sealing)
    log.take(incoming(call("c0")))
    recorder = log._open()
    with recorder.datastore.get_connection(commit=True) as connection:
        connection._sqlite_conn.execute("PRAGMA max_page_count = 40")

    with pytest.raises(LogError, match=r"is full: free some space"):
        log.take(incoming(*(call(f"c{n}") for n in range(2000))))

    assert log.count("main").events == 1
    log.close()


def test_postgres_a_newer_log_is_refused_by_program_and_init(
    app_url: str, owner_url: str, tenant_keys: TenantKeys, sealing: Sealing
) -> None:
    with psycopg.connect(owner_url) as owner:
        owner.execute("INSERT INTO rapport.log_format VALUES (99)")

    assert "newer than this program" in refusal(open_postgres_log(app_url, tenant_keys.identity_of, sealing))
    with pytest.raises(LogError, match="newer than this program"):
        init_postgres(owner_url)


def test_postgres_a_database_without_a_log_says_init(
    postgres_database: str, tenant_keys: TenantKeys, sealing: Sealing
) -> None:
    assert "run `rapport init`" in refusal(open_postgres_log(postgres_database, tenant_keys.identity_of, sealing))


def test_postgres_a_role_without_rights_says_so(owner_url: str, tenant_keys: TenantKeys, sealing: Sealing) -> None:
    analyst = make_conninfo(owner_url, options="-c role=rapport_analyst")

    assert "connect as rapport_app" in refusal(open_postgres_log(analyst, tenant_keys.identity_of, sealing))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password": "hunter2"}, "refused the password"),
        ({"user": "nobody_known", "password": "hunter2"}, "refused the password"),
        ({"dbname": "nowhere"}, "no such database"),
        ({"port": "1"}, "can't be reached"),
        ({"host": "no-such-host.invalid"}, "can't be reached"),
    ],
)
def test_postgres_a_server_that_lets_nobody_in_says_why(
    postgres_url: str, tenant_keys: TenantKeys, sealing: Sealing, changed: dict[str, str], said: str
) -> None:
    url = make_conninfo(postgres_url, **changed)

    sentence = refusal(open_postgres_log(url, tenant_keys.identity_of, sealing))

    assert said in sentence
    assert "hunter2" not in sentence
    assert str(conninfo_to_dict(postgres_url)["password"]) not in sentence
    with pytest.raises(LogError, match=said):
        init_postgres(url)


def test_postgres_a_server_that_takes_no_writes_says_so(
    app_url: str, tenant_keys: TenantKeys, sealing: Sealing
) -> None:
    url = make_conninfo(app_url, options="-c role=rapport_app -c default_transaction_read_only=on")

    assert "takes no writes" in refusal(open_postgres_log(url, tenant_keys.identity_of, sealing))


def test_postgres_a_lost_connection_is_told_and_the_next_use_connects_again(
    app_url: str, owner_url: str, tenant_keys: TenantKeys, sealing: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = open_postgres_log(app_url, tenant_keys.identity_of, sealing)
    log.take(incoming(call("c1")))

    recorder = log._open()
    original = recorder.insert_rows

    def insert_and_break(cursor: Cursor[TupleRow], rows: Sequence[NewEvent]) -> None:
        original(cursor, rows)
        with psycopg.connect(owner_url, autocommit=True) as owner:
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    # Given a connection that breaks in the middle of a batch,
    monkeypatch.setattr(recorder, "insert_rows", insert_and_break)
    with pytest.raises(LogError, match="server was stopped meanwhile"):
        log.take(incoming(call("c2")))
    monkeypatch.undo()

    # then nothing of it was kept, and it can be taken again.
    assert log.count("main").events == 1
    assert log.take(incoming(call("c1"), call("c2"))).repeats == 1
    log.close()


def test_a_tenant_that_names_a_path_gets_no_secret(log: EventLog, keys: Path) -> None:
    with pytest.raises(RapportError, match="a tenant's name has"):
        log.take(incoming(call("c1", tenant="../../etc/passwd")))
    assert sorted(path.name for path in keys.iterdir()) == ["main.identity"]
