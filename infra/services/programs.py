"""Finding PostgreSQL's programs, and installing them where that is ours to do."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.services.folder import ServiceMissing
from infra.services.installing import apt, may_install

OLDEST = 15
_PLACES = (
    "usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "usr/pgsql-*/bin",  # Fedora and its kin
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)
# Debian's packages make and start a cluster of their own, which nobody asked for here.
_NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/rapport.conf")


@dataclass(frozen=True, slots=True, order=True)
class Programs:
    """PostgreSQL's programs of one version."""

    version: int
    bin: Path


def programs() -> Programs:
    """The newest PostgreSQL on this machine; as root on Debian and Ubuntu it is installed when there is none.

    Raises ServiceMissing with the one command to run.
    """
    found = _newest()
    if found is None and may_install():
        _install()
        found = _newest()
    if found is None:
        raise ServiceMissing(f"no PostgreSQL {OLDEST} or newer was found on this machine: {_advice()}")
    return found


def _newest() -> Programs | None:
    versions = ((_version(place), place) for place in _candidates())
    return max((Programs(version, place) for version, place in versions if version >= OLDEST), default=None)


def _candidates() -> Iterator[Path]:
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent
    config = shutil.which("pg_config")
    if config:
        yield Path(_output(config, "--bindir").strip())
    for pattern in _PLACES:
        yield from Path("/").glob(pattern)


def _version(place: Path) -> int:
    """The major version of the server in this folder, 0 if there is none."""
    if not all(os.access(place / name, os.X_OK) for name in ("initdb", "pg_ctl", "postgres")):
        return 0
    match = re.search(r"\(PostgreSQL\) (\d+)", _output(str(place / "postgres"), "--version"))
    return int(match[1]) if match else 0


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _install() -> None:
    """Install the distribution's PostgreSQL, without the cluster that its packages make by default."""
    print("services: installing PostgreSQL with apt-get", flush=True)
    apt("update")
    apt("install", "postgresql-common")
    made = not _NO_CLUSTER.exists()
    if made:
        _NO_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
        _NO_CLUSTER.write_text("create_main_cluster = false\n")
    try:
        apt("install", "postgresql")
    finally:
        if made:
            _NO_CLUSTER.unlink(missing_ok=True)


def _advice() -> str:
    if shutil.which("apt-get"):
        return (
            "run `sudo apt-get install postgresql`, then try again. If your release's is older than "
            f"{OLDEST}, add PostgreSQL's own packages first with the script in /usr/share/postgresql-common/pgdg/"
        )
    if shutil.which("brew"):
        return "run `brew install postgresql@17`, then try again"
    if shutil.which("dnf"):
        return "run `sudo dnf install postgresql-server`, then try again"
    return "install it with your system's packages, so that `initdb` is on the PATH, then try again"
