"""Eight writers for ten seconds, with delays and rollbacks: who tails the log sees every event once, in order."""

import random
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg

from infra.keys import TenantKeys
from infra.log.log import EventLog
from infra.log.postgres import open_postgres_log
from infra.log.postgres_recorder import PostgresLogRecorder
from infra.log.rows import LogRow, NewEvent
from infra.log.sealing import Sealing
from tests.log.given import call, incoming, moved
from tests.log.readers import NaiveReader

_WRITERS = 8
_SECONDS = 10
_STORED = "SELECT notification_id, originator_id, originator_version FROM rapport.stored_events ORDER BY 1"


def test_postgres_eight_writers_with_delays_and_rollbacks(
    app_url: str, tenant_keys: TenantKeys, sealing: Sealing
) -> None:
    # Given a reader that tails the log, and beside it one with a checkpoint on the position alone,
    log = open_postgres_log(app_url, tenant_keys.identity_of, sealing)
    log.take(incoming(moved("first", "New")))
    over = threading.Event()
    seen: list[LogRow] = []
    with psycopg.connect(app_url, autocommit=True) as connection, ThreadPoolExecutor(_WRITERS + 2) as pool:
        naive = NaiveReader(connection)
        tailing = [pool.submit(_tail, log, seen, over), pool.submit(_poll, naive, over)]
        # when eight write for ten seconds,
        writing = [pool.submit(_Writer(app_url, tenant_keys, sealing, seed).write) for seed in range(_WRITERS)]
        outcomes = sum((one.result() for one in writing), Counter[str]())
        over.set()
        for one in tailing:
            one.result()
        stored = connection.execute(_STORED).fetchall()

    # then it saw every event that was committed, once, and each stream in its order;
    assert outcomes["committed"] > 100
    assert outcomes["rolled back"] > 50
    assert len(stored) == 1 + outcomes["events"]
    assert [(row.position, UUID(row.originator_id)) for row in seen] == [(p, stream) for p, stream, _ in stored]
    _assert_streams_in_order(stored)
    # and that was not luck: the naive one lost some.
    assert len(naive.seen) == len(set(naive.seen)) < len(stored) - 10
    log.close()


class _Writer:
    """Writes in three ways: batches from outside, commands, and transactions that take their time."""

    def __init__(self, url: str, keys: TenantKeys, sealing: Sealing, seed: int) -> None:
        self._url = url
        self._log = open_postgres_log(url, keys.identity_of, sealing)
        self._seed = seed
        self._chance = random.Random(seed)
        self._stream, self._version = uuid4(), 0
        self.outcomes: Counter[str] = Counter()

    def write(self) -> Counter[str]:
        """Write until the time is over; returns how many transactions and events came of it."""
        end = time.monotonic() + _SECONDS
        with psycopg.connect(self._url) as connection:
            while time.monotonic() < end:
                if self._chance.random() < 0.3:
                    self._take()
                else:
                    self._write_slowly(connection)
        self._log.close()
        return self.outcomes

    def _take(self) -> None:
        """A batch that meets those of the other writers: the same deals, and some of the same events."""
        ids = [f"{self._seed}-{self._chance.getrandbits(64)}" for _ in range(3)]
        shared = f"shared-{self._chance.randrange(200)}"
        deal = f"deal:crm:{self._chance.randrange(5)}"
        batch = incoming(call(ids[0]), moved(ids[1], "A", deal=deal), moved(ids[2], "B", deal=deal), call(shared))
        taken = self._log.take(batch)
        self.outcomes["committed"] += 1
        self.outcomes["events"] += len(batch) - taken.repeats

    def _write_slowly(self, connection: psycopg.Connection) -> None:
        """A transaction with delays between its events and before its end, which may be a rollback."""
        cursor, version = connection.cursor(), self._version
        recorder: PostgresLogRecorder = self._log._open()
        for _ in range(self._chance.randint(1, 3)):
            version += 1
            recorder.insert_rows(cursor, [_row(self._stream, version)])
            time.sleep(self._chance.uniform(0, 0.03))
        if self._chance.random() < 0.3:
            connection.rollback()
            self.outcomes["rolled back"] += 1
            return
        connection.commit()
        self.outcomes["committed"] += 1
        self.outcomes["events"] += version - self._version
        self._version = version


def _row(stream: UUID, version: int) -> NewEvent:
    return NewEvent(stream, version, "crm.activity.note_taken.v1", b"{}", "main")


def _tail(log: EventLog, seen: list[LogRow], over: threading.Event) -> None:
    """Tail in small batches until the writers are done, and then once more for what came last."""
    after, done = 0, False
    while not done:
        done = over.is_set()
        head = log.head()
        while rows := log.read(after, head, 7):
            seen.extend(rows)
            after = rows[-1].position
        after = max(after, head)
        time.sleep(0.002)


def _poll(naive: NaiveReader, over: threading.Event) -> None:
    done = False
    while not done:
        done = over.is_set()
        naive.poll()
        time.sleep(0.002)


def _assert_streams_in_order(stored: list[tuple[Any, ...]]) -> None:
    """Positions, by which all is read, put each stream's events in the order of their versions, without a gap."""
    versions: dict[UUID, list[int]] = defaultdict(list)
    for _, stream, version in stored:
        versions[stream].append(version)
    for found in versions.values():
        assert found == list(range(1, len(found) + 1))
