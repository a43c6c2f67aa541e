"""/metrics, /healthz and /readyz over HTTP, beside the work and never in its way."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest

from infra.settings import SettingsError

Readiness = Callable[[], str | None]
_TEXT = "text/plain; charset=utf-8"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True  # a restart takes over at once; a port that is listened on is refused all the same
    allow_reuse_port = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where it answers; the port is the one taken where 0 was asked for."""

    host: str
    port: int


@contextmanager
def serving(at: str, registry: CollectorRegistry, unready: Readiness) -> Iterator[Endpoint]:
    """Answer at `host:port` while the `with` lasts. `unready` says why no work can be done now, or None.

    Raises SettingsError when the address can't be taken.
    """
    host, _, port = at.rpartition(":")
    server = _listening(host, int(port), _handler(registry, unready))
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="observe", daemon=True)
    thread.start()
    try:
        yield Endpoint(host or "*", server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


def _listening(host: str, port: int, handler: type[BaseHTTPRequestHandler]) -> _Server:
    try:
        return _Server((host, port), handler)
    except OverflowError:
        raise SettingsError(f"RAPPORT_OBSERVE can't be used: {port} is no port; 65535 is the last") from None
    except OSError as error:
        why = error.strerror or str(error)
        raise SettingsError(
            f"RAPPORT_OBSERVE can't be used: {host or '*'}:{port} can't be listened on ({why.lower()}): is another"
            " `rapport run` or program there? Take another port"
        ) from None


def _handler(registry: CollectorRegistry, unready: Readiness) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        server_version, sys_version = "rapport", ""
        timeout = 30  # seconds after which who says nothing is let go

        def do_GET(self) -> None:
            """Answer one of the three paths."""
            path = self.path.partition("?")[0]
            if path == "/metrics":
                self._answer(HTTPStatus.OK, CONTENT_TYPE_PLAIN_0_0_4, generate_latest(registry))
            elif path == "/healthz":
                self._answer(HTTPStatus.OK, _TEXT, b"alive\n")
            elif path == "/readyz":
                reason = unready()
                status = HTTPStatus.OK if reason is None else HTTPStatus.SERVICE_UNAVAILABLE
                found = {"ready": reason is None, **({"reason": reason} if reason else {})}
                self._answer(status, "application/json", json.dumps(found).encode() + b"\n")
            else:
                self._answer(HTTPStatus.NOT_FOUND, _TEXT, b"here are /metrics, /healthz and /readyz\n")

        do_HEAD = do_GET  # noqa: N815 - so the library calls it

        def log_message(self, *_: object) -> None:
            """Nothing: probes come every few seconds."""

        def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    return Handler
