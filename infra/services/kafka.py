"""An Apache Kafka of this clone's own: one broker in KRaft mode, on loopback and free ports."""

import signal
from dataclasses import dataclass
from pathlib import Path

from infra.services.account import server_account
from infra.services.authority import authority, issue, write_secret
from infra.services.broker import USER, Broker, password, ports
from infra.services.folder import SERVICES, Running, ServiceError, locked, remember
from infra.services.server import Server

_SERVER = Server("kafka", "Kafka", (signal.SIGTERM, signal.SIGKILL))


@dataclass(frozen=True, slots=True)
class Secured:
    """How to reach the same broker by TLS, by SASL in TLS and by SASL alone: addresses, and what to show there.

    `ca` is the authority that signed the broker's certificate. `user` and `password` are good for SCRAM-SHA-512,
    SCRAM-SHA-256 and PLAIN. With TLS a client may show a certificate, and `cert` with its `key` is one that is taken.
    """

    tls: str
    sasl_tls: str
    sasl_plain: str
    ca: Path
    user: str
    password: str
    cert: Path
    key: Path


def start(services: Path = SERVICES) -> str:
    """The address of a running broker, as `127.0.0.1:port`; started if need be, taken as it is if it runs already.

    Anybody on this machine may do everything there. Stopped and started again, it has the same address,
    if that is free. Raises ServiceMissing where a person has to install Java or Maven first, and ServiceError where it
    won't start.
    """
    with locked(services):
        running = _SERVER.status(services)
        if running is None:
            account = server_account()
            running = Broker(_SERVER.folder(services, account), account, services).started()
            remember(services, _SERVER.name, running)
        return running.url


def secured(services: Path = SERVICES) -> Secured:
    """The listeners of the same broker that ask who is there; it is started if need be, with the same errors."""
    start(services)
    running = _SERVER.status(services)
    if running is None:
        raise ServiceError("Kafka stopped as soon as it had started: look at the log in .services/kafka")
    folder = Path(running.folder)
    port = ports(folder)
    if "tls" not in port:
        raise ServiceError("the Kafka that runs is of an older version: run `make services-stop services`")
    cert, key = _client(services)
    tls, sasl_tls, sasl_plain = (f"127.0.0.1:{port[name]}" for name in ("tls", "sasl_tls", "sasl_plain"))
    return Secured(tls, sasl_tls, sasl_plain, authority(services), USER, password(folder), cert, key)


def status(services: Path = SERVICES) -> Running | None:
    """The broker that runs, or None."""
    return _SERVER.status(services)


def stop(services: Path = SERVICES, *, remove: bool = False, kill: bool = False) -> bool:
    """Stop the broker; say whether it ran. `remove` drops its data too, `kill` ends it as kill -9 does."""
    return _SERVER.stop(services, remove=remove, kill=kill)


def _client(services: Path) -> tuple[Path, Path]:
    """A certificate that the broker takes from a client, with its key; made once."""
    cert, key = services / "client.pem", services / "client.key"
    with locked(services):
        if not cert.exists():
            shown, secret = issue(services, "a client of the tests")
            write_secret(key, secret)
            cert.write_bytes(shown)
    return cert, key
