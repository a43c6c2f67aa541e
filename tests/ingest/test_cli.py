"""The real program in a process of its own: one sentence, the right exit code, nothing half written."""

import json
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from infra.cli import app
from infra.keys import TenantKeys
from infra.log.sealing import Sealing
from infra.log.sqlite import open_sqlite_log
from tests.conftest import PROJECT
from tests.ingest.given import LEFT_OUT, message

RAPPORT = [sys.executable, "-c", "from infra.cli import app; app()"]
TAKEN, FAILED, MISUSED, SOME_DEAD = 0, 1, 2, 3
MAP = """
SELECT
    'crm.ticket.step_recorded.v1' AS type,
    day AS time,
    'ticket:shop:' || ticket AS subject,
    {label: step} AS data
FROM input
"""
CSV = "ticket,day,step\n1,2024-05-31,looked\n1,2024-05-31,looked\n2,soon,waited\n"

pytestmark = pytest.mark.usefixtures("rapport_home")


def rapport(*arguments: object, stdin: bytes = b"", **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the program as a user would."""
    return subprocess.run(
        [*RAPPORT, *map(str, arguments)], input=stdin, capture_output=True, cwd=PROJECT, check=False, **options
    )


def in_process(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    """The same program without a process of its own, where nothing depends on one."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return subprocess.CompletedProcess([], done.exit_code, done.stdout_bytes, done.stderr_bytes)


def sentence(done: subprocess.CompletedProcess[bytes]) -> str:
    """What the program says on stderr, which is one sentence and no traceback."""
    said = done.stderr.decode().strip()
    assert said.startswith("rapport: "), said
    assert "\n" not in said
    return said


def good(number: int) -> bytes:
    return message(id=f"evt-{number}", subject=f"deal:hubspot:{number}")


def events_file(folder: Path, *, count: int = 3, bad: bool = False) -> Path:
    path = folder / "events.jsonl"
    path.write_bytes(b"\n".join([*map(good, range(count)), *([b"nonsense"] if bad else []), b""]))
    return path


def count(home: Path, table: str = "stored_events") -> int:
    if not (home / "log.sqlite").exists():
        return 0
    with sqlite3.connect(f"file:{home / 'log.sqlite'}?mode=ro", uri=True) as connection:
        number: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    connection.close()
    return number


def test_ingest_takes_a_file_and_says_so(tmp_path: Path, rapport_home: Path) -> None:
    done = rapport("ingest", events_file(tmp_path))
    assert done.returncode == TAKEN
    assert done.stdout.decode().strip() == "3 read; 3 taken (positions 1 to 3)"
    by_what = done.stderr.decode().strip()
    assert re.fullmatch(r"import ([0-9a-f]{16}): `rapport void --import \1` would take it back", by_what)
    assert count(rapport_home) == 3


def test_ingest_twice_changes_nothing(tmp_path: Path, rapport_home: Path) -> None:
    file = events_file(tmp_path, bad=True)
    assert rapport("ingest", file).returncode == SOME_DEAD
    again = rapport("ingest", file, "--format", "json")
    assert again.returncode == SOME_DEAD
    found = json.loads(again.stdout)
    assert (found["taken"], found["repeats"], found["refused"], found["new_dead_letters"]) == (0, 3, 1, 0)
    assert (count(rapport_home), count(rapport_home, "dead_letter")) == (3, 1)


def test_ingest_reads_a_pipe(rapport_home: Path) -> None:
    done = rapport("ingest", "-", "--format", "csv", stdin=b"\n\n" + good(1) + b"\r\n" + good(2))
    assert done.returncode == TAKEN
    assert done.stdout.decode().splitlines()[1] == "2,2,0,0,0,0,0,1,2"
    assert count(rapport_home) == 2


def test_ingest_dry_run_leaves_no_trace(tmp_path: Path, rapport_home: Path) -> None:
    done = rapport("ingest", events_file(tmp_path, bad=True), "--dry-run", "--format", "json")
    assert done.returncode == SOME_DEAD
    found = json.loads(done.stdout)
    assert found["types"] == [{"type": "crm.deal.opened.v1", "events": 3}]
    assert len(found["first_events"]) == 3
    assert found["reasons"] == [{"reason": "not JSON: invalid character (byte 4)", "messages": 1}]
    assert list(rapport_home.iterdir()) == []


@pytest.mark.parametrize(("name", "reason"), [("missing.jsonl", "No such file"), (".", "Is a directory")])
def test_ingest_of_no_file_is_misuse(tmp_path: Path, rapport_home: Path, name: str, reason: str) -> None:
    done = rapport("ingest", events_file(tmp_path), tmp_path / name)
    assert done.returncode == MISUSED
    assert reason in sentence(done)
    assert count(rapport_home) == 0


def test_ingest_of_one_json_list_is_misuse(tmp_path: Path, rapport_home: Path) -> None:
    file = tmp_path / "events.json"
    file.write_bytes(b"[\n" + good(1) + b",\n" + good(2) + b"\n]\n")
    done = in_process("ingest", file)
    assert done.returncode == MISUSED
    assert "write one event a line" in sentence(done)
    assert count(rapport_home, "dead_letter") == 0


def test_ingest_of_a_file_that_is_cut_off_fails_and_can_be_run_again(tmp_path: Path, rapport_home: Path) -> None:
    file = events_file(tmp_path, count=5000)
    subprocess.run(["gzip", "-k", file], check=True)
    whole = tmp_path / "events.jsonl.gz"
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(whole.read_bytes()[:-2000])
    done = rapport("ingest", cut)
    assert done.returncode == FAILED
    assert "damaged or cut off" in sentence(done)
    taken = count(rapport_home)
    assert taken % 2000 == 0
    assert rapport("ingest", whole).returncode == TAKEN
    assert count(rapport_home) == 5000


def test_a_line_without_end_is_a_dead_letter_and_the_next_is_taken(tmp_path: Path, rapport_home: Path) -> None:
    file = tmp_path / "long.jsonl"
    file.write_bytes(b"x" * 40_000_000 + b"\n" + good(1))
    for stdin in (b"", file.read_bytes()):
        done = rapport("ingest", "-" if stdin else file, "--format", "json", stdin=stdin)
        assert done.returncode == SOME_DEAD
        assert [r["messages"] for r in json.loads(done.stdout)["reasons"]] == [1]
        assert count(rapport_home) == 1


def test_import_dry_run_shows_types_rejects_and_equal_rows(tmp_path: Path, rapport_home: Path) -> None:
    (tmp_path / "steps.csv").write_text(CSV)
    (tmp_path / "map.sql").write_text(MAP)
    arguments = ("import", tmp_path / "steps.csv", "--map", tmp_path / "map.sql", "--source", "shop")
    found = json.loads(rapport(*arguments, "--dry-run", "--format", "json").stdout)
    assert (found["read"], found["taken"], found["equal_rows"], found["refused"]) == (3, 2, 1, 1)
    assert list(rapport_home.iterdir()) == []
    for repeats in (0, 2):
        done = in_process(*arguments, "--format", "json")
        assert done.returncode == SOME_DEAD
        assert json.loads(done.stdout)["repeats"] == repeats
    assert (count(rapport_home), count(rapport_home, "dead_letter")) == (2, 1)


def test_import_for_another_tenant_keeps_them_apart(tmp_path: Path, rapport_home: Path) -> None:
    (tmp_path / "steps.csv").write_text(CSV)
    (tmp_path / "map.sql").write_text(MAP)
    arguments = ("import", tmp_path / "steps.csv", "--map", tmp_path / "map.sql", "--source", "shop")
    in_process(*arguments)
    in_process(*arguments, "--tenant", "acme")
    with sqlite3.connect(rapport_home / "log.sqlite") as connection:
        by_tenant = connection.execute("SELECT tenant, count(*) FROM stored_events GROUP BY tenant").fetchall()
        ids = connection.execute("SELECT count(DISTINCT originator_id) FROM stored_events").fetchone()[0]
    connection.close()
    assert (dict(by_tenant), ids) == ({"main": 2, "acme": 2}, 2)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"file": "missing.csv"}, "there is no such file"),
        ({"--map": "missing.sql"}, "there is no map"),
        ({"--map": "broken.sql"}, "broken SQL"),
        ({"--map": "empty.sql"}, "selected no row"),
        ({"--source": "hub spot"}, "--source is the name of a system"),
        ({"--source": "mail"}, "--source is the name of a system"),
        ({"--set": "Zone"}, "--set Zone is not NAME=VALUE"),
        ({"--tenant": "A/B"}, "--tenant is a name"),
    ],
)
def test_a_misused_import_is_one_sentence_and_writes_nothing(
    tmp_path: Path, rapport_home: Path, changed: dict[str, str], reason: str
) -> None:
    (tmp_path / "steps.csv").write_text(CSV)
    (tmp_path / "map.sql").write_text(MAP)
    (tmp_path / "broken.sql").write_text("SELEC 1")
    (tmp_path / "empty.sql").write_text(f"{MAP} WHERE false")
    given = {"file": "steps.csv", "--map": "map.sql", "--source": "shop", **changed}
    file, map_ = tmp_path / given.pop("file"), tmp_path / given.pop("--map")
    done = in_process("import", file, "--map", map_, *(part for pair in given.items() for part in pair))
    assert done.returncode == MISUSED
    assert reason in sentence(done)
    assert count(rapport_home) == 0


def test_import_lists_the_ready_maps() -> None:
    found = json.loads(in_process("import", "--maps", "--format", "json").stdout)
    assert [ready["map"] for ready in found] == ["contacts", "deals", "tickets"]
    assert "say what to import" in sentence(in_process("import"))


def test_dead_letters_are_listed_shown_and_tried_again(rapport_home: Path) -> None:
    bad = message(id=LEFT_OUT, source="shop")
    rapport("ingest", "-", stdin=b"\x1b[31m\xff\nnonsense\nnonsense\n" + bad + b"\n" + good(1))
    by_reason = json.loads(in_process("dead-letters", "list", "--by", "reason", "--format", "json").stdout)
    assert [row["letters"] for row in by_reason] == [2, 1, 1]
    listed = json.loads(in_process("dead-letters", "list", "--format", "json").stdout)
    assert [row["place"] for row in listed] == ["stdin:1", "stdin:2", "stdin:3", "stdin:4"]
    assert (listed[3]["source"], listed[3]["field"], listed[3]["reason"]) == ("shop", "id", "id is missing")

    shown = in_process("dead-letters", "show", listed[0]["id"])
    assert shown.returncode == TAKEN
    assert b"\\x1b[31m\\xff" in shown.stdout
    assert b"\x1b" not in shown.stdout
    assert in_process("dead-letters", "show", listed[3]["id"], "--raw").stdout == bad

    tried = in_process("dead-letters", "retry", "--all", "--format", "csv")
    assert (tried.returncode, tried.stdout) == (SOME_DEAD, b"outcome,letters\nrefused,4\n")
    again = json.loads(in_process("dead-letters", "list", "--format", "json").stdout)
    assert [(row["attempts"], row["outcome"]) for row in again] == [(1, "refused")] * 4
    assert count(rapport_home) == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["retry"], "say which"),
        (["retry", "--all", "00000000-0000-0000-0000-000000000000"], "say which"),
        (["retry", "17"], "is a UUID"),
        (["show", "00000000-0000-0000-0000-000000000000"], "there is no dead letter"),
    ],
)
def test_misused_dead_letters_are_one_sentence(arguments: list[str], reason: str) -> None:
    done = in_process("dead-letters", *arguments)
    assert done.returncode == MISUSED
    assert reason in sentence(done)


def test_ctrl_c_stops_at_the_edge_of_a_batch(rapport_home: Path) -> None:
    # Given a sender that has sent a few events and is not done,
    running = subprocess.Popen(
        [*RAPPORT, "ingest", "-"], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert running.stdin is not None
    running.stdin.write(b"".join(good(number) + b"\n" for number in range(10)))
    running.stdin.flush()
    deadline = time.monotonic() + 60
    while count_if_there(rapport_home) < 10 and time.monotonic() < deadline:
        time.sleep(0.05)

    # when someone presses Ctrl-C,
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)

    # then what was sent is in the log, and the program says how to go on.
    assert running.returncode == FAILED
    assert b"10 read; 10 taken" in out
    assert b"run it again to take the rest" in err
    assert count(rapport_home) == 10


def count_if_there(home: Path) -> int:
    try:
        return count(home)
    except sqlite3.OperationalError:  # the log is being made
        return 0


# --- a disk that takes no more -----------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path) -> Iterator[dict[str, Any]]:
    """A folder that can hold 2 MiB: a small file system as root, else a limit on how large a file may grow."""
    mounted = (
        os.geteuid() == 0
        and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], capture_output=True, check=False
        ).returncode
        == 0
    )
    limit = (2 * 2**20, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
    try:
        yield {} if mounted else {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit)}
    finally:
        if mounted:
            subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_one_sentence_and_whole_batches_only(tmp_path: Path, rapport_home: Path) -> None:
    with small_disk(rapport_home) as options:
        done = rapport("ingest", events_file(tmp_path, count=20_000), **options)
        assert done.returncode == FAILED
        assert "full" in sentence(done)
        assert count(rapport_home) % 2000 == 0
        with sqlite3.connect(rapport_home / "log.sqlite") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()


def test_a_read_only_log_is_one_sentence(tmp_path: Path, rapport_home: Path) -> None:
    rapport("ingest", events_file(tmp_path))
    with read_only(rapport_home):
        done = rapport("ingest", events_file(tmp_path, count=9))
    assert done.returncode == FAILED
    assert str(rapport_home / "log.sqlite") in sentence(done)
    assert count(rapport_home) == 3


@contextmanager
def read_only(home: Path) -> Iterator[None]:
    """Root may write whatever the mode says, so for root the folder is mounted again, read-only."""
    bound = (
        os.geteuid() == 0
        and subprocess.run(["mount", "--bind", home, home], capture_output=True, check=False).returncode == 0
        and subprocess.run(["mount", "-o", "remount,ro,bind", home], capture_output=True, check=False).returncode == 0
    )
    if not bound:
        home.chmod(0o500)
        (home / "log.sqlite").chmod(0o400)
    try:
        yield
    finally:
        if bound:
            subprocess.run(["umount", "-l", home], check=True)
        else:
            home.chmod(0o700)
            (home / "log.sqlite").chmod(0o600)


def test_a_home_that_can_not_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = rapport("ingest", events_file(tmp_path), env={**os.environ, "RAPPORT_HOME": str(tmp_path / "file" / "home")})
    assert done.returncode == FAILED
    assert sentence(done)


def test_a_log_newer_than_the_program_is_one_sentence(tmp_path: Path, rapport_home: Path, sealing: Sealing) -> None:
    open_sqlite_log(rapport_home / "log.sqlite", TenantKeys(rapport_home / "keys").identity_of, sealing).head()
    with sqlite3.connect(rapport_home / "log.sqlite") as connection:
        connection.execute("INSERT INTO log_format VALUES (99)")
    connection.close()
    done = rapport("ingest", events_file(tmp_path))
    assert done.returncode == FAILED
    assert "upgrade Rapport" in sentence(done)
    assert count(rapport_home) == 0
