"""One Kafka broker: its settings, its folder of data, and starting it."""

import base64
import secrets
import shutil
import signal
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from string import Template

from infra.services.account import Account
from infra.services.authority import authority, issue, write_secret
from infra.services.folder import Running, ServiceError
from infra.services.jars import POM, jars
from infra.services.java import java
from infra.services.ports import comes_free, free_ports
from infra.services.process import birth, end, is_alive

USER = "rapport"
_SETTINGS = Path(__file__).with_name("kafka.properties")
_LOGGING = Path(__file__).with_name("kafka.log4j2.properties")
_LISTENERS = ("controller", "plain", "tls", "sasl_tls", "sasl_plain")
_STARTED = "Kafka Server started"
_PATIENCE = 120.0  # seconds; it takes three, on a busy machine twenty
_TRIES = 3  # a free port may be taken by somebody else before the server has it


def ports(folder: Path) -> dict[str, int]:
    """The port of each listener, of the broker that was started last in this folder."""
    note = folder / "ports"
    lines = note.read_text().splitlines() if note.exists() else []
    return {name: int(port) for name, _, port in (line.partition("=") for line in lines)}


def password(folder: Path) -> str:
    """The password of USER, drawn by chance when the folder of data was made."""
    return (folder / "password").read_text()


class Broker:
    """The programs and the folder of one broker, to start it from; the authority in `services` signs for it."""

    def __init__(self, folder: Path, account: Account, services: Path) -> None:
        """Raises ServiceMissing where Java or Maven has to be installed first."""
        self._folder, self._account, self._services = folder, account, services
        self._java, self._classes = java(), jars(account)
        self._settings, self._log = folder / "server.properties", folder / "log"

    def started(self, tries: int = _TRIES) -> Running:
        """Start it on the ports it had, or on others where those are taken, and wait until it serves."""
        chosen = self._ports()
        self._draw_password()
        self._configure(chosen)
        self._format()
        begin = self._log.stat().st_size if self._log.exists() else 0
        pid = self._account.spawn(self._command("kafka.Kafka", self._settings), self._folder, self._log.name)
        born = birth(pid)
        if born and self._serves(pid, born, begin):
            return Running(pid, born, str(self._folder), f"127.0.0.1:{chosen['plain']}")
        said = self._said(begin)
        if "failed to bind" in said and tries > 1:
            return self.started(tries - 1)
        raise ServiceError(f"Kafka did not start; look at {self._log}. It said: {said.strip()[-2000:]}")

    def _ports(self) -> Mapping[str, int]:
        had = ports(self._folder)
        if set(had) == set(_LISTENERS) and all(comes_free(port) for port in had.values()):
            return had
        return dict(zip(_LISTENERS, free_ports(len(_LISTENERS)), strict=True))

    def _draw_password(self) -> None:
        if not (self._folder / "password").exists():
            write_secret(self._folder / "password", secrets.token_urlsafe(24).encode())
            (self._folder / POM.name).unlink(missing_ok=True)  # the data know another one, or none

    def _configure(self, chosen: Mapping[str, int]) -> None:
        (self._folder / "ports").write_text("".join(f"{name}={port}\n" for name, port in chosen.items()))
        certificate, key = issue(self._services, "a Kafka for tests")
        words = {"folder": self._folder, "user": USER, "password": password(self._folder)}
        self._give("keystore.pem", certificate + key)
        self._give("truststore.pem", authority(self._services).read_bytes())
        self._give(self._settings.name, Template(_SETTINGS.read_text()).substitute(chosen, **words).encode())
        self._give(_LOGGING.name, _LOGGING.read_bytes())

    def _give(self, name: str, content: bytes) -> None:
        write_secret(self._folder / name, content)
        shutil.chown(self._folder / name, self._account.uid, self._account.gid)

    def _format(self) -> None:
        """Make the folder of data unless one of this version is there; what another left only ever held test data."""
        mark = self._folder / POM.name
        if mark.exists() and mark.read_bytes() == POM.read_bytes():
            return
        shutil.rmtree(self._folder / "data", ignore_errors=True)
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        options: list[str | Path] = ["format", "--standalone", f"--cluster-id={cluster}", "--config", self._settings]
        for mechanism in ("SCRAM-SHA-512", "SCRAM-SHA-256"):
            options += ["--add-scram", f"{mechanism}=[name={USER},password={password(self._folder)}]"]
        done = self._account.run(self._command("kafka.tools.StorageTool", *options), self._folder)
        if done.returncode:
            raise ServiceError(f"Kafka could not make its folder of data. It said: {done.stdout.strip()[-2000:]}")
        shutil.copyfile(POM, mark)

    def _command(self, main: str, *arguments: str | Path) -> list[str | Path]:
        logging = f"-Dlog4j2.configurationFile={self._folder / _LOGGING.name}"
        # The quick compiler alone: it starts sooner, and leaves the cores to the tests.
        machine = ["-Xmx512m", "-XX:TieredStopAtLevel=1", logging, "-cp", f"{self._classes}/*"]
        return [self._java, *machine, main, *arguments]

    def _serves(self, pid: int, born: str, begin: int) -> bool:
        """Wait until it says that it has started; False if it ends before, or never does."""
        deadline = time.monotonic() + _PATIENCE
        started = False
        try:
            while not started and time.monotonic() < deadline and is_alive(pid, born):
                time.sleep(0.05)
                started = _STARTED in self._said(begin)
        finally:  # also at Ctrl-C: nobody would know of it
            if not started:
                end(pid, born, (signal.SIGTERM, signal.SIGKILL))
        return started

    def _said(self, begin: int) -> str:
        with self._log.open("rb") as log:
            log.seek(begin)
            return log.read().decode(errors="replace")
