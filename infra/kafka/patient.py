"""The library's network client, mended in one place.

When a broker refuses a password it says so and closes the connection. kafka-python 3.0.12 reads both at once and drops
what was said, so that a wrong password looks like a broken line.
"""

from collections.abc import Callable
from typing import Any

from kafka.net.compat import KafkaNetClient

Received = tuple[bytes, Exception | None]


def patient_client(**config: Any) -> Any:
    """A network client of the library that hears a broker out before it notes that the connection was closed."""
    client = KafkaNetClient(**config)
    manager = client._manager  # noqa: SLF001 - there is no other way to a connection that is being made
    build = manager._build_transport  # noqa: SLF001

    async def build_patient(*args: Any, **kwargs: Any) -> Any:
        transport = await build(*args, **kwargs)
        transport._sock_recv = _one_after_the_other(transport._sock_recv)  # noqa: SLF001
        return transport

    manager._build_transport = build_patient  # noqa: SLF001
    return client


def _one_after_the_other(receive: Callable[[], Received]) -> Callable[[], Received]:
    """What was received first, and with the next call the error that came behind it."""
    kept: list[Exception] = []

    def received() -> Received:
        if kept:
            return b"", kept.pop()
        data, error = receive()
        if data and error is not None:
            kept.append(error)
            return data, None
        return data, error

    return received
