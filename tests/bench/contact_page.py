"""`contact_page`: `rapport contact` as a whole process, start included, beside loading the libraries it needs."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.measuring import BenchFailed, Line, in_turns, line, stopwatch
from tests.bench.workshop import Workshop, rapport_at

NAME = "contact_page"
_OURS, _IMPORTS, _PYTHON = "rapport contact", "importing typer, rich, pydantic and duckdb", "Python that does nothing"
_MOST = 150  # milliseconds
_TIMES = 15  # it starts in a turn, whose mean counts: people wait for a slow start too
_BUSIEST = "SELECT reference FROM contact_360 WHERE reference IS NOT NULL ORDER BY events DESC, reference LIMIT 1"
_LOADS = "import typer, rich.console, rich.table, pydantic, duckdb"


def measure(shop: Workshop) -> list[Line]:
    """The page of the contact with the most events."""
    log = shop.home(shop.sizes.rebuild) / "log.sqlite"
    with shop.scratch() as home:
        shutil.copytree(log.parent / "keys", home / "keys")
        shutil.copyfile(log, home / "log.sqlite")
        with rapport_at(home) as rapport:
            rapport.projecting().bring_up()
            reader = rapport.open_reader(personal=False)
            [(busiest,)] = reader.query(_BUSIEST).rows
            reader.close()
            events = rapport.log.head()
        python = [sys.executable, "-c"]
        contestants: dict[str, Sequence[str]] = {
            _OURS: [*python, "from infra.cli import app; app()", "contact", busiest],
            _IMPORTS: [*python, _LOADS],
            _PYTHON: [*python, "pass"],
        }
        timed = {name: lambda words=words: _mean(words, home) for name, words in contestants.items()}
        found = in_turns(timed, shop.runs, home, shop.tell)
    wanted = (f"under {_MOST} ms", lambda value, _: value < _MOST)
    note = f"{events:,} events; a Python that does nothing takes {found[_PYTHON].median:.0f} ms"
    return [line(NAME, "ms", found[_OURS], (_IMPORTS, found[_IMPORTS]), wanted=wanted, note=note)]


def _mean(words: Sequence[str], home: Path) -> float:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    with stopwatch() as watch:
        for _ in range(_TIMES):
            done = subprocess.run(
                words, env={**environment, "RAPPORT_HOME": str(home)}, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise BenchFailed(done.stderr or done.stdout)
    return watch.seconds * 1e3 / _TIMES
