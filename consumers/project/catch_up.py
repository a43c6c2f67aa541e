"""Brings tables up to the head of the log: live in batches, or first all facts and then all models.

Live, the models of the touched things are computed with each batch. With many events it is cheaper to stage the facts
alone and to compute every model once; facts and models then have a position each until that is done.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass

from consumers.project.log import ReadsLog
from consumers.project.tables import Tables
from domain.shared.errors import RapportError

LIVE_BATCH = 5_000
STAGED_BATCH = 50_000


class TablesAhead(RapportError):
    """The tables hold events that the log does not have."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is: `doing` names it (applying, staging, computing), `done` of `of` events are in."""

    doing: str
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What was done: how many events were taken in, up to which position, and whether a stop cut it short."""

    events: int
    position: int
    stopped: bool = False


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
    work = _Work(head, sum(max(0, head - tables.staged) for tables in sets), stop, report)
    events = _side_by_side(work, sets)
    return CaughtUp(max(events, default=0), min((tables.position for tables in sets), default=head), work.stopped)


def _side_by_side(work: "_Work", sets: Sequence[Tables]) -> list[int]:
    """Each set in a thread of its own: databases work outside Python's lock, and one reads while another computes."""
    behind = [tables for tables in sets if work.is_behind(tables)]
    if len(behind) < 2:
        return [work.bring_up(tables) for tables in behind]
    with ThreadPoolExecutor(len(behind), thread_name_prefix="tables") as pool:
        doing = [pool.submit(work.bring_up, tables) for tables in behind]
        wait(doing, return_when=FIRST_EXCEPTION)
        if any(part.done() and part.exception() for part in doing):
            work.stopped = True  # what failed is raised below; the others end at their edge
    return [part.result() for part in doing]


def _refuse_other_log(tables: Tables, log: ReadsLog) -> None:
    if tables.staged > (end := log.end()):
        raise TablesAhead(
            f"the tables are at position {tables.staged:,} and the log ends at {end:,}, so it is another log or an"
            " older copy: put the right one back, or run `rapport rebuild`"
        )


class _Work:
    """One run over all sets, which share the head and the count of what is done."""

    def __init__(self, head: int, of: int, stop: Stop, report: Report) -> None:
        self._head = head
        self._of = of
        self._done = 0
        self._stop = stop
        self._report = report
        self.stopped = False

    def is_behind(self, tables: Tables) -> bool:
        """Whether a set lacks events of the log, or models of its facts."""
        return tables.staged < self._head or tables.position < tables.staged

    def bring_up(self, tables: Tables) -> int:
        """Bring one set up; returns how many events it took in."""
        # Another process may have seen a later head; then there is nothing to do.
        backlog = self._head - tables.staged
        if tables.staged > tables.position or backlog > max(LIVE_BATCH, tables.staged // 4):
            count = self._in_batches(tables.stage, lambda: tables.staged, "staging", STAGED_BATCH)
            self._compute(tables)
            return count
        return self._in_batches(tables.advance, lambda: tables.position, "applying", LIVE_BATCH)

    def _in_batches(self, take: Callable[[int, int], int], position: Callable[[], int], doing: str, limit: int) -> int:
        count, before = 0, position()
        while before < self._head and not self._is_stopped():
            count += take(self._head, limit)
            after = position()
            self._done += after - before
            before = after
            self._report(Progress(doing, self._done, self._of))
        return count

    def _compute(self, tables: Tables) -> None:
        if self._is_stopped():
            return
        computing = tables.compute()
        for name in computing:
            self._report(Progress(f"computing {name}", self._done, self._of))
            if self._is_stopped():
                computing.close()  # rolls back: the facts stay, and the next run computes
                return

    def _is_stopped(self) -> bool:
        self.stopped = self.stopped or self._stop()
        return self.stopped
