"""`rapport run …` with its metrics, health and log lines, asked as a probe and a scraper ask."""

import json
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

_PATIENCE = 60


class Running:
    """A program that runs, and what it wrote to stderr so far."""

    def __init__(self, process: "subprocess.Popen[bytes]", output: Path) -> None:
        self.process = process
        self._output = output
        self._last_words: str | None = None
        self.port = 0

    @property
    def said(self) -> str:
        """All that it wrote."""
        return self._output.read_text() if self._last_words is None else self._last_words

    def remember(self) -> None:
        """Keep what it wrote, before the file goes."""
        self._last_words = self.said

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Its log lines; each must be JSON."""
        return [json.loads(line) for line in self.said.splitlines()]

    def ask(self, path: str) -> tuple[int, str]:
        """The status and the body that a path answers with."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def value(self, name: str, **labels: str) -> float | None:
        """A metric's value, if it has one."""
        for family in text_string_to_metric_families(self.ask("/metrics")[1]):
            for sample in family.samples:
                if sample.name == name and sample.labels == labels:
                    return float(sample.value)
        return None

    def until(self, holds: Any, what: str) -> None:
        """Wait for something that it is to do."""
        last = time.monotonic() + _PATIENCE
        while not holds():
            assert self.process.poll() is None, f"it ended before {what}: {self.said}"
            assert time.monotonic() < last, f"it took too long until {what}: {self.said}"
            time.sleep(0.05)

    def until_ready(self) -> None:
        """Wait until it does its work."""
        self.until(lambda: self.ask("/readyz")[0] == 200, "it was ready")

    def stop(self) -> int:
        """Ask it to stop; returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_PATIENCE)


@contextmanager
def running(command: list[str], environment: dict[str, str], form: str = "json") -> Iterator[Running]:
    """The program, observed at a free port, from when it answers to the end of the `with`."""
    seen = {**environment, "RAPPORT_OBSERVE": "127.0.0.1:0", "RAPPORT_LOG_FORMAT": form}
    with tempfile.NamedTemporaryFile() as output:
        process = subprocess.Popen(command, env=seen, stdout=output, stderr=output)
        program = Running(process, Path(output.name))
        try:
            program.until(lambda: re.search(r"127\.0\.0\.1:\d+", program.said), "it answered")
            program.port = int(re.findall(r"127\.0\.0\.1:(\d+)", program.said)[0])
            yield program
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            program.remember()
