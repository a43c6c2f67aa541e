"""How things are measured: contestants in turns within one run, and beside each turn what the disk's flush took.

A disk's flush may take forty times longer ten minutes later, so that figures are compared within one run only.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

_FLUSHES = 25
_PAGE = bytes(4096)
WIDTH = 130  # of what is printed, also where there is no terminal


@dataclass(slots=True)
class Series:
    """What one contestant reached in its turns, and the disk's flush time before and after each, in microseconds."""

    values: list[float] = field(default_factory=list)
    flushes: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def spread(self) -> float:
        """The distance between the best and the worst turn, as a share of the median."""
        return (max(self.values) - min(self.values)) / self.median if self.median else 0.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of build/bench.json. `ratio` is our value over the peer's; None where there is no peer."""

    name: str
    value: float
    unit: str
    peer: str | None
    ratio: float | None
    runs: int
    spread: float
    fsync_us: float


@dataclass(frozen=True, slots=True)
class Line:
    """A figure as people read it: what is wanted of it, whether that is met, and what else to know."""

    figure: Figure
    wanted: str = ""
    met: bool | None = None
    note: str = ""
    flushes: tuple[float, float] = (0.0, 0.0)

    def as_json(self) -> dict[str, Any]:
        """The figure as it stands in the file."""
        return asdict(self.figure)


class BenchFailed(Exception):
    """A measurement that means nothing: what was to be compared did not do the same work."""


def in_turns(
    contestants: Mapping[str, Callable[[], float]], runs: int, folder: Path, tell: Callable[[str], None]
) -> dict[str, Series]:
    """Let each contestant run `runs` times, one after the other; every second round goes backwards."""
    found = {name: Series() for name in contestants}
    for turn in range(runs):
        names = list(contestants) if turn % 2 == 0 else list(contestants)[::-1]
        for name in names:
            before = flush_time(folder)
            value = contestants[name]()
            found[name].values.append(value)
            found[name].flushes += [before, flush_time(folder)]
            tell(f"  turn {turn + 1}: {name} {number(value)}, flush {before:,.0f} µs before")
    return found


def line(
    name: str,
    unit: str,
    ours: Series,
    peer: tuple[str, Series] | None = None,
    *,
    wanted: tuple[str, Callable[[float, float | None], bool]] | None = None,
    note: str = "",
) -> Line:
    """A series as a line; `wanted` is what is asked for in words, and the test of value and ratio."""
    ratio = ours.median / peer[1].median if peer and peer[1].median else None
    figure = Figure(
        name=name,
        value=round(ours.median, 3),
        unit=unit,
        peer=peer[0] if peer else None,
        ratio=round(ratio, 3) if ratio is not None else None,
        runs=len(ours.values),
        spread=round(ours.spread, 3),
        fsync_us=round(median(ours.flushes), 1),
    )
    met = wanted[1](ours.median, ratio) if wanted else None
    if peer:
        note = f"{peer[0]} {number(peer[1].median)} {unit}{'; ' + note if note else ''}"
    return Line(figure, wanted[0] if wanted else "", met, note, (min(ours.flushes), max(ours.flushes)))


def number(value: float) -> str:
    """A number in as many digits as mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:,.3g}"


def flush_time(folder: Path) -> float:
    """The median time in microseconds that the disk under `folder` takes to keep 4 KiB appended to a file."""
    path = folder / f".flush-{os.getpid()}"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        taken = []
        for _ in range(_FLUSHES):
            os.write(handle, _PAGE)
            begun = time.perf_counter()
            _flush(handle)
            taken.append((time.perf_counter() - begun) * 1e6)
        return median(taken)
    finally:
        os.close(handle)
        path.unlink()


# macOS has no fdatasync in every Python.
_flush: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)


@dataclass(slots=True)
class Stopwatch:
    """How long the work inside `with stopwatch()` took, in seconds."""

    seconds: float = 0.0


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Take the time of a block."""
    watch = Stopwatch()
    begun = time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - begun
