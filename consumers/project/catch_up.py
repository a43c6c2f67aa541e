"""Brings tables up to the head of the log: live in batches, or first all facts and then all models.

Live, the models of the touched things are computed with each batch. With many events it is cheaper to stage the facts
alone and to compute every model once; facts and models then have a position each until that is done.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from consumers.project.log import ReadsLog
from consumers.project.tables import Tables
from domain.shared.errors import RapportError

LIVE_BATCH = 10_000  # each table costs a few statements a batch, whatever it holds
STAGED_BATCH = 200_000  # a commit costs much the same whatever it holds
MANY = 5_000  # events, from which on staging first is quicker for young tables


class TablesAhead(RapportError):
    """The tables hold events that the log does not have."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is: `doing` names it (applying, staging, computing), `done` of `of` events or models are in.

    `of` is 0 while that is not known.
    """

    doing: str
    done: int
    of: int
    unit: str = "events"


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What was done: events taken in, up to which position, whether a stop cut it short; `seconds` if measured."""

    events: int
    position: int
    stopped: bool = False
    seconds: float = 0.0


T = TypeVar("T")
Stop = Callable[[], bool]
Report = Callable[[Progress], None]


def never() -> bool:
    """Nobody asks for a stop."""
    return False


def unheard(_: Progress) -> None:
    """Nobody listens."""


def catch_up(log: ReadsLog, sets: Sequence[Tables], stop: Stop = never, report: Report = unheard) -> CaughtUp:
    """Bring every set of tables up to the head of the log. `stop` is asked at each batch's edge.

    Raises TablesAhead if the log ends before the tables do, and whatever log and tables raise.
    """
    head = log.head()
    for tables in sets:
        _refuse_other_log(tables, log)
    # Databases work outside Python's lock, so each set has a thread; in step, so that they can share what is read.
    with ThreadPoolExecutor(max(1, len(sets)), thread_name_prefix="tables") as pool:
        work = _Work(head, sets, stop, report, pool)
        work.run(sets)
    return CaughtUp(work.events, min((tables.position for tables in sets), default=head), work.stopped)


def _refuse_other_log(tables: Tables, log: ReadsLog) -> None:
    if tables.staged > (end := log.end()):
        raise TablesAhead(
            f"the tables are at position {tables.staged:,} and the log ends at {end:,}, so it is another log or an"
            " older copy: put the right one back, or run `rapport rebuild`"
        )


class _Work:
    """One run over all sets, which share the head and the count of what is done."""

    def __init__(self, head: int, sets: Sequence[Tables], stop: Stop, report: Report, pool: ThreadPoolExecutor) -> None:
        self._head = head
        self._of = sum(max(0, head - tables.staged) for tables in sets)
        self._done = 0
        self._models = 0
        self._computed = 0
        self._counting = Lock()  # sets are computed side by side
        self._stop = stop
        self._report = report
        self._pool = pool
        self.events = 0
        self.stopped = False

    def run(self, sets: Sequence[Tables]) -> None:
        """Stage and compute the sets that are far behind, then apply batches to those that are nearly there."""
        far = [tables for tables in sets if self._is_far_behind(tables)]
        near = [tables for tables in sets if tables not in far]
        self._in_batches(far, "staging", lambda tables: (tables.stage(self._head, STAGED_BATCH), tables.staged))
        if far and not self._is_stopped():
            self._models = sum(tables.models for tables in far)
            self._each(self._compute, far)
        self._in_batches(near, "applying", lambda tables: (tables.advance(self._head, LIVE_BATCH), tables.position))

    def _is_far_behind(self, tables: Tables) -> bool:
        # Another process may have seen a later head; then there is nothing to do.
        backlog = self._head - tables.staged
        return tables.staged > tables.position or backlog > max(MANY, tables.staged // 4)

    def _in_batches(self, sets: Sequence[Tables], doing: str, take: Callable[[Tables], tuple[int, int]]) -> None:
        """Let each set take a batch, until all have reached the head. `take` gives the count and the new position."""
        counts = [0] * len(sets)
        before = [tables.staged for tables in sets]
        while not self._is_stopped():
            behind = [n for n, position in enumerate(before) if position < self._head]
            if not behind:
                break
            for n, (count, position) in zip(behind, self._each(take, [sets[n] for n in behind]), strict=True):
                counts[n] += count
                self._done += position - before[n]
                before[n] = position
            self._report(Progress(doing, self._done, self._of))
        self.events = max(self.events, *counts, 0)

    def _compute(self, tables: Tables) -> None:
        computing = tables.compute()
        for name in computing:
            with self._counting:
                self._computed += 1
                self._report(Progress(f"computed {name}", self._computed, self._models, "models"))
            if self._is_stopped():
                computing.close()  # rolls back: the facts stay, and the next run computes
                return

    def _each(self, work: Callable[[Tables], T], sets: Sequence[Tables]) -> list[T]:
        """What a piece of work gives for each set; with one set, in this thread. All end before an error is raised."""
        if len(sets) == 1:
            return [work(sets[0])]
        doing = [self._pool.submit(work, tables) for tables in sets]
        wait(doing)
        return [part.result() for part in doing]

    def _is_stopped(self) -> bool:
        self.stopped = self.stopped or self._stop()
        return self.stopped
