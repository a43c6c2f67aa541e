"""Where the time of projecting goes: per fact table and model, and per step of the runner."""

import re
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.measuring import WIDTH

_STEPS = ("find", "select", "write")
_TARGET = re.compile(
    r"(?:CREATE (?:OR REPLACE )?(?:TEMP )?TABLE (?:IF NOT EXISTS )?"
    r"|(?:WITH (?:emptied AS \(DELETE FROM \w+\),? ?)?(?:put AS \()?)?"
    r"(?:INSERT INTO|DELETE FROM|TRUNCATE|ANALYZE) )([\w.]+)"
)
_TEMPORARY = re.compile(r"(touched|changed)_(\w+)")
_STEP_OF = {"touched": "find", "changed": "select"}
_MOST = 20

Spent = dict[str, dict[str, float]]


class Spending:
    """Seconds by subject (a fact table, a model, the log) and step, collected from connections it watches."""

    def __init__(self) -> None:
        self.spent: Spent = defaultdict(lambda: defaultdict(float))

    def watch(self, tables: Any) -> None:
        """Take the time of every statement that a set of tables, of either engine, runs from now on."""
        watched = WatchedConnection(tables.connection, self)
        tables.connection = watched
        tables._runner._connection._connection = watched
        if hasattr(tables, "_read"):
            tables._read = self._timed(tables._read, "the log", "find")

    def add(self, statement: object, seconds: float) -> None:
        """Book the time of a statement."""
        subject, step = _booked(statement)
        self.spent[subject][step] += seconds

    def show(self, title: str, total: float) -> None:
        """Print where `total` seconds went, the largest first."""
        table = Table("what", *_STEPS, "seconds", "share", title=title, title_justify="left")
        sums = {subject: sum(steps.values()) for subject, steps in self.spent.items()}
        ordered = sorted(sums, key=lambda subject: -sums[subject])
        for subject in ordered[:_MOST]:
            steps = self.spent[subject]
            table.add_row(
                subject, *(f"{steps[step]:.2f}" if step in steps else "" for step in _STEPS),
                f"{sums[subject]:.2f}", f"{sums[subject] / total:.0%}",
            )  # fmt: skip
        for what, seconds in (
            (f"{len(ordered) - _MOST} more", sum(sums[subject] for subject in ordered[_MOST:])),
            ("outside of statements", total - sum(sums.values())),
        ):
            if seconds > 0:
                table.add_row(what, *("" for _ in _STEPS), f"{seconds:.2f}", f"{seconds / total:.0%}")
        Console(width=WIDTH).print(table)

    def _timed(self, work: Callable[..., Any], subject: str, step: str) -> Callable[..., Any]:
        def timed(*args: Any) -> Any:
            begun = time.perf_counter()
            try:
                return work(*args)
            finally:
                self.spent[subject][step] += time.perf_counter() - begun

        return timed


class WatchedConnection:
    """A connection whose statements' times are booked."""

    def __init__(self, connection: Any, spending: Spending) -> None:
        self._watched = connection
        self._spending = spending

    def execute(self, statement: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a statement and book its time."""
        begun = time.perf_counter()
        try:
            return self._watched.execute(statement, *args, **kwargs)
        finally:
            self._spending.add(statement, time.perf_counter() - begun)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._watched, name)


def _booked(statement: object) -> tuple[str, str]:
    text = statement.decode() if isinstance(statement, bytes) else str(statement)
    if text.startswith(("BEGIN", "COMMIT", "CHECKPOINT")):
        return "commit", "write"
    target = _TARGET.match(text)
    if target is None:
        return "other statements", "find"
    name = target.group(1)
    temporary = _TEMPORARY.fullmatch(name)
    if temporary:
        step, model = temporary.groups()
        return model, _STEP_OF[step]
    return ("opening the states" if name == "staged" else name.partition(".")[2] or name), "write"
