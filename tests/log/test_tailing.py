"""A reader that tails the log while others write sees every event once, and each stream in order."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg

from consumers.ingest.messages import Incoming
from domain.shared.errors import Conflict
from infra.keys import TenantKeys
from infra.log.log import EventLog
from infra.log.postgres import open_postgres_log
from infra.log.rows import LogRow
from infra.log.sealing import Sealing
from infra.log.state import decode
from tests.log.conftest import OpenLog
from tests.log.given import call, incoming, moved

INSERT = (
    "INSERT INTO rapport.stored_events (originator_id, originator_version, topic, state, tenant)"
    " VALUES (gen_random_uuid(), 1, 'crm.activity.note_taken.v1', '{}', 'main') RETURNING notification_id"
)


def test_postgres_a_slow_writer_holds_the_head_back(app_url: str, tenant_keys: TenantKeys, sealing: Sealing) -> None:
    log = open_postgres_log(app_url, tenant_keys.identity_of, sealing)
    log.take(incoming(call("c1")))
    assert log.head() == 1

    # Given a writer that has drawn a position and has not committed,
    with psycopg.connect(app_url) as slow:
        drawn = slow.execute(INSERT).fetchone()
        assert drawn == (2,)
        # when others append behind it and commit,
        assert log.take(incoming(call("c2"), call("c3"))).positions == [3, 4]
        # then the log is complete only up to where it was.
        assert log.head() == 1
        assert log.end() == 4
        assert [row.position for row in log.read(0, log.head(), 9)] == [1]
        slow.commit()

    assert log.head() == 4
    assert [row.position for row in log.read(1, 4, 9)] == [2, 3, 4]
    log.close()


def test_postgres_a_rolled_back_writer_leaves_a_gap_that_is_passed(
    app_url: str, tenant_keys: TenantKeys, sealing: Sealing
) -> None:
    log = open_postgres_log(app_url, tenant_keys.identity_of, sealing)
    with psycopg.connect(app_url) as slow:
        assert slow.execute(INSERT).fetchone() == (1,)
        assert log.take(incoming(call("c1"))).positions == [2]
        assert log.head() == 0
        slow.rollback()

    assert log.head() == 2
    assert [row.position for row in log.read(0, 2, 9)] == [2]
    log.close()


def test_postgres_the_first_writer_of_all_is_waited_for(
    app_url: str, tenant_keys: TenantKeys, sealing: Sealing
) -> None:
    # A sequence of which nothing was drawn says last_value 1 as well as one of which 1 was drawn.
    log = open_postgres_log(app_url, tenant_keys.identity_of, sealing)
    with psycopg.connect(app_url) as first:
        assert first.execute(INSERT).fetchone() == (1,)
        assert log.head() == 0
        first.commit()

    assert log.head() == 1
    log.close()


def test_postgres_a_part_rolled_back_keeps_the_guard_of_the_rest(
    app_url: str, tenant_keys: TenantKeys, sealing: Sealing
) -> None:
    log = open_postgres_log(app_url, tenant_keys.identity_of, sealing)
    with psycopg.connect(app_url) as slow:
        slow.execute("SAVEPOINT part")
        assert slow.execute(INSERT).fetchone() == (1,)
        slow.execute("ROLLBACK TO part")  # the guard goes with the part that published it
        assert slow.execute(INSERT).fetchone() == (2,)
        assert log.take(incoming(call("c1"))).positions == [3]
        assert log.head() == 1
        slow.rollback()

    assert log.head() == 3
    log.close()


def test_postgres_a_head_once_said_stays_said(app_url: str, tenant_keys: TenantKeys, sealing: Sealing) -> None:
    # Given a head that was read before a writer with an old bound published its guard,
    log = open_postgres_log(app_url, tenant_keys.identity_of, sealing)
    log.take(incoming(*(call(f"c{n}") for n in range(5))))
    assert log.head() == 5

    with psycopg.connect(app_url) as late:
        late.execute("SELECT pg_advisory_xact_lock_shared((126::bigint << 56) | 2)")
        # then it does not step back: what that writer draws stands behind it anyway.
        assert log.head() == 5
    log.close()


def test_concurrent_writers_lose_and_double_nothing(open_log: OpenLog, tenant_keys: TenantKeys) -> None:
    # Given writers who hand in small batches, each event by two of them, about few things,
    log = open_log(tenant_keys)
    stop = threading.Event()
    seen: list[LogRow] = []
    batches = [_mixed_batch(number) for number in range(40)]

    def write(mine: list[list[Incoming]]) -> int:
        return sum(log.take(batch).repeats for batch in mine)

    with ThreadPoolExecutor(5) as pool:
        reader = pool.submit(_tail, log, seen, stop)
        orders = [batches, batches[::-1], batches[20:] + batches[:20], batches[1::2]]
        repeats = [pool.submit(write, order) for order in orders]
        counted = sum(one.result() for one in repeats)
        stop.set()
        reader.result()

    # then each event was stored once, and the reader saw each once, and each stream in order.
    given = {one.envelope.id for batch in batches for one in batch}
    assert Counter(decode(row.topic, row.state, "main").id for row in seen) == Counter(given)
    assert counted == sum(len(batch) for order in orders for batch in order) - len(given)
    assert log.dead_letters("main") == []
    _assert_streams_in_order(log, seen)
    log.close()


def test_concurrent_commands_append_in_turn(open_log: OpenLog, tenant_keys: TenantKeys) -> None:
    log = open_log(tenant_keys)
    log.take(incoming(moved("m", "A")))
    conflicts = Counter[str]()

    def decide(name: str) -> None:
        for number in range(10):
            while True:
                version = log.history("main", "deal:crm:1").version
                try:
                    log.append([moved(f"{name}{number}", name)], version)
                    break
                except Conflict:
                    conflicts[name] += 1

    with ThreadPoolExecutor(3) as pool:
        for outcome in [pool.submit(decide, name) for name in "abc"]:
            outcome.result()

    history = log.history("main", "deal:crm:1")
    assert history.version == len(history.events) == 31
    log.close()


def _mixed_batch(number: int) -> list[Incoming]:
    return incoming(
        *(moved(f"m{number}-{n}", f"stage {n}", deal=f"deal:crm:{n % 3}", minute=number) for n in range(5)),
        *(call(f"c{number}-{n}", seconds=n) for n in range(5)),
    )


def _tail(log: EventLog, seen: list[LogRow], stop: threading.Event) -> None:
    after = 0
    done = False
    while not done:
        done = stop.is_set()  # then once more, for what came last
        head = log.head()
        while rows := log.read(after, head, 7):
            seen.extend(rows)
            after = rows[-1].position
        after = max(after, head)


def _assert_streams_in_order(log: EventLog, seen: list[LogRow]) -> None:
    by_stream: dict[str, list[str]] = defaultdict(list)
    for row in seen:
        by_stream[row.originator_id].append(decode(row.topic, row.state, "main").id)
    for deal in range(3):
        thing = log.id_of("main", f"deal:crm:{deal}")
        stored = log._read(_versions_in_order(thing.hex))
        assert by_stream[thing.hex] == stored


def _versions_in_order(stream: str) -> Callable[..., list[str]]:
    statement = "SELECT topic, state FROM stored_events WHERE originator_id = :stream ORDER BY originator_version"
    return lambda session: [
        decode(topic, bytes(state), "main").id for topic, state in session.rows(statement, {"stream": stream})
    ]
