"""Interleavings of writers that break naive ways of tailing a log, each put before such a reader and before ours.

That the naive reader loses an event shows that the interleaving is the dangerous one, and that the test can fail.
"""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from infra.keys import TenantKeys
from infra.log.log import EventLog
from infra.log.postgres import open_postgres_log
from infra.log.postgres_recorder import _LOWEST_GUARD, last_drawn, safe_bound
from infra.log.sealing import Sealing
from tests.log.given import call, incoming
from tests.log.readers import BY_POSITION_AND_XMIN, BY_TRANSACTION, NaiveReader, OurReader, Reader, RecorderReader

_INSERT = (
    "INSERT INTO rapport.stored_events (originator_id, originator_version, topic, state, tenant)"
    " VALUES (%s, %s, 'crm.activity.note_taken.v1', '{}', 'main') RETURNING notification_id"
)
# The position is drawn before the tenant is worked out, which here waits until the test lets go.
_PAUSE_AFTER_DRAWING = _INSERT.replace("'main')", "(SELECT 'main' FROM pg_advisory_xact_lock(4711)))")
_SAFE = "SELECT notification_id FROM rapport.stored_events WHERE notification_id <= %s ORDER BY notification_id"


@pytest.fixture
def log(app_url: str, tenant_keys: TenantKeys, sealing: Sealing) -> Iterator[EventLog]:
    """A log on PostgreSQL with one event, at position 1."""
    opened = open_postgres_log(app_url, tenant_keys.identity_of, sealing)
    opened.take(incoming(call("c1")))
    yield opened
    opened.close()


@pytest.fixture
def connect(app_url: str) -> Iterator[Callable[[], psycopg.Connection]]:
    """Opens connections of writers, in a transaction each, and closes them when the test is over."""
    opened: list[psycopg.Connection] = []

    def connect() -> psycopg.Connection:
        opened.append(psycopg.connect(app_url))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def naive(app_url: str) -> Iterator[psycopg.Connection]:
    """A connection for a reader, each statement of which sees what was committed before it."""
    with psycopg.connect(app_url, autocommit=True) as connection:
        yield connection


def test_a_checkpoint_on_the_position_passes_a_slow_writer(
    log: EventLog, connect: Callable[[], psycopg.Connection], naive: psycopg.Connection
) -> None:
    readers: list[Reader] = [NaiveReader(naive), OurReader(log), RecorderReader(log._open())]  # type: ignore[attr-defined]
    slow, quick = connect(), connect()

    # Given a writer that drew position 2 and is slow, and one that drew 3 and committed,
    assert _insert(slow) == 2
    assert _insert(quick) == 3
    quick.commit()
    # when both read, and then the slow one commits,
    _poll(readers)
    slow.commit()
    _poll(readers)

    # then the naive reader has passed the event for good; ours have not, be it by the library's methods.
    assert [reader.seen for reader in readers] == [[1, 3], [1, 2, 3], [1, 2, 3]]


def test_a_filter_on_xmin_passes_a_writer_that_has_no_transaction_number_yet(
    log: EventLog, connect: Callable[[], psycopg.Connection], naive: psycopg.Connection
) -> None:
    readers: list[Reader] = [NaiveReader(naive, BY_POSITION_AND_XMIN), OurReader(log)]
    held, slow, quick = connect(), connect(), connect()
    held.execute("SELECT pg_advisory_xact_lock(4711)")

    with ThreadPoolExecutor(1) as pool:
        # Given a writer that drew position 2 and did not come to write it, so that it got no transaction number,
        waiting = pool.submit(_insert, slow, _PAUSE_AFTER_DRAWING)
        _until(lambda: last_drawn(naive) == 2)
        # and another that drew 3 and committed, so that nothing open is older than it,
        assert _insert(quick) == 3
        quick.commit()
        _until(lambda: 3 in _polled(readers)[0])
        # when the first goes on,
        held.rollback()
        assert waiting.result() == 2
        slow.commit()
    _until(lambda: 3 in _polled(readers)[1])

    # then the naive reader has passed its event for good, and ours has not.
    assert [reader.seen for reader in readers] == [[1, 3], [1, 2, 3]]


def test_the_order_of_transaction_numbers_is_not_that_of_a_stream(
    log: EventLog, connect: Callable[[], psycopg.Connection], naive: psycopg.Connection
) -> None:
    stream = uuid4()
    early, late = connect(), connect()
    # Given a transaction that wrote something else first and so has the lower number,
    _insert(early)
    # when the later one writes the first event of a stream, and the early one the second,
    _insert(late, stream=stream)
    late.commit()
    _insert(early, stream=stream, version=2)
    early.commit()

    def by_transaction() -> list[int]:
        return [version for id_, version, _ in naive.execute(BY_TRANSACTION.encode(), [0]) if UUID(id_) == stream]

    # then who reads by number reads the second before the first, and ours as they were written.
    _until(lambda: len(by_transaction()) == 2)
    assert by_transaction() == [2, 1]
    ours = [row for row in log.read(0, log.head(), 9) if row.originator_id == stream.hex]
    assert [row.position for row in ours] == [3, 4]


def test_the_librarys_function_takes_no_lock_so_that_its_reader_passes_a_slow_writer(postgres_database: str) -> None:
    # Given the library's own recorder and tables, with the function that it offers,
    parts = {name: str(value) for name, value in conninfo_to_dict(postgres_database).items()}
    datastore = PostgresDatastore(
        parts["dbname"], parts["host"], parts["port"], parts["user"], parts["password"], enable_db_functions=True
    )
    recorder = PostgresApplicationRecorder(datastore)
    recorder.create_table()
    call_it = (
        f"SELECT * FROM {recorder.pg_function_name_insert_events}("
        f"ARRAY[('{uuid4()}', 1, 'noted', '{{}}')]::{recorder.stored_event_type_name}[])"
    )
    with psycopg.connect(postgres_database) as slow:
        # when one writer that called it is slow to commit, and another is not,
        assert slow.execute(call_it.encode()).fetchall() == [(1,)]
        assert recorder.insert_events([StoredEvent(uuid4(), 1, "noted", b"{}")]) == [2]
        seen = [one.id for one in recorder.select_notifications(None, 9)]
        slow.commit()
        seen += [one.id for one in recorder.select_notifications(seen[-1], 9, inclusive_of_start=False)]

    # then its own reader has passed an event for good, which is why our recorder refuses that function.
    assert seen == [2]
    assert [one.id for one in recorder.select_notifications(None, 9)] == [1, 2]
    datastore.close()


def test_a_writer_between_the_two_questions_is_not_passed(
    log: EventLog, connect: Callable[[], psycopg.Connection], naive: psycopg.Connection
) -> None:
    slow, quick = connect(), connect()

    def meanwhile() -> None:
        assert (_insert(slow), _insert(quick)) == (2, 3)
        quick.commit()

    # Given a reader that asks for guards first and for the last number second,
    lowest = naive.execute(_LOWEST_GUARD).fetchone()
    meanwhile()
    assert lowest == (None,)
    assert _up_to(naive, last_drawn(naive)) == [1, 3]  # then it passes position 2.
    slow.commit()
    assert log.head() == 3

    # Ours asks in the other order: the same writers in between change nothing.
    asking = _Interrupted(naive, lambda: _more(slow, quick))
    assert safe_bound(asking) == 3  # type: ignore[arg-type]
    slow.commit()
    assert log.head() == 5


def test_events_are_read_by_a_statement_of_their_own(
    log: EventLog, connect: Callable[[], psycopg.Connection], naive: psycopg.Connection, app_url: str
) -> None:
    slow = connect()
    assert _insert(slow) == 2

    # Given a reader whose three questions see one and the same moment,
    with psycopg.connect(app_url) as frozen:
        frozen.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        assert _up_to(frozen, 9) == [1]
        # when the writer commits between them: its guard is gone, and its event not yet there,
        slow.commit()
        assert safe_bound(frozen) == 2
        # then that reader passes it,
        assert _up_to(frozen, 2) == [1]
    # and ours, whose later statement sees what was committed before it, does not.
    assert _up_to(naive, safe_bound(naive)) == [1, 2]
    assert [row.position for row in log.read(0, log.head(), 9)] == [1, 2]


def test_no_schedule_of_writers_makes_ours_pass_an_event(
    log: EventLog, connect: Callable[[], psycopg.Connection], naive: psycopg.Connection
) -> None:
    # Given writers that write, commit and roll back in an order drawn by chance, each schedule by its own seed,
    writers = [connect() for _ in range(4)]
    readers: list[Reader] = [NaiveReader(naive), OurReader(log)]
    _poll(readers)
    lost = 0
    for seed in range(60):
        before = [len(reader.seen) for reader in readers]
        committed = _run_schedule(random.Random(seed), writers, readers)
        seen, ours = (sorted(reader.seen[n:]) for reader, n in zip(readers, before, strict=True))
        # then ours saw every event once and in order, whatever the schedule, and the naive one did not.
        assert ours == committed, f"schedule {seed}"
        lost += len(committed) - len(seen)
    assert readers[1].seen == sorted(set(readers[1].seen))
    assert lost > 60


def _run_schedule(chance: random.Random, writers: list[psycopg.Connection], readers: list[Reader]) -> list[int]:
    """Forty steps, each of one writer or of the readers; returns the positions that were committed."""
    open_: list[list[int]] = [[] for _ in writers]
    committed: list[int] = []

    def end(writer: int, *, commit: bool) -> None:
        writers[writer].commit() if commit else writers[writer].rollback()
        committed.extend(open_[writer] if commit else [])
        open_[writer].clear()

    for _ in range(40):
        writer = chance.randrange(len(writers))
        match chance.choices(("write", "commit", "rollback", "read"), (4, 2, 1, 3))[0]:
            case "write":
                open_[writer].append(_insert(writers[writer]))
            case "read":
                _poll(readers)
            case step:
                end(writer, commit=step == "commit")
    for writer in range(len(writers)):
        end(writer, commit=True)
    _poll(readers)
    return sorted(committed)


class _Interrupted:
    """A connection on which something happens before the second question."""

    def __init__(self, connection: psycopg.Connection, meanwhile: Callable[[], None]) -> None:
        self._connection = connection
        self._meanwhile = meanwhile
        self._asked = 0

    def cursor(self, **options: Any) -> Any:
        self._asked += 1
        if self._asked == 2:
            self._meanwhile()
        return self._connection.cursor(**options)


def _more(slow: psycopg.Connection, quick: psycopg.Connection) -> None:
    assert (_insert(slow), _insert(quick)) == (4, 5)
    quick.commit()


def _insert(
    writer: psycopg.Connection, statement: str = _INSERT, *, stream: UUID | None = None, version: int = 1
) -> int:
    found = writer.execute(statement.encode(), [stream or uuid4(), version]).fetchone()
    assert found is not None
    return int(found[0])


def _up_to(connection: psycopg.Connection, bound: int) -> list[int]:
    return [position for (position,) in connection.execute(_SAFE, [bound])]


def _poll(readers: list[Reader]) -> None:
    for reader in readers:
        reader.poll()


def _polled(readers: list[Reader]) -> list[list[int]]:
    _poll(readers)
    return [reader.seen for reader in readers]


def _until(happened: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something; other tests' transactions on the server may hold it up."""
    last = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < last, "it did not happen"
        time.sleep(0.01)
