"""An ordinary user starts the servers under their own account, and root under one that is not root's."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psycopg
import pytest
from kafka.admin import KafkaAdminClient

from infra.services import broker, kafka, postgres
from infra.services.account import server_account
from infra.services.folder import Running
from infra.services.jars import jars


@pytest.fixture
def ordinary() -> Iterator[tuple[ProcessPoolExecutor, Path, int]]:
    """A process of an ordinary user (this one's, unless that is root), and a folder and the id of that user."""
    uid = os.geteuid() or pwd.getpwnam("nobody").pw_uid
    folder = Path(tempfile.mkdtemp(prefix="rapport-"))  # pytest's own folders are closed to other accounts
    shutil.copytree(jars(server_account()), folder / "jars")
    for path in (folder, folder / "jars"):
        os.chown(path, uid, -1)
        path.chmod(0o700)
    # Forked: who the process becomes can't always read the Python that root runs.
    with ProcessPoolExecutor(1, get_context("fork"), initializer=become, initargs=(uid,)) as process:
        yield process, folder, uid
    shutil.rmtree(folder)


def become(uid: int) -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(pwd.getpwuid(uid).pw_gid)
        os.setuid(uid)


def start(folder: Path) -> tuple[str, str, list[Running | None]]:
    # The clone's jars may be root's alone, and to fetch them takes a home: here are the same ones.
    vars(broker)["jars"] = lambda _: folder / "jars"
    services = folder / ".services"
    return (
        postgres.start(services),
        kafka.start(services),
        [postgres.status(services), kafka.status(services)],
    )


def stop(folder: Path) -> list[bool]:
    return [server.stop(folder / ".services", remove=True) for server in (postgres, kafka)]


def owner(running: Running | None) -> int:
    assert running
    said = subprocess.run(["ps", "-o", "uid=", "-p", str(running.pid)], capture_output=True, text=True, check=True)
    return int(said.stdout)


def test_an_ordinary_user_needs_no_root(ordinary: tuple[ProcessPoolExecutor, Path, int]) -> None:
    process, folder, uid = ordinary
    try:
        url, servers, running = process.submit(start, folder).result(240)
        assert [owner(it) for it in running] == [uid, uid]
        assert {Path(it.folder).parent for it in running if it} == {folder / ".services"}
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        admin = KafkaAdminClient(bootstrap_servers=servers)
        assert admin.list_topics() == []
        admin.close()
    finally:
        assert process.submit(stop, folder).result(120) == [True, True]


def test_servers_never_run_as_root() -> None:
    postgres.start()
    kafka.start()
    assert 0 not in [owner(postgres.status()), owner(kafka.status())]
