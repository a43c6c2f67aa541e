"""The embedded tables are files. Whatever becomes of them, the log can make them again, and nobody else reads along."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from tests.ingest.test_cli import small_disk
from tests.project.given import Program, calls

COUNT = "SELECT CAST(count(*) AS bigint) AS n FROM contact_timeline"


@pytest.fixture
def filled(embedded: Program) -> Program:
    """Tables of ten calls."""
    embedded.ingest(calls(10))
    embedded.json("project")
    return embedded


def test_personal_data_are_for_their_owner_alone(filled: Program) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in filled.home.rglob("*.duckdb")}
    private = {path.stat().st_mode & 0o777 for path in (filled.home / "projector").glob("*.duckdb")}

    assert modes["personal.duckdb"] == 0o600
    assert private == {0o600}
    assert (filled.home / "projector").stat().st_mode & 0o777 == 0o700


def test_analysts_find_no_personal_data_in_the_read_models(filled: Program) -> None:
    with duckdb.connect(str(filled.home / "read_models.duckdb"), read_only=True) as connection:
        schemas = connection.execute(
            "SELECT DISTINCT schema_name FROM duckdb_tables() WHERE schema_name <> 'main' ORDER BY 1"
        ).fetchall()
    assert schemas == [("crm",), ("rapport",)]


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 0xFF
    path.write_bytes(content)


def cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


# Behind a checksum of 8 bytes stand the four letters DUCK, and then the version of the format.
@pytest.mark.parametrize(
    "harm",
    [lambda path: flip(path, 8), lambda path: flip(path, 12), lambda path: cut(path, 100_000)],
    ids=["no DuckDB file", "of another version", "cut off"],
)
def test_a_private_file_that_cannot_be_used_is_made_anew(filled: Program, harm: Callable[[Path], None]) -> None:
    harm(filled.home / "projector" / "main.duckdb")
    filled.ingest(calls(2, first=10))

    done = filled("project")
    assert (done.exit_code, done.stdout.startswith("position 12")) == (0, True), done.stderr
    assert "made anew from the log" in done.stderr
    assert filled.sql(COUNT) == [{"n": 12}]


@pytest.mark.parametrize("name", ["read_models.duckdb", "personal.duckdb"])
@pytest.mark.parametrize("what", ["gone", "cut off"])
def test_a_published_file_that_cannot_be_read_is_published_anew(filled: Program, name: str, what: str) -> None:
    path = filled.home / name
    if what == "gone":
        path.unlink()
    else:
        cut(path, 1_000)

    assert filled.sql(COUNT, "--personal") == [{"n": 10}]


def test_another_time_zone_means_other_days_and_is_refused(filled: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_TIMEZONE", "Asia/Tokyo")

    refused = filled("sql", COUNT)
    assert refused.exit_code == 1
    assert "RAPPORT_TIMEZONE is Asia/Tokyo" in refused.stderr

    assert filled("rebuild").exit_code == 0
    assert filled.sql(COUNT) == [{"n": 10}]


def test_tables_of_another_log_are_not_mixed_with_this_one(filled: Program) -> None:
    for path in filled.home.glob("log.sqlite*"):
        path.unlink()
    filled.ingest(calls(3))

    for words in (["project"], ["sql", COUNT]):
        refused = filled(*words)
        assert refused.exit_code == 1
        assert "it is another log" in refused.stderr

    assert filled("rebuild").exit_code == 0
    assert filled.sql(COUNT) == [{"n": 3}]


def test_a_full_disk_is_one_sentence_and_the_log_goes_on(embedded: Program) -> None:
    embedded.ingest(calls(10))
    projector = embedded.home / "projector"
    projector.mkdir(mode=0o700)
    with small_disk(projector) as options:
        process = embedded.start("project", **options)
        _, err = process.communicate()
        assert process.returncode == 1
        assert "is full: free some space" in err
        assert "Traceback" not in err
        embedded.ingest(calls(1, first=10))
    assert embedded.sql(COUNT) == [{"n": 11}]


@pytest.fixture
def held(filled: Program, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Lets another program open a file of the tables as people do who do not think of others: to write into it."""
    code = "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); open(sys.argv[2], 'w'); time.sleep(600)"
    holders: list[subprocess.Popen[str]] = []

    def hold(name: str) -> None:
        ready = tmp_path / f"ready-{len(holders)}"
        holders.append(filled.start_python(code, str(filled.home / name), str(ready)))
        filled.wait_for_file(ready, holders[-1])

    yield hold
    for holder in holders:
        holder.kill()
        holder.communicate()


def test_who_opens_a_published_file_to_write_keeps_nobody_out(filled: Program, held: Callable[[str], None]) -> None:
    held("read_models.duckdb")
    held("personal.duckdb")

    assert filled.sql(COUNT, "--personal") == [{"n": 10}]
    filled.ingest(calls(1, first=10))
    assert filled.sql(COUNT) == [{"n": 11}]


def test_who_opens_a_private_file_is_told_to_close_it(filled: Program, held: Callable[[str], None]) -> None:
    held("projector/main.duckdb")
    filled.ingest(calls(1, first=10))

    refused = filled("project")

    assert refused.exit_code == 1
    assert "another program has" in refused.stderr
