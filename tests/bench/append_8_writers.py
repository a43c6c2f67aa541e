"""`append_8_writers`: eight processes append one event per commit; events a second, beside plain INSERTs and others."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from infra.log.init import init_postgres
from tests.bench import appenders
from tests.bench.appenders import Opens
from tests.bench.measuring import BenchFailed, Line, in_turns, line
from tests.bench.umadb_server import umadb_server
from tests.bench.workshop import Workshop, disk_of_postgres, rapport_at

NAME = "append_8_writers"
_WRITERS = 8
_OURS, _LOG = "our recorder", "our log: ids, digest, look for repeats"
_PLAIN, _STOCK, _UMADB = "plain INSERTs", "eventsourcing PostgreSQL recorder", "UmaDB"
_LEAST = 0.85
_WANTED = (f"at least {_LEAST} of plain INSERTs", lambda _, ratio: ratio is not None and ratio >= _LEAST)
_PLAIN_TABLE = "CREATE TABLE plain (LIKE rapport.stored_events INCLUDING DEFAULTS INCLUDING INDEXES)"
_PATIENCE = 600


def measure(shop: Workshop) -> list[Line]:
    """All in turns, each into a table of its own that grows by as much in every turn."""
    with ExitStack() as stack:
        url, stock = stack.enter_context(shop.postgres()), stack.enter_context(shop.postgres())
        home, files = stack.enter_context(shop.scratch()), stack.enter_context(shop.scratch())
        _prepare(url, stock, home)
        address = stack.enter_context(umadb_server(files))
        opens: dict[str, Opens] = {
            _OURS: partial(appenders.our_recorder, url),
            _LOG: partial(appenders.our_log, url, home),
            _PLAIN: partial(appenders.plain_inserts, url),
            _STOCK: partial(appenders.stock_recorder, stock),
            _UMADB: partial(appenders.umadb_client, address),
        }
        contestants = {name: partial(_append, one, shop.sizes.append) for name, one in opens.items()}
        found = in_turns(contestants, shop.runs, disk_of_postgres(url, shop.folder), shop.tell)
        _must_have_appended(url, shop)
    ours, unit = found[_OURS], "events/s"
    note = f"{_WRITERS} processes, {shop.sizes.append:,} events each"
    return [
        line(NAME, unit, ours, (_PLAIN, found[_PLAIN]), wanted=_WANTED, note=note),
        line(f"{NAME}:eventsourcing", unit, ours, (_STOCK, found[_STOCK])),
        line(f"{NAME}:umadb", unit, ours, (_UMADB, found[_UMADB])),
        line(f"{NAME}:whole_log", unit, found[_LOG], (_PLAIN, found[_PLAIN])),
    ]


def _prepare(url: str, stock: str, home: Path) -> None:
    init_postgres(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_PLAIN_TABLE)
    with rapport_at(home, url) as rapport:
        rapport.keys.identity_of("main")  # the secret is there before eight processes ask for it
    appenders.make_stock_tables(stock)


@contextmanager
def _opened(opens: Opens) -> Iterator[Callable[[int], object]]:
    with ExitStack() as stack:
        yield opens(stack)


def _append(opens: Opens, count: int) -> float:
    """Let eight processes append `count` events each, all beginning together; returns events a second."""
    context = multiprocessing.get_context("spawn")
    barrier, times = context.Barrier(_WRITERS), context.Queue()
    writers = [context.Process(target=_write, args=(opens, n, count, barrier, times)) for n in range(_WRITERS)]
    for writer in writers:
        writer.start()
    try:
        spans = [times.get(timeout=_PATIENCE) for _ in writers]
        if failed := [span for span in spans if isinstance(span, str)]:
            raise BenchFailed(f"a writer failed: {failed[0]}")
        for writer in writers:
            writer.join(_PATIENCE)
    finally:
        for writer in writers:
            writer.kill()
    begun, ended = min(begin for begin, _ in spans), max(end for _, end in spans)
    return float(_WRITERS * count / (ended - begun))


def _write(opens: Opens, number: int, count: int, barrier: Any, times: Any) -> None:
    """What each process does: it tells when it began and ended, or what went wrong.

    One event before the others begin opens connections and prepares statements.
    """
    try:
        with _opened(opens) as append:
            append(-1)
            barrier.wait(_PATIENCE)
            begun = time.time()
            for one in range(count):
                append(number * count + one)
            times.put((begun, time.time()))
    except Exception as error:  # noqa: BLE001 - whatever it is, the others must not wait for this one
        times.put(f"{type(error).__name__}: {error}")
        barrier.abort()


def _must_have_appended(url: str, shop: Workshop) -> None:
    expected = shop.runs * _WRITERS * (shop.sizes.append + 1)
    with psycopg.connect(url) as connection:
        for table, of_ours in (("rapport.stored_events", 2), ("plain", 1)):
            found = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
            if found != (of_ours * expected,):
                raise BenchFailed(f"{table} has {found} events instead of {of_ours * expected:,}")
