"""A shadow that is not built to its end is not there, what was there stays, and it can be run again."""

import os
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra.bootstrap import open_rapport
from infra.shadows.shadow import Stopped
from infra.tables.postgres_copying import COPYING
from projections.changed import read_texts
from tests.cli.conftest import columns
from tests.project.given import Program, wait_until
from tests.shadows.conftest import Changed
from tests.shadows.given import LIKELIER, built, left_behind
from tests.shadows.test_shadow import BOARD

# When the first model is computed, something happens to the process.
THEN = """
import os, signal
from infra.cli import app
from infra.shadows import shadow
Progress = shadow.Progress
def told(*said):
    {}
    return Progress(*said)
shadow.Progress = told
app()
"""


def test_a_stop_leaves_nothing_and_it_can_be_run_again(filled: Program, changed: Changed) -> None:
    folder = changed(**LIKELIER)

    stopped = _run(filled, "os.kill(os.getpid(), signal.SIGINT)", folder)

    assert stopped == (
        1,
        "stopping after this batch; once more stops at once\nrapport: stopped; nothing of it is left: run it again\n",
    )
    assert left_behind(filled) == []
    assert filled.json("status")["shadows"] == []
    built(filled, folder)
    assert columns(filled.sql(BOARD, "--shadow", "likelier"), "weighted_amount") == [(65,)]


def test_what_a_killed_build_leaves_is_seen_by_nobody_and_goes_with_the_next(filled: Program, changed: Changed) -> None:
    folder = changed(**LIKELIER)
    built(filled, folder)
    before = left_behind(filled)

    # PostgreSQL takes back what a session had not committed; files stay
    assert _run(filled, "os._exit(9)", folder)[0] == 9

    assert columns(filled.sql(BOARD, "--shadow", "likelier"), "weighted_amount") == [(65,)]
    built(filled, folder)
    assert len(left_behind(filled)) == len(before)
    assert filled("rebuild", "--shadow", "likelier", "--drop").exit_code == 0
    assert left_behind(filled) == []


def _run(program: Program, what: str, folder: Path) -> tuple[int, str]:
    process = program.start_python(THEN.format(what), "rebuild", "--shadow", "likelier", "--models", str(folder))
    _, said = process.communicate(timeout=60)
    return process.returncode, said


def test_a_stopped_comparison_leaves_the_shadow_as_it_was(filled: Program, changed: Changed) -> None:
    folder = changed(**LIKELIER)
    built(filled, folder)
    files = left_behind(filled)
    deal = {"specversion": "1.0", "id": "x", "source": "test", "type": "crm.deal.won.v1", "subject": "deal:test:5"}
    filled.ingest([{**deal, "time": "2026-05-01T12:00:00Z", "data": {}}])
    filled.json("project")

    for stopped in (_stopped_compare, _stopped_build):
        stopped(folder)
        assert left_behind(filled) == files
        assert columns(filled.sql(BOARD, "--shadow", "likelier"), "weighted_amount") == [(65,)]

    filled.json("diff", "tables", "likelier")
    assert columns(filled.sql(BOARD, "--shadow", "likelier"), "weighted_amount") == [(40,)]


def _stopped_compare(_: Path) -> None:
    with open_rapport() as rapport:
        comparing = rapport.shadows.compare("likelier", rapport.projecting(lambda: True))
        with pytest.raises(Stopped), comparing:
            pass


def _stopped_build(folder: Path) -> None:
    with open_rapport() as rapport, pytest.raises(Stopped):
        rapport.shadows.build("likelier", read_texts(folder), rapport.projecting(lambda: True))


def test_one_process_is_at_work_on_a_shadow(filled: Program, changed: Changed) -> None:
    folder = changed(**LIKELIER)
    built(filled, folder)
    with open_rapport() as rapport, rapport.shadows._alone("likelier"):  # type: ignore[attr-defined] # to be at work
        for words in (["--models", str(folder)], ["--drop"]):
            refused = filled("rebuild", "--shadow", "likelier", *words)
            said = "another process is at work on the shadow likelier: wait for it, or stop it"
            assert (refused.exit_code, said in refused.stderr) == (1, True)
        assert columns(filled.sql(BOARD, "--shadow", "likelier"), "weighted_amount") == [(65,)]


def test_the_end_of_a_rebuild_waits_for_who_copies_what_it_replaces(
    postgres_program: Program, sales: list[Any], tickets: list[Any]
) -> None:
    postgres_program.ingest([*sales, *tickets])
    postgres_program.json("project")
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with psycopg.connect(os.environ["RAPPORT_STORE"], autocommit=True) as connection:
        before = connection.execute("SELECT 'crm.deal'::regclass::oid").fetchone()
        connection.execute("SELECT pg_advisory_lock_shared(%s)", [COPYING])
        process = postgres_program.start("rebuild")
        wait_until(lambda: connection.execute(waiting).fetchone() == (1,), "the rebuild waits", process)
        assert connection.execute("SELECT 'crm.deal'::regclass::oid").fetchone() == before
        connection.execute("SELECT pg_advisory_unlock_shared(%s)", [COPYING])
        assert process.wait(60) == 0
        assert connection.execute("SELECT 'crm.deal'::regclass::oid").fetchone() != before
