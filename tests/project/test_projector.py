"""With a running projector and without one, every command sees what was recorded, and nobody locks anybody out."""

import os
import signal
import threading
import time
from contextlib import suppress
from typing import Any

import duckdb
import psycopg
import pytest

from tests.project.given import Program, calls, wait_until

COUNT = "SELECT CAST(count(*) AS bigint) AS n FROM contact_timeline"


def test_without_a_projector_a_read_sees_what_was_recorded(program: Program) -> None:
    program.ingest(calls(12))

    assert program.sql(COUNT) == [{"n": 12}]

    program.ingest(calls(5, first=12))
    assert program.sql(COUNT) == [{"n": 17}]


def test_project_catches_up_once(program: Program) -> None:
    last = program.ingest(calls(30))

    first, again = program.json("project"), program.json("project")

    assert (first["position"], first["events"], first["stopped"]) == (last, 30, False)
    assert (again["position"], again["events"]) == (last, 0)
    status = program.json("status")
    assert (status["position"], status["lag"], status["projector"]) == (last, 0, None)
    assert status["tables"]["contact_timeline"] == 30


def test_with_a_projector_all_commands_work_and_it_does_the_work(program: Program) -> None:
    program.ingest(calls(10))
    with program.projector() as projector:
        last = program.ingest(calls(1_000, first=10))
        begun = time.monotonic()
        done = program.json("project")
        assert done["position"] == last
        assert program.sql(COUNT) == [{"n": 1_010}]
        assert time.monotonic() - begun < 20  # a second where nothing else runs; two cores are shared here

        position = program.ingest(calls(1, first=1_010))
        assert program.sql(COUNT, "--wait", str(position)) == [{"n": 1_011}]
        assert program.json("rebuild")["position"] == position
        assert program.sql(COUNT) == [{"n": 1_011}]
        assert program.json("timeline", "contact:test:3", "--limit", "2")[0]["kind"] == "call"
        assert program.json("status")["projector"] is not None

        second = program("run", "project")
        assert second.exit_code == 1
        assert "a projector runs already" in second.stderr

        projector.send_signal(signal.SIGTERM)
        assert projector.wait(60) == 0
    assert program.json("status")["projector"] is None
    assert program.sql(COUNT) == [{"n": 1_011}]


def test_a_rebuild_gives_the_same_tables(program: Program) -> None:
    program.ingest(calls(25))
    everything = "SELECT * FROM contact_timeline ORDER BY event_id"
    before = program.sql(everything)

    assert program.json("rebuild")["events"] == 25
    assert program.sql(everything) == before


@pytest.mark.parametrize("command", ["project", "rebuild"])
def test_who_asked_takes_over_when_the_owner_dies(program: Program, command: str) -> None:
    program.ingest(calls(20))
    with program.projector() as projector:
        projector.send_signal(signal.SIGSTOP)  # it holds the tables and does nothing
        results: list[Any] = []
        last = program.ingest(calls(5, first=20))
        asking = program.start(command, "--format", "json")
        threading.Thread(target=lambda: results.append(asking.communicate())).start()
        wait_until(lambda: is_asked(program), "it asks the owner", asking)
        assert asking.poll() is None, results

        projector.kill()
        wait_until(lambda: bool(results), "the one who asked did it")
    assert asking.returncode == 0, results
    assert f'"position": {last}' in results[0][0]
    assert program.sql(COUNT) == [{"n": 25}]


def is_asked(program: Program) -> bool:
    store = os.environ.get("RAPPORT_STORE")
    if store is None:
        return any((program.home / "projector" / "requests").glob("*.json"))
    # As long as nobody has asked, and the owner was halted early, the table may not be there.
    with suppress(psycopg.errors.UndefinedTable), psycopg.connect(store) as connection:
        row = connection.execute("SELECT count(*) FROM rapport.projector_request WHERE NOT answered").fetchone()
        return bool(row and row[0])
    return False


def test_waiting_for_what_does_not_come_ends_with_a_sentence(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.cli.reading._PATIENCE", 0.3)
    last = program.ingest(calls(3))

    result = program("sql", COUNT, "--wait", str(last + 1))

    assert result.exit_code == 1
    assert f"at position {last} and not yet at {last + 1}" in result.stderr


def test_readers_are_never_locked_out_while_a_projector_publishes(embedded: Program) -> None:
    embedded.ingest(calls(50))
    seen: list[int] = []
    with embedded.projector():
        embedded.json("project")
        stop = threading.Event()

        def read() -> None:
            # As an analyst would, with DuckDB and no help of ours.
            while not stop.is_set():
                with duckdb.connect(str(embedded.home / "read_models.duckdb"), read_only=True) as connection:
                    row = connection.execute("SELECT count(*) FROM crm.contact_timeline").fetchone()
                    seen.append(row[0] if row else -1)

        errors: list[BaseException] = []
        threading.excepthook = lambda args: errors.append(args.exc_value or AssertionError())
        reader = threading.Thread(target=read)
        reader.start()
        for batch in range(10):
            embedded.ingest(calls(50, first=50 + 50 * batch))
        wait_until(lambda: bool(seen) and seen[-1] == 550, "all is published")
        stop.set()
        reader.join()
    assert not errors
    assert seen == sorted(seen)
    assert len(set(seen)) > 2


def test_a_reader_keeps_what_it_opened(embedded: Program) -> None:
    embedded.ingest(calls(10))
    embedded.json("project")
    with duckdb.connect(str(embedded.home / "read_models.duckdb"), read_only=True) as connection:
        embedded.ingest(calls(10, first=10))
        embedded.json("project")
        assert connection.execute("SELECT count(*) FROM crm.contact_timeline").fetchone() == (10,)
    assert embedded.sql(COUNT) == [{"n": 20}]
