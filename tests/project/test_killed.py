"""A projector that is killed between any two steps leaves what the next one needs, and nothing is lost or doubled."""

import os
import signal
import subprocess
import sys

import pytest

from tests.project.given import Program, calls, wait_until

# Runs `rapport project`, and kills itself as soon as the named step is done (for the time that is asked for).
KILLED = """
import os, signal, sys
from importlib import import_module
from consumers.project import catch_up
where, step, nth, batch = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
catch_up.LIVE_BATCH = catch_up.STAGED_BATCH = catch_up.MANY = batch
holder = import_module(where)
*path, name = step.split(".")
for part in path:
    holder = getattr(holder, part)
inner, left = getattr(holder, name), [nth]
def then_die(*args, **kwargs):
    result = inner(*args, **kwargs)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
setattr(holder, name, then_die)
from infra.cli import app
sys.argv = ["rapport", "project"]
app()
"""
# With batches of 10 events, 40 new ones are staged first and computed then; with 1,000 they are applied at once.
STAGING, APPLYING = 10, 1_000
DUCKDB, POSTGRES = "infra.tables.duckdb", "infra.tables.postgres"
STEPS_OF_FILES = [
    (DUCKDB, "DuckdbTables._stage", 1, APPLYING),
    (DUCKDB, "DuckdbTables._move", 1, APPLYING),
    (DUCKDB, "DuckdbTables.advance", 1, APPLYING),
    (DUCKDB, "DuckdbTables.stage", 2, STAGING),
    (DUCKDB, "DuckdbTables._move", 5, STAGING),
    (DUCKDB, "DuckdbTables.checkpoint", 1, APPLYING),
    ("infra.publishing.private_file", "_copy", 1, APPLYING),
    ("infra.publishing.private_file", "PrivateFile.publish", 1, APPLYING),
    ("infra.publishing.private_file", "PrivateFile.publish", 2, APPLYING),
]
STEPS_OF_POSTGRES = [
    (POSTGRES, "PostgresTables._move", 1, APPLYING),
    (POSTGRES, "PostgresTables.advance", 1, APPLYING),
    (POSTGRES, "PostgresTables.stage", 2, STAGING),
]


def kill_at(where: str, step: str, nth: int, batch: int) -> None:
    words = [sys.executable, "-c", KILLED, where, step, str(nth), str(batch)]
    killed = subprocess.run(words, env=os.environ.copy(), capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr


def assert_the_next_one_is_right(program: Program) -> None:
    everything = "SELECT * FROM contact_timeline ORDER BY event_id"
    last = program.ingest(calls(3, first=60))

    assert program.json("project")["position"] == last
    tables = program.sql(everything)
    assert len({row["event_id"] for row in tables}) == len(tables) == 63
    program.json("rebuild")
    assert program.sql(everything) == tables


@pytest.mark.parametrize(("where", "step", "nth", "batch"), STEPS_OF_FILES)
def test_files(embedded: Program, where: str, step: str, nth: int, batch: int) -> None:
    embedded.ingest(calls(20))
    embedded.json("project")
    embedded.ingest(calls(40, first=20))

    kill_at(where, step, nth, batch)

    assert embedded.json("status")["projector"] is None
    assert len(embedded.sql("SELECT * FROM contact_timeline")) == 60
    assert_the_next_one_is_right(embedded)


@pytest.mark.parametrize(("where", "step", "nth", "batch"), STEPS_OF_POSTGRES)
def test_postgres(postgres_program: Program, where: str, step: str, nth: int, batch: int) -> None:
    program = postgres_program
    program.ingest(calls(20))
    program.json("project")
    program.ingest(calls(40, first=20))

    kill_at(where, step, nth, batch)

    # The server lets go of a dead client's lock once it has cleared up behind it.
    wait_until(lambda: program.json("status")["projector"] is None, "nobody owns the tables any more")
    assert len(program.sql("SELECT * FROM contact_timeline")) == 60
    assert_the_next_one_is_right(program)
