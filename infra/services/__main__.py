"""`python -m infra.services start|stop|remove|status`: the servers of this clone, for `make`."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from infra.services import jars, kafka, kcat, postgres
from infra.services.folder import SERVICES, Running, ServiceError, ServiceMissing


@dataclass(frozen=True, slots=True)
class _Known:
    """A server of this clone, and the variable that names one to use in its place."""

    title: str
    variable: str
    start: Callable[[], str]
    stop: Callable[..., bool]
    status: Callable[[], Running | None]


_SERVERS = (
    _Known("PostgreSQL", "RAPPORT_TEST_POSTGRES", postgres.start, postgres.stop, postgres.status),
    _Known("Kafka", "RAPPORT_TEST_KAFKA", kafka.start, kafka.stop, kafka.status),
)


def main() -> int:
    """Do what was asked and say so line by line; 1 if it failed, 2 if a person has to install something first."""
    parser = argparse.ArgumentParser(prog="python -m infra.services", description=__doc__)
    parser.add_argument("what", choices=("start", "stop", "remove", "status"))
    asked = parser.parse_args().what
    try:
        for line in _ACTIONS[asked]():
            print(f"services: {line}", flush=True)
    except ServiceError as error:
        print(f"services: {error}", file=sys.stderr, flush=True)
        return 2 if isinstance(error, ServiceMissing) else 1
    return 0


def _start() -> Iterator[str]:
    for server in _SERVERS:
        if os.environ.get(server.variable):
            yield f"{server.variable} is set, so that server is used and none is started"
            continue
        before = server.status()
        server.start()
        yield f"{server.title} {'runs already' if before else 'was started'} on {_address(server)}"
    if kcat.program() is None:
        yield "kcat is not there; a test does without (`brew install kcat` or your system's packages have it)"
    yield f"how to reach them is in {SERVICES / 'env'}"


def _stop() -> Iterator[str]:
    for server in _SERVERS:
        yield f"{server.title} {'was stopped' if server.stop() else 'was not running'}"


def _remove() -> Iterator[str]:
    for server in _SERVERS:
        server.stop(remove=True)
    jars.remove()
    yield "stopped, and their data removed"


def _status() -> Iterator[str]:
    for server in _SERVERS:
        address = _address(server)
        yield f"{server.title} runs on {address}" if address else f"{server.title} is not running: try `make services`"


def _address(server: _Known) -> str | None:
    running = server.status()
    return running.url.rpartition("@")[2] if running else None


_ACTIONS = {"start": _start, "stop": _stop, "remove": _remove, "status": _status}

if __name__ == "__main__":
    sys.exit(main())
