"""`python -m infra.services start|stop|remove|status`: the servers of this clone, for `make`."""

import argparse
import os
import sys

from infra.services import postgres
from infra.services.folder import SERVICES, ServiceError, ServiceMissing


def main() -> int:
    """Do what was asked and say so in one line; 1 if it failed, 2 if a person has to install something first."""
    parser = argparse.ArgumentParser(prog="python -m infra.services", description=__doc__)
    parser.add_argument("what", choices=("start", "stop", "remove", "status"))
    asked = parser.parse_args().what
    try:
        print(f"services: {_ACTIONS[asked]()}", flush=True)
    except ServiceError as error:
        print(f"services: {error}", file=sys.stderr, flush=True)
        return 2 if isinstance(error, ServiceMissing) else 1
    return 0


def _start() -> str:
    if os.environ.get("RAPPORT_TEST_POSTGRES"):
        return "RAPPORT_TEST_POSTGRES is set, so that server is used and none is started"
    before = postgres.status()
    postgres.start()
    return ("PostgreSQL runs already" if before else "PostgreSQL was started") + _where()


def _stop() -> str:
    return "PostgreSQL was stopped" if postgres.stop() else "PostgreSQL was not running"


def _remove() -> str:
    postgres.stop(remove=True)
    return "stopped, and their data removed"


def _status() -> str:
    return f"PostgreSQL runs{_where()}" if postgres.status() else "PostgreSQL is not running; `make services` starts it"


def _where() -> str:
    running = postgres.status()
    address = running.url.rpartition("@")[2] if running else "nowhere"
    return f" on {address}; its URL is in {SERVICES / 'env'}"


_ACTIONS = {"start": _start, "stop": _stop, "remove": _remove, "status": _status}

if __name__ == "__main__":
    sys.exit(main())
