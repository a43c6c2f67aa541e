"""An Apache Kafka of this clone's own: one broker in KRaft mode, on loopback and free ports."""

import base64
import shutil
import signal
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from string import Template

from infra.services.account import Account, folder_for, server_account
from infra.services.folder import SERVICES, Running, ServiceError, forget, locked, recall, remember
from infra.services.jars import POM, jars
from infra.services.java import java
from infra.services.ports import free_ports, is_free
from infra.services.process import birth, end, is_alive

NAME = "kafka"
_SETTINGS = Path(__file__).with_name("kafka.properties")
_LOGGING = Path(__file__).with_name("kafka.log4j2.properties")
_LISTENERS = ("controller", "plain")
_STARTED = "Kafka Server started"
_PATIENCE = 60.0  # seconds; it takes three, on a busy machine ten
_TRIES = 3  # a free port may be taken by somebody else before the server has it


def start(services: Path = SERVICES) -> str:
    """The address of a running broker, as `127.0.0.1:port`; started if need be, taken as it is if it runs already.

    Raises ServiceMissing where a person has to install Java or Maven first, and ServiceError where it won't start.
    """
    with locked(services):
        known = recall(services, NAME)
        if known and is_alive(known.pid, known.born):
            return known.url
        account = server_account()
        broker = _Broker(_folder(services, known, account), account)
        running = broker.started()
        remember(services, NAME, running)
        return running.url


def status(services: Path = SERVICES) -> Running | None:
    """The broker that runs, or None."""
    known = recall(services, NAME)
    return known if known and is_alive(known.pid, known.born) else None


def stop(services: Path = SERVICES, *, remove: bool = False) -> bool:
    """Stop the process that was started, by its id; say whether it ran. `remove` drops its data too."""
    with locked(services):
        known = recall(services, NAME)
        ran = known is not None and is_alive(known.pid, known.born)
        if known and not end(known.pid, known.born, (signal.SIGTERM, signal.SIGKILL)):
            raise ServiceError(f"Kafka (process {known.pid}) does not stop: look at {known.folder}/log")
        if known and remove:
            shutil.rmtree(known.folder, ignore_errors=True)
            forget(services, NAME)
        return ran


def _folder(services: Path, known: Running | None, account: Account) -> Path:
    if known and Path(known.folder).is_dir() and account.reaches(Path(known.folder)):
        return Path(known.folder)
    return folder_for(account, services / NAME)


class _Broker:
    """The programs and the folder of one broker, to start it from."""

    def __init__(self, folder: Path, account: Account) -> None:
        self._folder, self._account = folder, account
        self._java = java()
        self._classes = jars(account)
        self._log = folder / "log"

    def started(self, tries: int = _TRIES) -> Running:
        """Start the broker on the ports it had, or on others where those are taken, and wait until it serves."""
        ports = self._ports()
        self._configure(ports)
        self._format()
        begin = self._log.stat().st_size if self._log.exists() else 0
        pid = self._account.spawn(self._command("kafka.Kafka", self._settings), self._folder, "log")
        born = birth(pid)
        if born and self._serves(pid, born, begin):
            return Running(pid, born, str(self._folder), f"127.0.0.1:{ports['plain']}")
        said = self._said(begin)
        if "failed to bind" in said and tries > 1:
            return self.started(tries - 1)
        raise ServiceError(f"Kafka did not start; look at {self._log}. It said: {said.strip()[-2000:]}")

    @property
    def _settings(self) -> Path:
        return self._folder / "server.properties"

    def _ports(self) -> Mapping[str, int]:
        had = dict(line.split("=") for line in _lines(self._folder / "ports"))
        if set(had) == set(_LISTENERS) and all(is_free(int(port)) for port in had.values()):
            return {name: int(port) for name, port in had.items()}
        return dict(zip(_LISTENERS, free_ports(len(_LISTENERS)), strict=True))

    def _configure(self, ports: Mapping[str, int]) -> None:
        (self._folder / "ports").write_text("".join(f"{name}={port}\n" for name, port in ports.items()))
        filled = Template(_SETTINGS.read_text()).substitute(ports, data=self._folder / "data")
        _give(self._settings, filled, self._account)
        _give(self._folder / _LOGGING.name, _LOGGING.read_text(), self._account)

    def _format(self) -> None:
        """Make the folder of data unless one of this version is there; what another left only ever held test data."""
        mark = self._folder / POM.name
        if mark.exists() and mark.read_bytes() == POM.read_bytes():
            return
        shutil.rmtree(self._folder / "data", ignore_errors=True)
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        options: list[str | Path] = ["format", "--standalone", "--cluster-id", cluster, "--config", self._settings]
        done = self._account.run(self._command("kafka.tools.StorageTool", *options), self._folder)
        if done.returncode:
            raise ServiceError(f"Kafka could not make its folder of data. It said: {done.stdout.strip()[-2000:]}")
        shutil.copyfile(POM, mark)

    def _command(self, main: str, *arguments: str | Path) -> list[str | Path]:
        logging = f"-Dlog4j2.configurationFile={self._folder / _LOGGING.name}"
        return [self._java, "-Xmx512m", logging, "-cp", f"{self._classes}/*", main, *arguments]

    def _serves(self, pid: int, born: str, begin: int) -> bool:
        """Wait until the broker says that it has started; False if it ends before, or never does."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline and is_alive(pid, born):
            if _STARTED in self._said(begin):
                return True
            time.sleep(0.05)
        end(pid, born, (signal.SIGTERM, signal.SIGKILL))
        return False

    def _said(self, begin: int) -> str:
        with self._log.open("rb") as log:
            log.seek(begin)
            return log.read().decode(errors="replace")


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _give(path: Path, text: str, account: Account) -> None:
    path.write_text(text)
    path.chmod(0o600)
    shutil.chown(path, account.uid, account.gid)
