"""Old events are copied into segments once; rebuilds read those in place of the log, if they are what the log holds."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import psycopg
import pytest

from consumers.project.rebuilding import rebuild
from infra.bootstrap import open_rapport
from infra.history import history as writing
from infra.log.sqlite import SqliteLog
from infra.tables.postgres import PostgresTables
from tests.cli.conftest import embedded, postgres_program, program
from tests.project.conftest import batches
from tests.project.given import Program, calls

__all__ = ["batches", "embedded", "postgres_program", "program"]

EVERYTHING = "SELECT * FROM contact_timeline ORDER BY event_id"
TEXTS = "SELECT * FROM personal.message ORDER BY event_id"
SUMMARY = "they are glad of the unmistakable boat"


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments of ten events."""
    monkeypatch.setattr(writing, "EVENTS", 10)


Falsify = Callable[[int], None]


@pytest.fixture
def falsify(program: Program, request: pytest.FixtureRequest) -> Falsify:
    """Lets the log hold another event at a position, which its triggers refuse."""
    falsified = "UPDATE {} SET recorded_at = recorded_at + {} WHERE notification_id = {}"

    def in_sqlite(position: int) -> None:
        with sqlite3.connect(program.home / "log.sqlite") as log:
            for (trigger,) in log.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                log.execute(f'DROP TRIGGER "{trigger}"')
            log.execute(falsified.format("stored_events", 1, position))

    def in_postgres(position: int) -> None:
        with psycopg.connect(request.getfixturevalue("postgres_database")) as log:
            log.execute("ALTER TABLE rapport.stored_events DISABLE TRIGGER USER")
            log.execute(falsified.format("rapport.stored_events", "interval '1 second'", position).encode())

    return in_postgres if "postgres_database" in request.fixturenames else in_sqlite


def filled(program: Program, count: int = 35) -> Program:
    program.ingest([{**one, "data": {**one["data"], "summary": SUMMARY}} for one in calls(count)])
    return program


def folders(program: Program) -> list[Path]:
    return sorted((program.home / "history").iterdir())


def test_whole_segments_are_written_once_and_list_what_they_hold(program: Program) -> None:
    filled(program)

    written = program.json("history", "write")
    assert written == {"written": 3, "position": 30}
    assert program.json("history", "write") == {"written": 0, "position": 30}
    assert [(one["after"], one["last"], one["events"]) for one in program.json("history", "list")] == [
        (0, 10, 10),
        (10, 20, 10),
        (20, 30, 10),
    ]
    manifest = json.loads((folders(program)[0] / "manifest.json").read_text())
    assert manifest["files"]["events.parquet"]["rows"] == manifest["events"] == 10
    assert program.json("history", "verify") == {"segments": 3, "wrong": []}


def test_they_are_open_files_with_typed_columns_in_which_nothing_personal_stands(embedded: Program) -> None:
    filled(embedded).json("history", "write")

    first = folders(embedded)[0]
    rows = (
        duckdb.connect()
        .execute(f"SELECT position, event_type, occurred_at, sealed FROM '{first}/events.parquet' ORDER BY position")
        .fetchall()
    )
    assert [row[0] for row in rows] == list(range(1, 11))
    assert {row[1] for row in rows} == {"crm.activity.call_logged.v1"}
    assert all('"box"' in row[3] for row in rows)
    assert duckdb.connect().execute(f"SELECT count(direction) FROM '{first}/fact_activity.parquet'").fetchall() == [
        (10,)
    ]
    for path in first.iterdir():
        assert b"unmistakable" not in path.read_bytes()


def test_they_are_handed_out_as_they_are_and_only_what_is_new_again(embedded: Program, tmp_path: Path) -> None:
    filled(embedded)
    given = tmp_path / "given"

    assert embedded.json("export", "history", str(given)) == {"written": 3, "segments": 3, "position": 30}
    embedded.ingest(calls(10, first=35))
    assert embedded.json("export", "history", str(given)) == {"written": 1, "segments": 4, "position": 40}
    count = duckdb.connect().execute(f"SELECT count(*), max(position) FROM '{given}/*/events.parquet'").fetchall()
    assert count == [(40, 40)]
    (tmp_path / "file").touch()
    assert embedded("export", "history", str(tmp_path / "file")).exit_code == 2


def test_a_rebuild_reads_them_in_place_of_the_log(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(program)
    before, texts = program.sql(EVERYTHING), program.sql(TEXTS, "--personal")
    read: list[tuple[int, int]] = []
    monkeypatch.setattr("consumers.project.catch_up.MANY", 10)
    program.json("history", "write")
    note_reads(monkeypatch, read)

    rebuilt = program.json("rebuild")

    assert (rebuilt["position"], rebuilt["compared"], rebuilt["differing"]) == (35, 35, [])
    assert program.sql(EVERYTHING) == before
    assert program.sql(TEXTS, "--personal") == texts
    assert {row["body"] for row in texts} == {SUMMARY}
    # Of what the segments hold, the log was asked for the marks alone: one event each.
    assert all(limit == 1 or after >= 30 for after, limit in read)
    assert any(after >= 30 for after, _ in read)


def test_tables_in_postgresql_are_loaded_without_keys_and_have_them_again_before_events_are_applied(
    postgres_program: Program, batches: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    batches(10)
    keyed: list[int] = []
    filled(postgres_program).json("project")
    before = keys_of()
    postgres_program.json("history", "write")
    real = PostgresTables.stage

    def noting(self: PostgresTables, upto: int, limit: int) -> int:
        count = real(self, upto, limit)
        keyed.append(len(keys_of("_beside")))
        return count

    monkeypatch.setattr(PostgresTables, "stage", noting)

    # when a rebuild is stopped while it loads, and goes on
    seen: list[object] = []
    with open_rapport() as rapport:
        assert rebuild(rapport.projecting(lambda: bool(seen), seen.append)).caught.stopped
    assert postgres_program.json("rebuild")["differing"] == []

    # then no segment was loaded into tables with keys, and all are there now
    assert len(keyed) == 4
    assert set(keyed) == {0}
    assert keys_of() == before
    postgres_program.ingest(calls(1, first=35))
    assert len(postgres_program.sql(EVERYTHING)) == 36


@pytest.mark.parametrize("harm", ["changed", "lost", "manifest", "another log"])
def test_a_segment_that_is_not_what_the_log_holds_is_told_of_and_written_anew(
    program: Program, falsify: Falsify, harm: str
) -> None:
    filled(program).json("history", "write")
    second = folders(program)[1]
    match harm:
        case "changed":
            content = bytearray((second / "fact_activity.parquet").read_bytes())
            content[len(content) // 2] ^= 1
            (second / "fact_activity.parquet").write_bytes(content)
        case "lost":
            (second / "events.parquet").unlink()
        case "manifest":
            (second / "manifest.json").write_text("{")
        case _:
            falsify(12)

    listed = program("history", "list", "--format", "json")
    assert [one["last"] for one in json.loads(listed.stdout)] == [10]
    assert f"history: segment {second.name} can't be used: " in listed.stderr
    assert listed.stderr.endswith("; the log is read instead\n")

    assert program.json("rebuild")["differing"] == []
    assert [one["last"] for one in program.json("history", "list")] == [10, 20, 30]
    assert program.json("history", "verify")["wrong"] == []


def test_what_a_damaged_segment_held_is_read_from_the_log(program: Program, batches: Callable[[int], None]) -> None:
    batches(10)
    filled(program).json("history", "write")
    (folders(program)[1] / "events.parquet").write_bytes(b"")

    projected = program("project", "--format", "json")

    assert projected.exit_code == 0
    assert "can't be used: events.parquet was changed; the log is read instead" in projected.stderr
    assert len(program.sql(EVERYTHING)) == 35


def test_losing_them_loses_nothing(embedded: Program) -> None:
    filled(embedded).json("history", "write")
    before = embedded.sql(EVERYTHING)

    assert embedded("history", "drop").stdout == "3 segments removed\n"
    assert "there are none" in embedded("history", "list").stdout
    assert embedded.json("rebuild")["differing"] == []
    assert embedded.sql(EVERYTHING) == before
    shutil.rmtree(embedded.home / "history")
    assert embedded.json("rebuild")["differing"] == []


def test_verify_finds_what_a_glance_does_not(
    program: Program, falsify: Falsify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.history.segment._ASKED", 1)  # the first event of a segment, and the last
    filled(program).json("history", "write")
    falsify(15)

    assert len(program.json("history", "list")) == 3
    found = program("history", "verify")
    assert found.exit_code == 1
    assert "the log has other events there" in found.stdout


def test_other_days_want_other_segments(embedded: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(embedded).json("history", "write")
    monkeypatch.setenv("RAPPORT_TIMEZONE", "Asia/Tokyo")

    assert embedded.json("history", "list") == []
    assert embedded.json("history", "write")["written"] == 3


def note_reads(monkeypatch: pytest.MonkeyPatch, read: list[tuple[int, int]]) -> None:
    """Let `read` hear behind which position the log is read, and how many events at most."""
    real, staged = SqliteLog.read, PostgresTables._stage

    def noting(self: SqliteLog, after: int, upto: int, limit: int) -> object:
        read.append((after, limit))
        return real(self, after, upto, limit)

    def noting_stage(self: PostgresTables, since: int, upto: int, limit: int) -> object:
        read.append((since, limit))
        return staged(self, since, upto, limit)

    monkeypatch.setattr(SqliteLog, "read", noting)
    monkeypatch.setattr(PostgresTables, "_stage", noting_stage)


def keys_of(beside: str = "") -> list[tuple[str, str]]:
    """The facts in PostgreSQL, and each key and index they have."""
    with open_rapport() as rapport, psycopg.connect(rapport.settings.store.get_secret_value()) as database:
        return database.execute(
            "SELECT tablename, regexp_replace(indexdef, ' ON .* USING ', ' ') FROM pg_indexes"
            " WHERE schemaname = ANY(%s) AND tablename LIKE 'fact_%%' ORDER BY 1, 2",
            [[f"rapport{beside}", f"personal{beside}"]],
        ).fetchall()
