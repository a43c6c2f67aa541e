"""The program as people use it: typed commands on a home and a store of this test's own, and a projector beside it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg
from typer.testing import CliRunner, Result

from infra.cli import app

CALL = "crm.activity.call_logged.v1"
_STARTED = 60  # seconds that a projector may take to begin, on a machine that does other things too


class Program:
    """Types `rapport …`. The settings are in the environment."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *words: str) -> Result:
        """What a command printed, and its exit code."""
        return CliRunner().invoke(app, list(words))

    def json(self, *words: str) -> Any:
        """What a command that must succeed printed as JSON."""
        result = self(*words, "--format", "json")
        assert result.exit_code == 0, result.stderr or result.exception
        return json.loads(result.stdout)

    def sql(self, statement: str, *words: str) -> list[dict[str, Any]]:
        """The rows of a query."""
        rows: list[dict[str, Any]] = self.json("sql", statement, *words)
        return rows

    def ingest(self, messages: Sequence[dict[str, Any]]) -> int:
        """Take messages into the log; returns the last position."""
        file = self.home / "messages.jsonl"
        file.write_text("\n".join(json.dumps(message) for message in messages))
        result = self("ingest", str(file), "--format", "json")
        assert result.exit_code == 0, result.stderr or result.stdout
        return int(json.loads(result.stdout)["last"])

    @contextmanager
    def projector(self) -> Iterator["subprocess.Popen[str]"]:
        """A running `rapport run project`, in a process of its own, that follows the log; stopped at the end."""
        process = self.start("run", "project")
        try:
            wait_until(lambda: self.json("status")["projector"] is not None, "the projector runs", process)
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)  # a test may have halted it
                process.send_signal(signal.SIGTERM)
                process.wait(_STARTED)

    def start(self, *words: str, **options: Any) -> "subprocess.Popen[str]":
        """A command in a process of its own."""
        return self.start_python("from infra.cli import app; app()", *words, **options)

    @staticmethod
    def start_python(code: str, *words: str, **options: Any) -> "subprocess.Popen[str]":
        """A piece of Python in a process of its own."""
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", code, *words]
        return subprocess.Popen(command, env=os.environ.copy(), stdout=pipe, stderr=pipe, text=True, **options)

    @staticmethod
    def wait_for_file(path: Path, process: "subprocess.Popen[str]") -> None:
        """Wait until a process has made a file."""
        wait_until(path.exists, f"{path.name} is there", process)


def wait_until(
    holds: Callable[[], bool], what: str, process: "subprocess.Popen[str] | None" = None, seconds: float = _STARTED
) -> None:
    """Wait until something holds; fail, saying what, if it takes too long or the process ends before."""
    until = time.monotonic() + seconds
    while not holds():
        if process is not None and process.poll() is not None:
            out, err = process.communicate()
            raise AssertionError(f"the process ended before {what}: {out}{err}")
        assert time.monotonic() < until, f"it took too long until {what}"
        time.sleep(0.02)


def call(number: int, contact: str = "contact:test:ada", **data: Any) -> dict[str, Any]:
    """A telephone call."""
    return {
        "specversion": "1.0",
        "id": f"call-{number}",
        "source": "test",
        "type": CALL,
        "subject": f"activity:test:call-{number}",
        "time": f"2026-03-{number % 28 + 1:02}T10:00:{number // 28 % 60:02}Z",
        "data": {"contacts": [contact], "direction": "inbound", **data},
    }


def calls(count: int, first: int = 0) -> list[dict[str, Any]]:
    """Telephone calls with a contact each of ten."""
    return [call(number, f"contact:test:{number % 10}") for number in range(first, first + count)]


def harm(program: Program, statement: str) -> None:
    """Change tables behind the program's back, where its owner keeps them and where readers see them."""
    if store := os.environ.get("RAPPORT_STORE"):
        with psycopg.connect(store) as connection:
            connection.execute(statement.encode())
        return
    for path in (program.home / "projector" / "main.duckdb", program.home / "read_models.duckdb"):
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH '{path}' AS tables; USE tables; {statement}")
