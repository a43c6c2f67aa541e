"""`project_live_pg`: the same events from a PostgreSQL log into tables on the same server, live.

Ours computes every model of crm and personal; the peers maintain one table of them, which must equal ours row by row.
A further figure is ours with that table alone. Ours runs warm, as a projector that follows the log does: the first
twentieth of the events is not timed, while the session makes its temporary tables. The runner's clock begins with its
first event, when its threads are up.
"""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import psycopg

from consumers.project.catch_up import LIVE_BATCH
from infra.log.init import init_postgres
from infra.tables.postgres import PostgresTables
from infra.tables.postgres_personal import Unseal
from projections.definition import Definition, definition_for
from tests.bench import by_hand_peer, runner_peer
from tests.bench.measuring import Line, in_turns, line, stopwatch
from tests.bench.spending import Spending
from tests.bench.timeline import LEFT_OUT, TABLE, Rows, compare, rows_in, what_it_takes
from tests.bench.workshop import Workshop, cloud_events, disk_of_postgres, ingest, rapport_at, write_lines

NAME = "project_live_pg"
_OURS = f"ours, batches of {LIVE_BATCH:,}"
_SMALL = "ours, batches of 1,000"
_ALONE = f"ours, {TABLE} alone"
_WANTED = ("at least 10 times the runner", lambda _, ratio: ratio is not None and ratio >= 10)


def measure(shop: Workshop) -> list[Line]:
    """Ours against ProjectionRunner and against batches by hand, in turns."""
    with shop.postgres() as url, shop.postgres() as theirs, shop.scratch() as home:
        head = _fill_ours(shop, url, home)
        unseal = rapport_at(home, url).sealing.unseal
        upto, last = runner_peer.fill_from(url, theirs, shop.sizes.live_runner)
        all_of_it, alone = definition_for("crm", "personal"), what_it_takes()
        ours = {
            _OURS: _Ours(url, unseal, head, all_of_it, LIVE_BATCH),
            _SMALL: _Ours(url, unseal, head, all_of_it, 1_000),
            _ALONE: _Ours(url, unseal, head, alone, LIVE_BATCH),
        }
        peers = {
            runner_peer.PEER: lambda: runner_peer.project(theirs, last),
            by_hand_peer.PEER: lambda: by_hand_peer.project(url),
        }
        contestants = {**{name: one.project for name, one in ours.items()}, **peers}
        found = in_turns(contestants, shop.runs, disk_of_postgres(url, shop.folder), shop.tell)
        rows = _must_equal(list(ours.values()), url, theirs, upto)
        note = f"{head:,} events, {last:,} for the runner; {rows:,} rows equal"
        runner, by_hand = ((peer, found[peer]) for peer in peers)
        lines = [
            line(NAME, "events/s", found[_OURS], runner, wanted=_WANTED, note=note),
            line(f"{NAME}:batches_of_1000", "events/s", found[_SMALL], runner),
            line(f"{NAME}:one_table", "events/s", found[_ALONE], runner, note="with what it reads"),
            line(
                f"{NAME}:by_hand", "events/s", found[_OURS], by_hand, note=f"{len(all_of_it.models)} models against one"
            ),
            line(f"{NAME}:one_table_by_hand", "events/s", found[_ALONE], by_hand),
        ]
        if shop.profile or not lines[0].met:
            ours[_OURS].show_profile()
    return lines


class _Ours:
    """Our tables, projected from nothing again and again. `rows` are those of the timeline when it was done last."""

    def __init__(self, url: str, unseal: Unseal, head: int, definition: Definition, batch: int) -> None:
        self._url = url
        self._unseal = unseal
        self._head = head
        self._definition = definition
        self._batch = batch
        self.rows: Rows = ()

    def project(self) -> float:
        """Project the whole log; returns events a second."""
        return self._projected(Spending(), watched=False)[0]

    def show_profile(self) -> None:
        """Project once more, watched, and print where the time went."""
        spending = Spending()
        _, seconds = self._projected(spending, watched=True)
        spending.show(f"{NAME}: where the time goes, {self._head:,} events in batches of {self._batch:,}", seconds)

    def _projected(self, spending: Spending, *, watched: bool) -> tuple[float, float]:
        tables = PostgresTables(self._url, self._definition, "UTC", self._unseal, afresh=True)
        try:
            tables.advance(self._head, max(1, self._head // 20))
            if watched:
                spending.watch(tables)
            done = 0
            with stopwatch() as watch:
                while tables.position < self._head:
                    done += tables.advance(self._head, self._batch)
            with psycopg.connect(self._url) as connection:
                self.rows = rows_in(connection, f"crm.{TABLE}", "position, ")
        finally:
            tables.close()
        return done / watch.seconds, watch.seconds


def _fill_ours(shop: Workshop, url: str, home: Path) -> int:
    """Let the story stand in our log; returns its head."""
    init_postgres(url)
    story = (event for event in cloud_events(shop.sizes.live) if event["type"] not in LEFT_OUT)
    write_lines(home / "story.jsonl", islice(story, shop.sizes.live))
    with rapport_at(home, url) as rapport:
        ingest(rapport, home / "story.jsonl")
        return rapport.log.head()


def _must_equal(ours: Sequence[_Ours], url: str, theirs: str, upto: int) -> int:
    """Raise BenchFailed unless the peers' tables hold our rows and no others; returns the number of the runner's."""
    with psycopg.connect(theirs) as connection:
        runners = rows_in(connection, TABLE)
    with psycopg.connect(url) as connection:
        by_hand = rows_in(connection, f"by_hand.{TABLE}")
    for one in ours:
        compare(runner_peer.PEER, [row for position, *row in one.rows if position <= upto], runners)
        compare(by_hand_peer.PEER, [row for _, *row in one.rows], by_hand)
    return len(runners)
