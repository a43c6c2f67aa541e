"""Catching up: live in batches or all facts first, stopped at any edge, it ends with the same tables."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from consumers.project.catch_up import Progress
from infra.bootstrap import open_rapport
from tests.project.given import Program, calls

EVERYTHING = "SELECT * FROM contact_timeline ORDER BY event_id"


class StopAfter:
    """Asks for a stop when it was asked that often whether to."""

    def __init__(self, times: int) -> None:
        self._left = times

    def __call__(self) -> bool:
        self._left -= 1
        return self._left < 0


def test_few_events_are_applied_and_many_are_staged_first(program: Program, batches: Callable[[int], None]) -> None:
    batches(10)
    program.ingest(calls(40))
    doing: list[str] = []

    def hear(progress: Progress) -> None:
        doing.append(progress.doing.split()[0])

    with open_rapport() as rapport:
        rapport.projecting(report=hear).bring_up()
        assert dict.fromkeys(doing) == {"staging": None, "computed": None}
        doing.clear()
        program.ingest(calls(8, first=40))
        rapport.projecting(report=hear).bring_up()
        assert set(doing) == {"applying"}

    staged_and_applied = program.sql(EVERYTHING)
    program.json("rebuild")
    assert program.sql(EVERYTHING) == staged_and_applied
    assert len(staged_and_applied) == 48


@pytest.mark.parametrize("edges", [0, 1, 2, 3, 4, 5, 6, 20])
def test_a_stop_keeps_what_is_done_and_the_next_run_does_the_rest(
    embedded: Program, batches: Callable[[int], None], edges: int
) -> None:
    batches(10)
    last = embedded.ingest(calls(40))

    with open_rapport() as rapport:
        stopped = rapport.projecting(StopAfter(edges)).bring_up()
        assert stopped.stopped
        assert stopped.position in {0, last}
        done = rapport.projecting().bring_up()

    assert (done.position, done.stopped) == (last, False)
    assert len(embedded.sql(EVERYTHING)) == 40


def test_facts_that_a_stop_left_ahead_are_computed_even_if_nothing_new_came(
    embedded: Program, batches: Callable[[int], None]
) -> None:
    batches(10)
    embedded.ingest(calls(40))
    with open_rapport() as rapport:
        owner = rapport.projector.own()
        assert owner is not None
        with owner:
            for tables in owner.sets:
                while tables.stage(40, 10) == 10:
                    pass
                assert (tables.staged, tables.position) == (40, 0)

    assert len(embedded.sql(EVERYTHING)) == 40


def test_positions_that_nobody_took_are_passed(postgres_program: Program, postgres_database: str) -> None:
    program = postgres_program
    program.ingest(calls(3))
    with psycopg.connect(postgres_database) as connection:
        # As a transaction does that was rolled back.
        connection.execute("SELECT nextval('rapport.stored_events_notification_id_seq') FROM generate_series(1, 5)")

    assert program.json("project")["position"] == 8
    assert program.json("status")["lag"] == 0


def test_two_sets_of_tables_may_stand_at_different_positions(embedded: Program) -> None:
    embedded.ingest(calls(5))
    with open_rapport() as rapport:
        owner = rapport.projector.own()
        assert owner is not None
        with owner:
            owner.sets[0].advance(3, 3)
            owner.publish(at_once=True)
        assert rapport.projector.published() == 0
    embedded.ingest(calls(5, first=5))

    assert embedded.json("project")["position"] == 10
    assert len(embedded.sql(EVERYTHING)) == 10


@pytest.mark.usefixtures("embedded")
def test_publishing_takes_a_small_part_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    copies: list[Path] = []
    monkeypatch.setattr("infra.publishing.embedded.time.monotonic", lambda: now[0])

    def copy(file: Any) -> None:
        copies.append(file)
        now[0] += 1  # large tables: a second for each of the two files

    monkeypatch.setattr("infra.publishing.private_file.PrivateFile.publish", copy)
    with open_rapport() as rapport:
        owner = rapport.projector.own()
        assert owner is not None
        with owner:
            owner.publish(at_once=False)
            for position in range(1, 41):
                now[0] += 1
                for tables in owner.sets:
                    tables.advance(position, 1)
                owner.publish(at_once=False)
            assert len(copies) == 2 + 2 * 2
            owner.publish(at_once=True)
            assert len(copies) == 2 + 2 * 2 + 2
