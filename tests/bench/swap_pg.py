"""`swap_pg`: how long the swap of rebuilt tables keeps readers of PostgreSQL waiting.

A reader asks for facts, for a model and for how far the tables are, as fast as it can, while tables and those kept from
before a rebuild change places; the longest answer is compared with the longest when nothing is swapped.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from consumers.project.projector import Ask
from consumers.project.rebuilding import rebuild
from infra.log.init import init_postgres
from tests.bench.measuring import Line, in_turns, line
from tests.bench.workshop import Workshop, cloud_events, disk_of_postgres, ingest, rapport_at, write_lines

NAME = "swap_pg"
_OURS, _QUIET = "swap", "without a swap"
_MOST = 50.0  # milliseconds
_QUIET_SECONDS = 0.3
_ASKED = (
    b"SELECT position FROM rapport.fact_activity LIMIT 1",
    b"SELECT position FROM crm.contact_timeline LIMIT 1",
    b"SELECT models_position FROM rapport.progress",
)


def measure(shop: Workshop) -> list[Line]:
    """Swap back and forth, with a reader beside."""
    with shop.postgres() as url, shop.scratch() as home:
        init_postgres(url)
        write_lines(home / "story.jsonl", cloud_events(shop.sizes.live))
        with rapport_at(home, url) as rapport:
            ingest(rapport, home / "story.jsonl")
            projecting = rapport.projecting()
            projecting.bring_up()
            rebuild(projecting)  # from now on there are tables to change places with
            contestants = {
                _OURS: lambda: _longest(url, lambda: projecting.bring_up(Ask.UNDO)),
                _QUIET: lambda: _longest(url, lambda: time.sleep(_QUIET_SECONDS)),
            }
            found = in_turns(contestants, shop.runs, disk_of_postgres(url, shop.folder), shop.tell)
    return [
        line(
            NAME, "ms", found[_OURS], (_QUIET, found[_QUIET]), note="the longest answer to a reader",
            wanted=(f"at most {_MOST:g} more", lambda value, _: value <= _MOST + found[_QUIET].median),
        )
    ]  # fmt: skip


def _longest(url: str, work: Callable[[], object]) -> float:
    with _reading(url) as took:
        work()
    return max(took)


@contextmanager
def _reading(url: str) -> Iterator[list[float]]:
    """Ask again and again until the end of the `with`; gives what each round took, in milliseconds."""
    took: list[float] = []
    ended = threading.Event()

    def ask() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not ended.is_set():
                begun = time.perf_counter()
                for statement in _ASKED:
                    connection.execute(statement)
                took.append((time.perf_counter() - begun) * 1000)

    reader = threading.Thread(target=ask)
    reader.start()
    try:
        while len(took) < 5:
            time.sleep(0.01)
        yield took
    finally:
        ended.set()
        reader.join()
