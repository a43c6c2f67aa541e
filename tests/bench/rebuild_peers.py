"""`rebuild_one_model`: one read model made anew from old events, ours against those who go event by event.

Ours computes contact_timeline and what it reads, with nothing of it there before: in a DuckDB file from sealed history
and the end of the log behind it, and in PostgreSQL from the log. The peers maintain the same table with fewer of the
same events, which are enough to tell their speed, and must have the same rows of these, one by one.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from consumers.project.catch_up import STAGED_BATCH
from infra.log.init import init_postgres
from infra.tables.duckdb import DuckdbTables
from infra.tables.postgres import PostgresTables
from tests.bench import by_hand_peer, emmett_peer, runner_peer
from tests.bench.measuring import Line, Series, in_turns, line, stopwatch
from tests.bench.rebuild_1m_embedded import copy_with_history
from tests.bench.spending import Spending
from tests.bench.timeline import LEFT_OUT, TABLE, Rows, compare, rows_in, select_rows, what_it_takes
from tests.bench.workshop import Workshop, disk_of_postgres, rapport_at

NAME = "rebuild_one_model"
_EMBEDDED, _POSTGRES = "ours, from sealed history", "ours, on PostgreSQL"
_TIMES = 300
_WANTED = (f"at least {_TIMES} times the runner", lambda _, ratio: ratio is not None and ratio >= _TIMES)
# What a figure is called behind the colon, by whom it is measured against.
_VIEWS = {runner_peer.PEER: "", by_hand_peer.ONE_BY_ONE: "upsert", emmett_peer.PEER: "emmett"}
_COLUMNS = "originator_id, originator_version, topic, state, notification_id, tenant, recorded_at"
_COPY = f"COPY rapport.stored_events ({_COLUMNS}) FROM STDIN"
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_Tables = DuckdbTables | PostgresTables


def measure(shop: Workshop) -> list[Line]:
    """Ours on both engines against ProjectionRunner, an UPSERT per event and Emmett, in turns."""
    whole, emmett = shop.home(shop.sizes.rebuild, without=LEFT_OUT), emmett_peer.install(shop)
    with ExitStack() as stack:
        home, url = stack.enter_context(shop.scratch()), stack.enter_context(shop.postgres())
        copy_with_history(whole, home)
        _copy_log(home, url)
        theirs = stack.enter_context(shop.postgres())
        upto, last = runner_peer.fill_from(url, theirs, shop.sizes.live_runner)
        peers = {
            runner_peer.PEER: _Peer(lambda: runner_peer.project(theirs, last), theirs, TABLE),
            by_hand_peer.ONE_BY_ONE: _Peer(lambda: by_hand_peer.project(url, upto, 1), url, f"by_hand.{TABLE}"),
        }
        if emmett is not None:
            store = stack.enter_context(shop.postgres())
            filled = emmett_peer.fill(emmett, url, store, last, home / "events.jsonl")
            peers[emmett_peer.PEER] = _Peer(filled.project, store, TABLE)
        ours = {
            _EMBEDDED: _Ours(lambda: _embedded(shop, home), home, upto),
            _POSTGRES: _Ours(lambda: _on_postgres(home, url), home, upto),
        }
        contestants = {
            **{name: one.project for name, one in ours.items()},
            **{name: one.project for name, one in peers.items()},
        }
        found = in_turns(contestants, shop.runs, disk_of_postgres(url, shop.folder), shop.tell)
        rows = _must_equal(ours, peers)
        note = f"{ours[_EMBEDDED].about}; {last:,} for the peers, {rows:,} rows equal"
        lines = list(_lines(found, list(peers), note))
        if shop.profile or not lines[0].met:
            ours[_EMBEDDED].show_profile()
    return lines


def _lines(found: Mapping[str, Series], peers: Sequence[str], note: str) -> Iterator[Line]:
    """Each of ours against each of the peers, the runner first."""
    for ours, prefix in ((_EMBEDDED, ""), (_POSTGRES, "postgres_")):
        for peer in peers:
            view = f"{prefix}{_VIEWS[peer]}".rstrip("_")
            yield line(
                f"{NAME}:{view}" if view else NAME, "events/s", found[ours], (peer, found[peer]),
                wanted=None if view else _WANTED, note="" if view else note,
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Peer:
    """Who maintains the table with the first events, in the database at `url`."""

    project: Callable[[], float]
    url: str
    table: str

    def rows(self) -> Rows:
        with psycopg.connect(self.url) as connection:
            return rows_in(connection, self.table)


class _Ours:
    """Our tables, made from nothing again and again. `rows` are those of the peers' events when it was done last."""

    def __init__(self, opened: Callable[[], AbstractContextManager[_Tables]], home: Path, upto: int) -> None:
        self._opened = opened
        self._upto = upto
        with rapport_at(home) as rapport:
            self._head = rapport.log.head()
            sealed = sum(segment.manifest.events for segment in rapport.history.usable())
            self._events = rapport.log.count("main").events
        self.about = f"{self._events:,} events, {sealed:,} of them in sealed history"
        self.rows: Rows = ()

    def project(self) -> float:
        """Rebuild from the whole past; returns events a second."""
        return self._events / self._rebuilt(Spending(), watched=False)

    def show_profile(self) -> None:
        """Rebuild once more, watched, and print where the time went."""
        spending = Spending()
        seconds = self._rebuilt(spending, watched=True)
        spending.show(f"{NAME}: where the time of {self._events:,} events goes", seconds)

    def _rebuilt(self, spending: Spending, *, watched: bool) -> float:
        with self._opened() as tables:
            if watched:
                spending.watch(tables)
            with stopwatch() as watch:
                while tables.staged < self._head:
                    tables.stage(self._head, STAGED_BATCH)
                list(tables.compute())
                if isinstance(tables, DuckdbTables):
                    tables.checkpoint()
            connection: Any = tables.connection
            select = select_rows(f"crm.{TABLE}", where=f"position <= {self._upto}")
            self.rows = connection.execute(select).fetchall()
        return watch.seconds


@contextmanager
def _embedded(shop: Workshop, home: Path) -> Iterator[_Tables]:
    """Empty tables in a file, as the program opens them over a log and its history."""
    with shop.scratch() as scratch, rapport_at(home) as rapport:
        tables = rapport._embedded_tables(what_it_takes())(scratch / "tables.duckdb")
        try:
            yield tables
        finally:
            tables.close()


@contextmanager
def _on_postgres(home: Path, url: str) -> Iterator[_Tables]:
    """Empty tables beside the log in PostgreSQL."""
    with rapport_at(home, url) as rapport:
        tables = PostgresTables(url, what_it_takes(), "UTC", rapport.sealing.unseal, afresh=True)
        try:
            yield tables
        finally:
            tables.close()


def _copy_log(home: Path, url: str) -> None:
    """Let our log in PostgreSQL have the events of the one in a file, each at its position."""
    init_postgres(url)
    with (
        closing(sqlite3.connect(home / "log.sqlite")) as log,
        psycopg.connect(url, autocommit=True) as connection,
    ):
        with connection.cursor().copy(_COPY.encode()) as copy:
            for *event, recorded_at in log.execute(f"SELECT {_COLUMNS} FROM stored_events ORDER BY notification_id"):
                copy.write_row([*event, _BEGIN + timedelta(microseconds=recorded_at)])
        connection.execute("VACUUM ANALYZE rapport.stored_events")  # else who reads first would do it for the others


def _must_equal(ours: Mapping[str, _Ours], peers: Mapping[str, _Peer]) -> int:
    """Raise BenchFailed unless each peer holds the rows that each of ours has of its events; returns how many."""
    for name, peer in peers.items():
        rows = peer.rows()
        for one in ours.values():
            compare(name, one.rows, rows)
    return len(ours[_EMBEDDED].rows)
