"""Whose account a server runs under: PostgreSQL refuses to be root, and Kafka has no need to."""

import os
import pwd
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.services.folder import ServiceError


@dataclass(frozen=True, slots=True)
class Account:
    """An account of this machine; `other` says that it is not the one this program runs under."""

    uid: int
    gid: int
    other: bool

    def run(self, command: Sequence[str | Path], cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a command under this account, and give back what it said. It never asks, and holds no pipe open."""
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run(
                command,
                cwd=cwd,
                env={**os.environ, "LC_ALL": "C", "HOME": str(cwd)},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                check=False,
                start_new_session=True,  # Ctrl-C is meant for who waits, not for a server that this starts
                user=self.uid if self.other else None,
                group=self.gid if self.other else None,
                extra_groups=[] if self.other else None,
            )
            said.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, said.read())

    def spawn(self, command: Sequence[str | Path], cwd: Path, log: str) -> int:
        """Start a program that outlives this one, its words going to the file `log` in `cwd`; give its process id."""
        # The shell ends at once, so that the program is nobody's child here; by then there is a log.
        script = 'exec 3>>"$1"; shift; "$@" >&3 2>&3 3>&- </dev/null & echo $!'
        return int(self.run(["sh", "-c", script, "sh", log, *command], cwd).stdout)

    def reaches(self, folder: Path) -> bool:
        """Whether this account can work in the folder: each folder above has to let it through."""
        if not self.other:
            return True
        return self.run(["test", "-w", folder], cwd=Path("/")).returncode == 0


def server_account() -> Account:
    """The account for servers: our own, or for root `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), other=False)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, other=True)
    msg = (
        "servers are not to run as root, and there is no account `postgres`: make one with `useradd --system postgres`"
    )
    raise ServiceError(msg)


def folder_for(account: Account, wanted: Path) -> Path:
    """A folder of that account's own: `wanted`, or a new temporary one where the account can't reach `wanted`."""
    wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chown(wanted, account.uid, account.gid)
    if account.reaches(wanted):
        return wanted
    wanted.rmdir()
    # The clone lies under a folder that is closed to others, such as /root. /tmp is open even where TMPDIR is not.
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108 - mkdtemp makes names nobody can guess
        folder = Path(tempfile.mkdtemp(prefix="rapport-", dir=place))
        os.chown(folder, account.uid, account.gid)
        if account.reaches(folder):
            return folder
        folder.rmdir()
    msg = f"the account that servers run under can write neither to {wanted.parent} nor to /tmp"
    raise ServiceError(msg)
