"""A UmaDB server, which its Python package carries, for as long as a benchmark needs it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import umadb

from infra.services.ports import free_ports
from tests.bench.measuring import BenchFailed

_SERVER = [sys.executable, "-c", "from umadb.umadb_server_cli import main; main()"]
_PATIENCE = 30


@contextmanager
def umadb_server(folder: Path) -> Iterator[str]:
    """The address of a server whose file is in `folder`."""
    (port,) = free_ports(1)
    options = ["--listen", f"127.0.0.1:{port}", "--db-path", str(folder / "events.db")]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen([*_SERVER, *options], stdout=log, stderr=subprocess.STDOUT) as process,
    ):
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(address, process, folder / "log")
            yield address
        finally:
            process.kill()


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    last = time.monotonic() + _PATIENCE
    while time.monotonic() < last and process.poll() is None:
        try:
            with umadb.Client(address) as client:
                client.head()
        except (umadb.TransportError, OSError):
            time.sleep(0.1)
        else:
            return
    raise BenchFailed(f"UmaDB does not start: {log.read_text()[-500:]}")
