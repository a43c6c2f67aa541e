"""The servers that tests run against are real, are shared, and are stopped by the id they were started with."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from infra.services import __main__ as command_line
from infra.services import postgres, programs
from infra.services.folder import ServiceMissing, recall, remember
from infra.services.process import birth, is_alive


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of services of its own. pytest's folders are closed to other accounts, as /root is."""
    folder = tmp_path_factory.mktemp("clone") / ".services"
    yield folder
    postgres.stop(folder, remove=True)


def setting(url: str, name: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row
    return str(row[0])


def test_a_server_is_as_in_earnest_and_closed_to_others(services: Path) -> None:
    url = postgres.start(services)
    assert int(setting(url, "server_version_num")) >= 150_000
    assert [setting(url, name) for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["on"] * 3
    assert setting(url, "listen_addresses") == "127.0.0.1"
    assert setting(url, "is_superuser") == "on"
    wrong = url.replace(url.split(":")[2].split("@")[0], "guessed")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_only_its_user_may_read_the_password(services: Path) -> None:
    postgres.start(services)
    assert [oct((services / name).stat().st_mode & 0o777) for name in ("env", "postgres.json")] == ["0o600"] * 2


def test_a_shell_can_read_its_url(services: Path) -> None:
    url = postgres.start(services)
    said = subprocess.run(
        ["sh", "-c", '. "$1" && printf %s "$RAPPORT_TEST_POSTGRES"', "sh", services / "env"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == url


def test_whoever_starts_it_at_the_same_time_shares_it(tmp_path: Path) -> None:
    folder = tmp_path / ".services"
    try:
        with ThreadPoolExecutor(4) as pool:
            urls = set(pool.map(lambda _: postgres.start(folder), range(4)))
        assert len(urls) == 1
    finally:
        postgres.stop(folder, remove=True)


def test_after_a_crash_it_starts_again_with_its_data(services: Path) -> None:
    with psycopg.connect(postgres.start(services)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    before = recall(services, "postgres")
    assert before
    os.kill(before.pid, signal.SIGKILL)
    while is_alive(before.pid, before.born):
        pass
    with psycopg.connect(postgres.start(services)) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
def test_it_comes_back_where_it_was_and_with_its_data(services: Path, kill: bool) -> None:
    url = postgres.start(services)
    table = sql.Identifier(f"stays_{kill}")
    with psycopg.connect(url) as connection:
        connection.execute(sql.SQL("CREATE TABLE {} AS SELECT 2 AS two").format(table))
    # Somebody is connected: a kill -9 leaves what serves them for a moment, and it holds the port.
    with psycopg.connect(url):
        assert postgres.stop(services, kill=kill)
        assert postgres.status(services) is None
        assert not postgres.stop(services)
        assert postgres.start(services) == url
    with psycopg.connect(url) as connection:
        assert connection.execute(sql.SQL("SELECT two FROM {}").format(table)).fetchone() == (2,)


def test_a_process_that_has_the_id_by_now_is_left_alone(services: Path, tmp_path: Path) -> None:
    postgres.start(services)
    known = recall(services, "postgres")
    assert known
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as other:
        record = replace(known, pid=other.pid, folder=str(tmp_path / "gone"))
        (tmp_path / "other").mkdir()
        remember(tmp_path / "other", "postgres", record)
        assert not postgres.stop(tmp_path / "other")
        assert birth(other.pid) is not None
        other.terminate()


def test_removing_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / ".services"
    postgres.start(folder)
    known = recall(folder, "postgres")
    assert known
    postgres.stop(folder, remove=True)
    assert not is_alive(known.pid, known.born)
    assert not Path(known.folder).exists()
    assert postgres.status(folder) is None


def test_who_can_not_install_is_told_what_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "apt-get").symlink_to("/bin/false")
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setattr(programs, "_PLACES", ())
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ServiceMissing, match=r"no PostgreSQL 15 or newer .* `sudo apt-get install postgresql`"):
        programs.programs()


def test_what_a_person_has_to_do_first_ends_in_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> str:
        msg = "install it first"
        raise ServiceMissing(msg)

    monkeypatch.setitem(command_line._ACTIONS, "start", missing)
    monkeypatch.setattr(sys, "argv", ["services", "start"])
    assert command_line.main() == 2
    assert capsys.readouterr().err == "services: install it first\n"
