"""What the commands share that bring the tables up to date: the bar while they work, and what they say at the end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from consumers.project.catch_up import Progress as Step
from consumers.project.catch_up import Report

_AT_ONCE = 0.5  # seconds of work that need no bar


@contextmanager
def projecting_bar() -> Iterator[Report]:
    """A progress bar on stderr, if that is a terminal and the work is long; call what it gives with each step."""
    console = Console(stderr=True)
    words = TextColumn("{task.description} {task.fields[step]}")
    bar = Progress(
        words, BarColumn(), TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
    )
    task = bar.add_task("projecting", total=None, step="")
    begun = time.monotonic()
    shown = False

    def report(step: Step) -> None:
        nonlocal shown
        bar.update(task, total=step.of, completed=step.done, description=step.doing, step=f"{step.done:,}/{step.of:,}")
        if not shown and time.monotonic() - begun > _AT_ONCE:
            shown = True
            bar.start()

    try:
        yield report
    finally:
        if shown:
            bar.stop()
