"""A PostgreSQL of this clone's own, on loopback and a free port, with fsync on and a password nobody chose."""

import secrets
import shutil
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

from infra.services.account import Account, folder_for, server_account
from infra.services.folder import SERVICES, Running, ServiceError, forget, locked, recall, remember
from infra.services.process import birth, end, is_alive
from infra.services.programs import Programs, programs

NAME = "postgres"
OWNER = "owner"
_TRIES = 3  # a free port may be taken by somebody else before the server has it
_SETTINGS = """
# Rapport: loopback only, no socket files, and nothing is faster here than in earnest
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = on
synchronous_commit = on
full_page_writes = on
max_connections = 200
log_min_messages = warning
"""


def start(services: Path = SERVICES) -> str:
    """The URL of a running PostgreSQL, as its superuser; started if need be, taken as it is if it runs already.

    Raises ServiceMissing where a person has to install PostgreSQL first, and ServiceError where it won't start.
    """
    with locked(services):
        known = recall(services, NAME)
        if known and is_alive(known.pid, known.born):
            return known.url
        found, account = programs(), server_account()
        folder = _folder(services, known, account)
        password = _initialised(folder, found, account, known)
        running = _started(folder, found, account, password)
        remember(services, NAME, running)
        return running.url


def status(services: Path = SERVICES) -> Running | None:
    """The PostgreSQL that runs, or None."""
    known = recall(services, NAME)
    return known if known and is_alive(known.pid, known.born) else None


def stop(services: Path = SERVICES, *, remove: bool = False) -> bool:
    """Stop the process that was started, by its id; say whether it ran. `remove` drops its data too."""
    with locked(services):
        known = recall(services, NAME)
        ran = known is not None and is_alive(known.pid, known.born)
        # SIGINT: roll back and leave cleanly. SIGQUIT: leave at once, and recover on the next start.
        if known and not end(known.pid, known.born, (signal.SIGINT, signal.SIGQUIT)):
            raise ServiceError(f"PostgreSQL (process {known.pid}) does not stop: look at {known.folder}/log")
        if known and remove:
            shutil.rmtree(known.folder, ignore_errors=True)
            forget(services, NAME)
        return ran


def _folder(services: Path, known: Running | None, account: Account) -> Path:
    if known and Path(known.folder).is_dir() and account.reaches(Path(known.folder)):
        return Path(known.folder)
    return folder_for(account, services / NAME)


def _initialised(folder: Path, found: Programs, account: Account, known: Running | None) -> str:
    """Make the cluster in `folder/data` unless a usable one is there, and give the password of its owner."""
    data = folder / "data"
    version = data / "PG_VERSION"
    if known and version.exists() and int(version.read_text()) == found.version:
        _drop_stale_pid(data, known)
        return _password(known)
    # What is there is half-made, of another version, or without its password; it only ever held test data.
    shutil.rmtree(data, ignore_errors=True)
    password = secrets.token_urlsafe(24)
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.chmod(0o600)
    secret.write_text(password)
    shutil.chown(secret, account.uid, account.gid)
    # A dictionary's order of text, as most servers have it: what relies on the order of bytes is to fail here.
    order: list[str | Path] = ["--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=en-US"]
    access: list[str | Path] = ["--username", OWNER, "--pwfile", secret, "--auth=scram-sha-256"]
    _checked(account, [found.bin / "initdb", "--pgdata", data, *order, *access], folder)
    secret.unlink()
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(_SETTINGS)
    return password


def _drop_stale_pid(data: Path, known: Running) -> None:
    # Its process is gone (the machine went down, say), but the id may be another program's by now, and PostgreSQL
    # would then refuse to start.
    pid_file = data / "postmaster.pid"
    if pid_file.exists() and pid_file.read_text().split("\n", 1)[0] == str(known.pid):
        pid_file.unlink()


def _password(known: Running) -> str:
    return known.url.removeprefix(f"postgresql://{OWNER}:").partition("@")[0]


def _started(folder: Path, found: Programs, account: Account, password: str) -> Running:
    data, log = folder / "data", folder / "log"
    port = _listening(found, account, data, log)
    pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    born = birth(pid)
    if born is None:
        raise ServiceError(f"PostgreSQL stopped as soon as it had started: look at {log}")
    return Running(pid, born, str(folder), f"postgresql://{OWNER}:{password}@127.0.0.1:{port}/postgres")


def _listening(found: Programs, account: Account, data: Path, log: Path, tries: int = _TRIES) -> int:
    """Start the server, and give the port it listens on."""
    port = _free_port()
    options: list[str | Path] = ["--pgdata", data, "--log", log, "--wait", "--timeout=60", "--options", f"-p {port}"]
    try:
        _checked(account, [found.bin / "pg_ctl", "start", *options], data.parent)
    except ServiceError:
        if tries == 1:
            raise
        return _listening(found, account, data, log, tries - 1)
    return port


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _checked(account: Account, command: Sequence[str | Path], folder: Path) -> None:
    done = account.run(command, cwd=folder)
    if done.returncode:
        name = Path(command[0]).name
        raise ServiceError(f"`{name}` failed; look at {folder}/log. It said: {done.stdout.strip()[-2000:]}")
