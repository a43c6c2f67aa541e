"""What the commands share that bring the tables up to date: the bar while they work, and what they say at the end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, Task, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from consumers.project.catch_up import Progress as Step
from consumers.project.catch_up import Report

_AT_ONCE = 0.5  # seconds of work that need no bar


@contextmanager
def projecting_bar() -> Iterator[Report]:
    """A progress bar on stderr, if that is a terminal and the work is long; call what it gives with each step."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description} {task.fields[count]}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("projecting", total=None, count="", rate="")
    begun = time.monotonic()
    shown, unit = False, ""

    def report(step: Step) -> None:
        nonlocal shown, unit
        if step.unit != unit:
            unit = step.unit
            bar.reset(task, description=step.doing)  # a model takes other time than an event
        count = f"{step.done:,}/{step.of:,} {unit}" if step.of else ""
        rate = _rate(bar.tasks[0]) if unit == "events" else ""
        bar.update(task, total=step.of or None, completed=step.done, description=step.doing, count=count, rate=rate)
        if not shown and time.monotonic() - begun > _AT_ONCE:
            shown = True
            bar.start()

    try:
        yield report
    finally:
        if shown:
            bar.stop()


def _rate(task: Task) -> str:
    return f"{task.speed:,.0f} events/s" if task.speed else ""
