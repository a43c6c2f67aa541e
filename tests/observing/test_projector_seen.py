"""`rapport run project` seen from outside, on both stores: its figures, health, readiness and log lines."""

import os
import sys
import time

import psycopg
import pytest

from tests.observing.given import Running, running
from tests.project.given import Program, calls

PROJECT = [sys.executable, "-c", "from infra.cli import app; app()", "run", "project"]


def tables_at(program: Running, position: int) -> bool:
    return program.value("rapport_tables_position") == position


def test_its_metrics_tell_what_it_did_and_how_far_it_is(program: Program) -> None:
    # Given a projector that has caught up,
    program.ingest(calls(30))
    with running(PROJECT, dict(os.environ)) as seen:
        seen.until_ready()
        seen.until(lambda: tables_at(seen, 30), "it had caught up")

        # when more events and some that can't be used come,
        last = program.ingest(calls(12, first=30))
        (program.home / "bad").write_text("{}\n[]\nx\n")
        program("ingest", str(program.home / "bad"))
        seen.until(lambda: tables_at(seen, last), "it had followed")

        # then all figures say so.
        assert seen.value("rapport_projected_events_total") == 42
        assert (seen.value("rapport_log_head"), seen.value("rapport_tables_lag_positions")) == (last, 0)
        assert (seen.value("rapport_tables_age_seconds"), seen.value("rapport_log_reachable")) == (0, 1)
        assert (seen.value("rapport_projection_step_seconds_count") or 0) >= 2
        assert (seen.value("process_resident_memory_bytes") or 0) > 10_000_000
        seen.until(lambda: seen.value("rapport_dead_letters_open", origin="ingest") == 3, "letters were counted anew")
        assert seen.ask("/healthz") == (200, "alive\n")
        assert seen.ask("/nothing")[0] == 404

        # A stop ends it in peace, and every line it wrote is JSON that names its event. It tells of its progress where
        # the machine is slow.
        assert seen.stop() == 0
        told_at_times = {"project.caught_up", "project.progress"}
        assert [line["event"] for line in seen.lines if line["event"] not in told_at_times] == [
            "observe.listening",
            "project.begun",
            "run.stopping",
            "project.stopped",
        ]
        assert all(line.keys() >= {"time", "level", "logger", "message"} for line in seen.lines)


def test_given_a_halted_projector_then_another_one_would_see_the_tables_grow_old(embedded: Program) -> None:
    embedded.ingest(calls(3))
    embedded("project")
    embedded.ingest(calls(1, first=3))
    time.sleep(1.1)

    with running(PROJECT, dict(os.environ)) as seen:
        first = seen.value("rapport_tables_age_seconds")
        seen.until(lambda: tables_at(seen, 4), "it had caught up")
        assert first is not None
        assert first == 0 or 1 < first < 60  # it may have been quicker than the first question
        assert seen.value("rapport_tables_age_seconds") == 0


def test_given_a_database_that_is_away_then_it_is_not_ready_and_works_on_when_it_is_back(
    postgres_program: Program, postgres_database: str, postgres_url: str
) -> None:
    postgres_program.ingest(calls(5))
    name = postgres_database.rpartition("/")[2].partition("?")[0]
    with (
        running(PROJECT, dict(os.environ)) as seen,
        psycopg.connect(postgres_url, autocommit=True) as server,
    ):
        seen.until_ready()

        server.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false'.encode())
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        seen.until(lambda: seen.ask("/readyz")[0] == 503, "it was not ready")
        seen.until(lambda: seen.value("rapport_log_reachable") == 0, "the log was seen to be away")
        assert seen.value("rapport_log_head") is None
        assert seen.ask("/healthz")[0] == 200

        server.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true'.encode())
        seen.until_ready()
        last = postgres_program.ingest(calls(5, first=5))
        seen.until(lambda: tables_at(seen, last), "it had caught up")
        assert (seen.value("rapport_waits_total") or 0) >= 1
        assert "project.waits" in [line["event"] for line in seen.lines]
        assert seen.stop() == 0


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_port_that_is_taken_is_one_clear_sentence(
    embedded: Program, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(PROJECT, dict(os.environ), "text") as first:
        assert " INFO rapport" in first.said
        monkeypatch.setenv("RAPPORT_OBSERVE", f"127.0.0.1:{first.port}")
        monkeypatch.setenv("RAPPORT_LOG_FORMAT", form)
        second = embedded.start("run", "project")
        _, said = second.communicate(timeout=60)

    assert second.returncode == 1
    assert f"127.0.0.1:{first.port} can't be listened on" in said
    assert len(said.splitlines()) == 1
    assert said.startswith('{"time"' if form == "json" else "rapport: RAPPORT_OBSERVE")
