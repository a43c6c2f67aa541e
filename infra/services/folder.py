"""The ignored folder `.services/`: what runs, since when, and how to reach it."""

import fcntl
import json
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from domain.shared.errors import RapportError

SERVICES = Path(__file__).resolve().parents[2] / ".services"


class ServiceError(RapportError):
    """A service that can't be started or stopped; the message says what to do."""


class ServiceMissing(ServiceError):
    """A program that has to be installed by a person; the message gives the command."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that was started: its process, its folder, and the URL that tests reach it by (with its password)."""

    pid: int
    born: str
    folder: str
    url: str


@contextmanager
def locked(services: Path) -> Iterator[None]:
    """Alone with the folder, which is made if need be: who comes second finds what the first made."""
    try:
        services.mkdir(mode=0o755, parents=True, exist_ok=True)
        lock = (services / "lock").open("a")
    except PermissionError:
        msg = f"{services} belongs to another user: run `make clean` as that user, or work in a clone of your own"
        raise ServiceError(msg) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def remember(services: Path, name: str, running: Running) -> None:
    """Write down what was started, and what its users need into `.services/env`."""
    _write(services / f"{name}.json", json.dumps(asdict(running), indent=1))
    _write_env(services)


def recall(services: Path, name: str) -> Running | None:
    """What was started last under this name, whether or not it still runs."""
    try:
        return Running(**json.loads((services / f"{name}.json").read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):  # a record cut short by a full disk is no record
        return None


def forget(services: Path, name: str) -> None:
    """Drop the record of what ran under this name."""
    (services / f"{name}.json").unlink(missing_ok=True)
    _write_env(services)


def _write_env(services: Path) -> None:
    names = sorted(path.stem for path in services.glob("*.json"))
    known = [(name, running) for name in names if (running := recall(services, name))]
    _write(services / "env", "".join(f"RAPPORT_TEST_{name.upper()}={shlex.quote(it.url)}\n" for name, it in known))


def _write(path: Path, text: str) -> None:
    # It holds a password: for this user alone, and never half-written.
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
