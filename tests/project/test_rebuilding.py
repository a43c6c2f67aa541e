"""A rebuild makes new tables beside those in use: readers see the old ones, whole, until the new ones are."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from consumers.project.catch_up import Progress
from consumers.project.rebuilding import rebuild
from infra.bootstrap import open_rapport
from infra.publishing import postgres_switching
from tests.project.given import Program, calls, harm, wait_until

COUNT = "SELECT count(*) AS n FROM contact_timeline"
EVERYTHING = "SELECT * FROM contact_timeline ORDER BY event_id"
MISSED = "SELECT count(*) > 0 AS any_missed FROM kpi_activity_daily WHERE missed > 0"
ALL_MISSED = "UPDATE crm.kpi_activity_daily SET missed = activities"
READ = """
import os, sys
from infra.bootstrap import open_rapport
with open_rapport() as rapport:
    while not os.path.exists(sys.argv[1]):
        reader = rapport.open_reader(personal=False)
        print(reader.query(sys.argv[2]).rows[0][0])
        reader.close()
"""
HOLD = """
import sys, time
from consumers.project import catch_up
from infra.publishing import postgres_draft
from infra.tables import duckdb, postgres
for tables in (duckdb.DuckdbTables, postgres.PostgresTables):
    def advance(self, upto, limit, real=tables.advance):
        open(sys.argv[1], "w").close()
        time.sleep(600)
        return real(self, upto, limit)
    tables.advance = advance
def copy(*known, real=postgres_draft.copy_tables):
    open(sys.argv[1], "w").close()
    time.sleep(600)
    return real(*known)
postgres_draft.copy_tables = copy
from infra.cli import app
app(sys.argv[2:])
"""


@pytest.mark.parametrize("models", [(), ("contact_timeline", "message_text")], ids=["all", "some"])
def test_readers_see_whole_tables_while_events_come_and_they_are_rebuilt(
    program: Program, models: tuple[str, ...]
) -> None:
    program.ingest(calls(200))
    program.json("project")
    done = program.home / "done"

    with program.projector():
        reading = program.start_python(READ, str(done), COUNT)
        rebuilding = program.start("rebuild", *models, "--format", "json")
        for first in range(200, 300, 10):
            last = program.ingest(calls(10, first=first))
        out, err = rebuilding.communicate(timeout=120)
        wait_until(lambda: program.sql(COUNT, "--wait", str(last)) == [{"n": 300}], "all events are in the tables")
        done.touch()
        read, failed = reading.communicate(timeout=60)

    assert rebuilding.returncode == 0, out + err
    assert reading.returncode == 0, failed
    seen = [int(line) for line in read.split()]
    assert seen == sorted(seen)
    assert min(seen) >= 200


def test_a_stopped_rebuild_leaves_the_tables_and_goes_on_or_is_forgotten(
    program: Program, batches: Callable[[int], None]
) -> None:
    batches(10)
    program.ingest(calls(40))
    before = program.sql(EVERYTHING)
    left: list[int] = []

    def stopped_after(events: int) -> bool:
        doing: list[Progress] = []
        with open_rapport() as rapport:
            caught = rebuild(rapport.projecting(lambda: bool(doing and doing[-1].done >= events), doing.append)).caught
        left.append(doing[0].of)
        return caught.stopped

    assert stopped_after(1)
    assert program.sql(EVERYTHING) == before
    assert stopped_after(1)
    assert left[1] < left[0]  # it went on behind what was done
    assert "forgotten" in program("rebuild", "--drop").stdout
    assert "nothing to forget" in program("rebuild", "--drop").stdout
    assert program.json("rebuild")["events"] == 40
    assert program.sql(EVERYTHING) == before


def test_some_models_are_computed_anew_and_the_others_stay_as_they_are(program: Program) -> None:
    program.ingest(calls(30))
    program.json("project")
    harm(program, "DELETE FROM crm.contact_timeline WHERE position <= 10")
    harm(program, ALL_MISSED)

    rebuilt = program.json("rebuild", "contact_timeline")

    assert (rebuilt["compared"], rebuilt["differing"]) == (30, ["crm.contact_timeline"])
    assert len(program.sql(EVERYTHING)) == 30
    assert program.sql(MISSED) == [{"any_missed": True}]
    program.ingest(calls(5, first=30))
    assert len(program.sql(EVERYTHING)) == 35
    assert program("rebuild", "--undo").exit_code == 0
    assert len(program.sql(EVERYTHING)) == 25
    assert program.json("rebuild")["differing"] == ["crm.contact_timeline", "crm.kpi_activity_daily"]
    assert program.sql(MISSED) == [{"any_missed": False}]


def test_one_of_some_that_is_stopped_is_no_rebuild_of_all(program: Program) -> None:
    program.ingest(calls(30))
    program.json("project")
    harm(program, ALL_MISSED)
    there = program.home / "computing"
    program.ingest(calls(5, first=30))
    killed = program.start_python(HOLD, str(there), "rebuild", "contact_timeline")
    program.wait_for_file(there, killed)
    killed.kill()
    killed.wait()

    until = time.monotonic() + 60
    while (again := program("rebuild", "--format", "json")).exit_code and time.monotonic() < until:
        time.sleep(0.2)

    assert again.exit_code == 0, again.stderr
    assert program.sql(MISSED) == [{"any_missed": False}]


def test_one_that_is_killed_hurts_nobody_and_two_at_once_are_one_too_many(program: Program) -> None:
    program.ingest(calls(30))
    before = program.sql(EVERYTHING)
    there = program.home / "computing"
    killed = program.start_python(HOLD, str(there), "rebuild")
    program.wait_for_file(there, killed)

    second = program("rebuild")
    assert second.exit_code == 1
    assert second.stderr == "rapport: another process is rebuilding the tables: wait for it, or stop it\n"
    assert "a rebuild is under way" in program("rebuild", "--drop").stderr

    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert program.sql(EVERYTHING) == before
    until = time.monotonic() + 60  # a server notices a dead client when it has time
    while (again := program("rebuild", "--format", "json")).exit_code and time.monotonic() < until:
        time.sleep(0.2)
    assert again.exit_code == 0, again.stderr
    assert program.sql(EVERYTHING) == before


def test_it_says_which_tables_were_not_as_the_log_says_and_undo_brings_those_back(program: Program) -> None:
    program.ingest(calls(30))
    right = program.sql(EVERYTHING)
    harm(program, "DELETE FROM crm.contact_timeline WHERE position <= 10")
    harmed = program.sql(EVERYTHING)
    assert len(harmed) == 20

    rebuilt = program.json("rebuild")
    assert (rebuilt["compared"], rebuilt["differing"]) == (30, ["crm.contact_timeline"])
    assert program.sql(EVERYTHING) == right
    assert "the same as those before" in program("rebuild").stdout

    assert program("rebuild", "--undo").exit_code == 0
    assert program.sql(EVERYTHING) == right  # the last ones kept are right too
    program.ingest(calls(5, first=30))
    assert len(program.sql(EVERYTHING)) == 35


def test_undo_goes_back_to_what_was_before_and_brings_it_up_to_date(program: Program) -> None:
    program.ingest(calls(30))
    program.json("project")
    harm(program, "DELETE FROM crm.contact_timeline WHERE position <= 10")
    program.json("rebuild")
    program.ingest(calls(5, first=30))

    with program.projector():
        assert program.json("rebuild", "--undo")["position"] == 35
        assert len(program.sql(EVERYTHING)) == 25
        assert program.json("rebuild", "--undo")["position"] == 35  # and back again
        assert len(program.sql(EVERYTHING)) == 35


def test_an_undo_to_tables_of_another_time_zone_is_refused_and_changes_nothing(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.ingest(calls(3))
    monkeypatch.setenv("RAPPORT_TIMEZONE", "America/New_York")
    program.json("project")
    monkeypatch.setenv("RAPPORT_TIMEZONE", "Asia/Kolkata")
    program.json("rebuild")

    with program.projector() as projector:
        refused = program("rebuild", "--undo")
        assert (refused.exit_code, "those of America/New_York" in refused.stderr) == (1, True)
        assert projector.poll() is None  # and the projector goes on
    assert program("rebuild", "--undo").exit_code == 1
    program.ingest(calls(2, first=3))
    assert len(program.sql(EVERYTHING)) == 5


def test_some_models_are_a_copys_also_behind_a_rebuild_that_was_swapped_in(program: Program) -> None:
    program.ingest(calls(30))
    program.json("project")
    program.json("rebuild")

    assert program.json("rebuild", "contact_timeline")["events"] == 0
    assert program.json("rebuild", "contact_timeline")["events"] == 0
    assert "nothing" in program("rebuild", "--drop").stdout


def test_without_anything_kept_there_is_nothing_to_undo(program: Program) -> None:
    program.ingest(calls(3))
    program.json("project")

    refused = program("rebuild", "--undo")
    assert (refused.exit_code, refused.stderr) == (1, "rapport: no tables from before a rebuild are kept\n")
    with program.projector() as projector:
        refused = program("rebuild", "--undo")
        assert refused.exit_code == 1
        assert "no tables from before a rebuild are kept" in refused.stderr
        assert projector.poll() is None  # and the projector goes on
    assert program("rebuild", "--undo", "--drop").exit_code == 2


def test_tables_of_other_models_serve_until_new_ones_are_made(postgres_program: Program) -> None:
    program = postgres_program
    program.ingest(calls(30))
    program.json("project")
    harm(program, "DELETE FROM crm.contact_timeline WHERE position <= 10")
    harm(program, "UPDATE rapport.progress SET models_digest = 'of another program'")
    there = program.home / "computing"
    renewing = program.start_python(HOLD, str(there), "run", "project")
    program.wait_for_file(there, renewing)

    assert ask(COUNT.replace("contact", "crm.contact")) == 20

    renewing.kill()
    renewing.wait()
    until = time.monotonic() + 60
    while (caught := program("project")).exit_code and time.monotonic() < until:
        time.sleep(0.2)
    assert len(program.sql(EVERYTHING)) == 30, caught.stderr


def test_a_query_that_reads_facts_all_the_time_is_told_and_then_it_goes_on(
    postgres_program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = postgres_program
    program.ingest(calls(30))
    harm_first = "DELETE FROM crm.contact_timeline WHERE position <= 10"
    program.json("project")
    harm(program, harm_first)
    monkeypatch.setattr(postgres_switching, "_ATTEMPTS", 3)

    with psycopg.connect(os.environ["RAPPORT_STORE"]) as reading:
        reading.execute("SELECT count(*) FROM rapport.fact_activity")
        refused = program("rebuild")
        told = "has read the facts all the time while they were to change places: stop it"
        assert (refused.exit_code, told in refused.stderr) == (1, True)
        assert len(program.sql(EVERYTHING)) == 20
    again = program.json("rebuild")

    assert again["events"] == 0  # they were made already
    assert len(program.sql(EVERYTHING)) == 30


def ask(statement: str) -> Any:
    """What a reader sees who does not ask the program."""
    with psycopg.connect(os.environ["RAPPORT_STORE"]) as connection:
        connection.execute("SET lock_timeout = '5s'")
        row = connection.execute(statement.encode()).fetchone()
    return row[0] if row else None
