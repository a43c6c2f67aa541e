"""A PostgreSQL of this clone's own, on loopback and a free port, with fsync on and a password nobody chose."""

import secrets
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

from infra.services.account import Account, server_account
from infra.services.authority import authority, issue, write_secret
from infra.services.folder import SERVICES, Running, ServiceError, locked, recall, remember
from infra.services.ports import comes_free, free_ports
from infra.services.process import birth
from infra.services.programs import Programs, programs
from infra.services.server import Server

# SIGINT: roll back and leave cleanly. SIGQUIT: leave at once, and recover on the next start.
_SERVER = Server("postgres", "PostgreSQL", (signal.SIGINT, signal.SIGQUIT))
OWNER = "owner"
_TRIES = 3  # a free port may be taken by somebody else before the server has it
_SETTINGS = """# Rapport: loopback only, no socket files, and nothing is faster here than in earnest
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = on
synchronous_commit = on
full_page_writes = on
max_connections = 200
log_min_messages = warning
ssl = on
ssl_cert_file = 'rapport.crt'
ssl_key_file = 'rapport.key'
"""
_INCLUDE = "include 'rapport.conf'\n"


def start(services: Path = SERVICES) -> str:
    """The URL of a running PostgreSQL, as its superuser; started if need be, taken as it is if it runs already.

    It takes connections with TLS and without. Stopped and started again, it has the same URL, if the port is free.
    Raises ServiceMissing where a person has to install PostgreSQL first, and ServiceError where it won't start.
    """
    with locked(services):
        running = _SERVER.status(services)
        if running is None:
            found, account = programs(), server_account()
            known = recall(services, _SERVER.name)
            folder = _SERVER.folder(services, account)
            password = _initialised(folder, found, account, known)
            _configure(folder / "data", account, services)
            running = _started(folder, found, account, password, _ports(known))
            remember(services, _SERVER.name, running)
        return running.url


def ca(services: Path = SERVICES) -> Path:
    """The PEM file with the authority that signed the server's certificate, for `sslrootcert`."""
    with locked(services):
        return authority(services)


def status(services: Path = SERVICES) -> Running | None:
    """The PostgreSQL that runs, or None."""
    return _SERVER.status(services)


def stop(services: Path = SERVICES, *, remove: bool = False, kill: bool = False) -> bool:
    """Stop the server; say whether it ran. `remove` drops its data too, `kill` ends it as kill -9 does."""
    return _SERVER.stop(services, remove=remove, kill=kill)


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
    return password


def _configure(data: Path, account: Account, services: Path) -> None:
    certificate, key = issue(services, "a PostgreSQL for tests")
    for name, content in (("conf", _SETTINGS.encode()), ("crt", certificate), ("key", key)):
        write_secret(data / f"rapport.{name}", content)
        shutil.chown(data / f"rapport.{name}", account.uid, account.gid)
    own = data / "postgresql.conf"
    if not own.read_text().endswith(_INCLUDE):
        with own.open("a") as settings:
            settings.write(_INCLUDE)


def _drop_stale_pid(data: Path, known: Running) -> None:
    # Its process is gone (the machine went down, say), but the id may be another program's by now, and PostgreSQL
    # would then refuse to start.
    pid_file = data / "postmaster.pid"
    if pid_file.exists() and pid_file.read_text().split("\n", 1)[0] == str(known.pid):
        pid_file.unlink()


def _password(known: Running) -> str:
    return known.url.removeprefix(f"postgresql://{OWNER}:").partition("@")[0]


def _started(folder: Path, found: Programs, account: Account, password: str, ports: Sequence[int]) -> Running:
    data, log = folder / "data", folder / "log"
    port = _listening(found, account, data, log, ports)
    pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    born = birth(pid)
    if born is None:
        raise ServiceError(f"PostgreSQL stopped as soon as it had started: look at {log}")
    return Running(pid, born, str(folder), f"postgresql://{OWNER}:{password}@127.0.0.1:{port}/postgres")


def _ports(known: Running | None) -> list[int]:
    """The ports to try: the one it had first."""
    others = free_ports(_TRIES)
    if known is None:
        return others
    had = int(known.url.rpartition(":")[2].partition("/")[0])
    return [had, *others] if comes_free(had) else others


def _listening(found: Programs, account: Account, data: Path, log: Path, ports: Sequence[int]) -> int:
    """Start the server on the first of the ports that it gets, and give that."""
    port, *others = ports
    options: list[str | Path] = ["--pgdata", data, "--log", log, "--wait", "--timeout=60", "--options", f"-p {port}"]
    try:
        _checked(account, [found.bin / "pg_ctl", "start", *options], data.parent)
    except ServiceError:
        if not others:
            raise
        return _listening(found, account, data, log, others)
    return port


def _checked(account: Account, command: Sequence[str | Path], folder: Path) -> None:
    done = account.run(command, cwd=folder)
    if done.returncode:
        name = Path(command[0]).name
        raise ServiceError(f"`{name}` failed; look at {folder}/log. It said: {done.stdout.strip()[-2000:]}")
