"""Every benchmark measures something, at a size where the figures mean nothing, and the file has its form."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.history import history
from tests.bench import append_8_writers, emmett_peer, kafka_to_pg, rebuild_peers
from tests.bench.measuring import BenchFailed, Figure, Line, Series, in_turns, line
from tests.bench.rebuild_peers import _VIEWS
from tests.bench.run import BENCHMARKS, write
from tests.bench.timeline import compare
from tests.bench.workshop import Sizes, Workshop

TINY = Sizes(
    live=200,
    live_runner=100,
    rebuild=300,
    ingest=300,
    import_rows=50,
    commands=2,
    topics=300,
    append=2,
    fresh=50,
    mails=60,
)
FIELDS = {"name", "value", "unit", "peer", "ratio", "runs", "spread", "fsync_us"}
# What each name in the file is measured against.
PEERS = {
    "project_live_pg": "eventsourcing ProjectionRunner",
    "project_live_pg:batches_of_1000": "eventsourcing ProjectionRunner",
    "project_live_pg:one_table": "eventsourcing ProjectionRunner",
    "project_live_pg:by_hand": "psycopg, batches of 1,000",
    "project_live_pg:one_table_by_hand": "psycopg, batches of 1,000",
    "rebuild_1m_embedded": "raw scan of the log",
    "rebuild_1m_embedded:memory": None,
    "rebuild_1m_embedded:from_history": "rebuild",
    "rebuild_1m_embedded:open_from_history": "rebuild",
    "rebuild_1m_embedded:with_publishing": None,
    "rebuild_1m_postgres": "raw scan of the log",
    "rebuild_1m_postgres:from_log": "raw scan of the log",
    "rebuild_10m_embedded": "a tenth of them",
    "rebuild_10m_embedded:memory": None,
    "rebuild_10m_embedded:timeline_p99": None,
    "rebuild_10m_embedded:timeline_p99_postgres": None,
    "rebuild_10m_embedded:publishing": "a copy",
    "rebuild_one_model": "eventsourcing ProjectionRunner",
    "rebuild_one_model:upsert": "psycopg, an UPSERT and a commit per event",
    "rebuild_one_model:postgres": "eventsourcing ProjectionRunner",
    "rebuild_one_model:postgres_upsert": "psycopg, an UPSERT and a commit per event",
    "ingest_sqlite": "raw INSERTs, batches of 500",
    "ingest_sqlite:eventsourcing": "eventsourcing SQLite recorder, batches of 500",
    "contact_page": "importing typer, rich, pydantic and duckdb",
    "as_of": "the board of today",
    "as_of:slowest_table": None,
    "append_command:sqlite": None,
    "append_command:postgres": None,
    "publish": None,
    "import_to_tables": None,
    "import_to_tables:following": None,
    "import_to_tables:postgres": None,
    "import_to_tables:following:postgres": None,
    "kafka_to_pg": "raw COPY",
    "kafka_to_pg:reading": "kafka-python merely reading",
    "kafka_to_pg:two_consumers": "one consumer",
    "append_8_writers": "plain INSERTs",
    "append_8_writers:eventsourcing": "eventsourcing PostgreSQL recorder",
    "append_8_writers:umadb": "UmaDB",
    "append_8_writers:whole_log": "plain INSERTs",
    "freshness": None,
    "freshness:p95": None,
    "live_pg": None,
    "live_pg:p95": None,
    "live_pg:backlog": None,
    "sealing:sqlite": "the same in the open",
    "sealing:postgres": "the same in the open",
    "swap_pg": "without a swap",
    "mailbox": "the library merely parsing",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the benchmarks keep, for all of them."""
    return tmp_path_factory.mktemp("bench")


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_measures_in_turns_and_writes_figures(
    name: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "EVENTS", 100)  # else so few events have no history
    monkeypatch.setattr(kafka_to_pg, "_SETTLED", 0.5)  # no figure is looked at
    monkeypatch.setattr(append_8_writers, "_WRITERS", 2)
    lines = BENCHMARKS[name](Workshop(TINY, 1, folder, lambda _: None, profile=True, fetches=False))
    write(tmp_path / "bench.json", lines)

    figures = json.loads((tmp_path / "bench.json").read_text())
    assert {one["name"]: one["peer"] for one in figures} == {
        figure: peer for figure, peer in PEERS.items() if figure.partition(":")[0] == name
    }
    for one in figures:
        assert set(one) == FIELDS
        assert one["value"] > 0
        assert one["runs"] == 1
        assert one["fsync_us"] > 0
        assert (one["ratio"] is None) == (one["peer"] is None)
    assert not list(folder.glob("scratch-*"))


@pytest.mark.parametrize(
    ("programs", "fetches", "why"),
    [
        ([], True, "node and npm not found"),
        (["node"], True, "npm not found"),
        (["node", "npm"], False, "nothing is fetched in this run"),
        (["node", "npm"], True, "npm ci failed: wrong engine"),
    ],
)
def test_emmett_is_left_out_and_told_where_it_cannot_be_had(
    programs: list[str], fetches: bool, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in programs:
        (tmp_path / name).write_text("#!/bin/sh\necho wrong engine >&2\nexit 1\n")
        (tmp_path / name).chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    told: list[str] = []

    assert emmett_peer.install(Workshop(TINY, 1, tmp_path, told.append, fetches=fetches)) is None
    assert told[-1] == f"  Emmett is left out: {why}"


def test_each_of_ours_has_a_figure_beside_each_peer() -> None:
    found = {name: Series([1.0], [1.0]) for name in (rebuild_peers._EMBEDDED, rebuild_peers._POSTGRES, *_VIEWS)}

    assert [one.figure.name for one in rebuild_peers._lines(found, list(_VIEWS), "")] == [
        "rebuild_one_model",
        "rebuild_one_model:upsert",
        "rebuild_one_model:emmett",
        "rebuild_one_model:postgres",
        "rebuild_one_model:postgres_upsert",
        "rebuild_one_model:postgres_emmett",
    ]


def test_every_figure_is_of_a_benchmark() -> None:
    assert {name.partition(":")[0] for name in PEERS} == set(BENCHMARKS)


def test_contestants_run_in_turns_and_every_second_round_goes_backwards(tmp_path: Path) -> None:
    told: list[str] = []

    def runs(name: str, value: float) -> Callable[[], float]:
        def run() -> float:
            told.append(name)
            return value

        return run

    found = in_turns({"ours": runs("ours", 30.0), "peer": runs("peer", 10.0)}, 3, tmp_path, lambda _: None)

    assert told == ["ours", "peer", "peer", "ours", "ours", "peer"]
    assert found["ours"].values == [30.0] * 3
    assert len(found["ours"].flushes) == 6


def test_a_figure_is_the_median_with_its_spread_and_the_ratio_to_the_peers_median() -> None:
    ours, theirs = Series([90.0, 110.0, 100.0], [5.0, 7.0]), Series([10.0, 11.0, 9.0], [5.0, 5.0])

    told = line("speed", "events/s", ours, ("peer", theirs), wanted=("20 times", lambda _, ratio: (ratio or 0) >= 20))

    assert told.figure == Figure("speed", 100.0, "events/s", "peer", 10.0, 3, 0.2, 6.0)
    assert told.met is False


def test_a_peer_that_did_other_work_fails_the_run() -> None:
    with pytest.raises(BenchFailed, match="differs"):
        compare("peer", [(1, "call")], [(1, "email")])
    with pytest.raises(BenchFailed, match="differs"):
        compare("peer", [], [])


def test_the_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    path.write_text("what was there")

    write(path, [Line(Figure("speed", 1.0, "s", None, None, 1, 0.0, 1.0))])

    assert [one["name"] for one in json.loads(path.read_text())] == ["speed"]
    assert [found.name for found in tmp_path.iterdir()] == ["bench.json"]
