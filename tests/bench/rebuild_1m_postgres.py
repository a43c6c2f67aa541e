"""`rebuild_1m_postgres`: all models of a PostgreSQL log into tables beside those in use, from history and from the log.

Each is done once: they take minutes. What the swap costs readers, `swap_pg` measures.
"""

import sys
import time

import psycopg

from consumers.project.catch_up import Progress, catch_up
from infra.bootstrap import Rapport
from infra.log.init import init_postgres
from tests.bench.measuring import BenchFailed, Line, Series, flush_time, line, stopwatch
from tests.bench.workshop import Workshop, disk_of_postgres, ingest, rapport_at

NAME = "rebuild_1m_postgres"
_LOG, _SCAN = "from the log", "raw scan of the log"
_FASTEST = 100_000  # events a second
_SLOWEST_SHOWN = 8
_READ = "SELECT notification_id, tenant, originator_id, topic, state, recorded_at FROM rapport.stored_events ORDER BY 1"


def measure(shop: Workshop) -> list[Line]:
    """A rebuild from sealed history, one from the log, and a scan of it."""
    with shop.postgres() as url, shop.scratch() as home:
        init_postgres(url)
        folder = disk_of_postgres(url, shop.folder)
        with rapport_at(home, url) as rapport:
            shop.tell("  taking the events into a log")
            ingest(rapport, shop.lines(shop.sizes.rebuild))
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE rapport.stored_events")
            flushes = [flush_time(folder)]
            events, scan = _scan(url)
            spent: dict[str, float] = {}
            log = _rebuild(rapport, events, {})
            rapport.history.write()
            history = _rebuild(rapport, events, spent)
            flushes.append(flush_time(folder))

    def series(value: float) -> Series:
        return Series([value], flushes)

    lines = [
        line(
            NAME, "events/s", series(history), (_SCAN, series(scan)), note=f"{events:,} events, from history",
            wanted=(f"at least {_FASTEST:,}", lambda value, _: value >= _FASTEST),
        ),
        line(f"{NAME}:from_log", "events/s", series(log), (_SCAN, series(scan))),
    ]  # fmt: skip
    if shop.profile or not lines[0].met:
        _show(spent)
    return lines


def _rebuild(rapport: Rapport, events: int, spent: dict[str, float]) -> float:
    """Make all tables beside, and drop them; returns events a second. `spent` gets the seconds of each step."""
    rapport.projector.discard_draft()
    draft = rapport.projector.draft()
    if draft is None:
        raise BenchFailed("another process rebuilds these tables")
    with draft:
        with stopwatch() as watch:
            list(draft.begin())
            catch_up(rapport.log, draft.sets, report=_Noting(spent))
        if any(tables.position != rapport.log.head() for tables in draft.sets):
            raise BenchFailed("the tables are not at the log's end")
    rapport.projector.discard_draft()
    return events / watch.seconds


class _Noting:
    """Notes how long each step took: it is called when one is done."""

    def __init__(self, spent: dict[str, float]) -> None:
        self._spent = spent
        self._last = time.perf_counter()

    def __call__(self, progress: Progress) -> None:
        now = time.perf_counter()
        self._spent[progress.doing] = self._spent.get(progress.doing, 0.0) + now - self._last
        self._last = now


def _scan(url: str) -> tuple[int, float]:
    """Read the log and do nothing with it; returns its events, and how many a second."""
    with psycopg.connect(url) as connection, connection.cursor("scan") as cursor, stopwatch() as watch:
        cursor.itersize = 50_000
        count = sum(1 for _ in cursor.execute(_READ))
    return count, count / watch.seconds


def _show(spent: dict[str, float]) -> None:
    slowest = sorted(spent.items(), key=lambda step: -step[1])[:_SLOWEST_SHOWN]
    told = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in slowest)
    sys.stdout.write(f"  where the time goes: {told}\n")
