"""Free ports on loopback."""

import random
import socket
import time

# Below the ports that systems give to whoever connects: a server that is down must find its port free again, and a
# client that keeps trying a port out of that range may be given the same one, and connect to itself.
_LOWEST, _HIGHEST = 15_000, 29_999
_PATIENCE = 10.0  # seconds


def free_ports(count: int) -> list[int]:
    """That many different ports that nobody listens on; somebody else may be quicker to take one."""
    chances = random.Random()  # noqa: S311 - nothing secret about a port
    ports: set[int] = set()
    while len(ports) < count:
        port = chances.randint(_LOWEST, _HIGHEST)
        if is_free(port):
            ports.add(port)
    return list(ports)


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of loopback now."""
    with socket.socket() as probe:
        # As servers do: connections that were closed a moment ago are no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def comes_free(port: int) -> bool:
    """The same, with patience: after a kill -9 PostgreSQL's children hold its port until they notice."""
    deadline = time.monotonic() + _PATIENCE
    while not is_free(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_free(port)
