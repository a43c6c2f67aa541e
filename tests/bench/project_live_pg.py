"""`project_live_pg`: the same events from a PostgreSQL log into tables on the same server, live.

Ours computes every model of crm and personal; the peers maintain one table of them. Their table must equal ours.
"""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg

from consumers.project.catch_up import LIVE_BATCH
from infra.log.init import init_postgres
from infra.tables.postgres import PostgresTables
from projections.definition import definition_for
from tests.bench import by_hand_peer, runner_peer
from tests.bench.measuring import BenchFailed, Line, in_turns, line, stopwatch
from tests.bench.spending import Spending
from tests.bench.timeline import COLUMNS, LEFT_OUT, read_happening
from tests.bench.workshop import Workshop, cloud_events, disk_of_postgres, ingest, rapport_at, write_lines

NAME = "project_live_pg"
_OURS = f"ours, batches of {LIVE_BATCH:,}"
_OURS_SMALL = "ours, batches of 1,000"
_WANTED = ("at least 10 times the runner", lambda _, ratio: ratio is not None and ratio >= 10)
_LOG = (
    "SELECT originator_id, originator_version, notification_id, topic, state FROM rapport.stored_events"
    " ORDER BY notification_id LIMIT %s"
)


def measure(shop: Workshop) -> list[Line]:
    """Ours against ProjectionRunner and against batches by hand, in turns."""
    with shop.postgres() as ours, shop.postgres() as theirs, shop.scratch() as home:
        head = _fill_ours(shop, ours, home)
        upto, last = _fill_theirs(shop, ours, theirs)
        folder = disk_of_postgres(ours, shop.folder)
        found = in_turns(
            {
                _OURS: lambda: _project(ours, head, LIVE_BATCH),
                _OURS_SMALL: lambda: _project(ours, head, 1_000),
                runner_peer.PEER: lambda: runner_peer.project(theirs, last),
                by_hand_peer.PEER: lambda: by_hand_peer.project(ours),
            },
            shop.runs,
            folder,
            shop.tell,
        )
        rows = _must_equal(ours, theirs, upto)
        note = f"{head:,} events, {last:,} for the runner; {rows:,} rows equal"
        runner = (runner_peer.PEER, found[runner_peer.PEER])
        lines = [
            line(NAME, "events/s", found[_OURS], runner, wanted=_WANTED, note=note),
            line(f"{NAME}:batches_of_1000", "events/s", found[_OURS_SMALL], runner),
            line(
                f"{NAME}:by_hand", "events/s", found[_OURS], (by_hand_peer.PEER, found[by_hand_peer.PEER]),
                note=f"one table by hand against {len(definition_for('crm', 'personal').models)} models",
            ),
        ]  # fmt: skip
        if shop.profile or not lines[0].met:
            _show_profile(ours, head)
    return lines


def _fill_ours(shop: Workshop, url: str, home: Path) -> int:
    """Let the story stand in our log; returns its head."""
    init_postgres(url)
    story = (event for event in cloud_events(shop.sizes.live) if event["type"] not in LEFT_OUT)
    write_lines(home / "story.jsonl", islice(story, shop.sizes.live))
    with rapport_at(home, url) as rapport:
        ingest(rapport, home / "story.jsonl")
        return rapport.log.head()


def _fill_theirs(shop: Workshop, ours: str, theirs: str) -> tuple[int, int]:
    """The first events of our log in the library's; returns the last one's position in ours and in theirs."""
    with psycopg.connect(ours) as connection:
        connection.execute("SET search_path = rapport")
        rows = connection.execute(_LOG, [shop.sizes.live_runner]).fetchall()
    happenings = [read_happening(topic, state) for _, _, _, topic, state in rows]
    last = runner_peer.fill(theirs, [(stream, version) for stream, version, *_ in rows], happenings)
    if last != len(rows):
        raise BenchFailed(f"the runner's log has {last:,} events instead of {len(rows):,}")
    return int(rows[-1][2]), last


def _project(url: str, head: int, batch: int) -> float:
    tables = PostgresTables(url, definition_for("crm", "personal"), "UTC", afresh=True)
    try:
        with stopwatch() as watch:
            done = _advance(tables, head, batch)
    finally:
        tables.close()
    return done / watch.seconds


def _advance(tables: PostgresTables, head: int, batch: int) -> int:
    done = 0
    while tables.position < head:
        done += tables.advance(head, batch)
    return done


def _must_equal(ours: str, theirs: str, upto: int) -> int:
    """Raise BenchFailed unless the peers' tables hold our rows and no others; returns the number of the runner's."""
    with psycopg.connect(ours) as mine, psycopg.connect(theirs) as runners:
        first = _rows(mine, "crm.contact_timeline", f"WHERE position <= {upto}")
        _compare(runner_peer.PEER, first, _rows(runners, "contact_timeline"))
        _compare(by_hand_peer.PEER, _rows(mine, "crm.contact_timeline"), _rows(mine, "by_hand.contact_timeline"))
    return len(first)


def _rows(connection: psycopg.Connection, table: str, where: str = "") -> list[tuple[Any, ...]]:
    connection.execute("SET TimeZone = 'UTC'")
    return connection.execute(
        f"SELECT {COLUMNS} FROM {table} {where} ORDER BY event_id, contact_id".encode()
    ).fetchall()


def _compare(peer: str, ours: Sequence[tuple[Any, ...]], theirs: Sequence[tuple[Any, ...]]) -> None:
    if not ours or ours != theirs:
        differing = set(ours) ^ set(theirs)
        example = next(iter(differing), "the same rows, some of them twice")
        raise BenchFailed(
            f"contact_timeline differs: {len(ours):,} rows of ours, {len(theirs):,} of {peer}; such as {example}"
        )


def _show_profile(url: str, head: int) -> None:
    """One more run, watched."""
    tables = PostgresTables(url, definition_for("crm", "personal"), "UTC", afresh=True)
    spending = Spending()
    spending.watch(tables)
    with stopwatch() as watch:
        _advance(tables, head, LIVE_BATCH)
    tables.close()
    title = f"{NAME}: where the time goes, {head:,} events in batches of {LIVE_BATCH:,}"
    spending.show(title, watch.seconds)
