"""Ways to append an event in a transaction of its own. Each opens what it needs and gives the function that appends."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import umadb
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from consumers.ingest.messages import Incoming
from domain.activities.events import CallLogged
from domain.shared.envelope import Envelope
from infra.log.postgres_connections import LogDatastore
from infra.log.postgres_recorder import PostgresLogRecorder
from tests.bench.workshop import rapport_at

Appends = Callable[[int], object]
Opens = Callable[[ExitStack], Appends]

_TYPE = "crm.activity.call_logged.v1"
_STATE = json.dumps({"id": "x" * 36, "source": "bench", "data": {"direction": "inbound"}, "text": "x" * 300}).encode()
_INSERT = (
    "INSERT INTO plain (originator_id, originator_version, topic, state, tenant) VALUES (%b, %b, %b, %b, %b)"
    " RETURNING notification_id"
)


def our_recorder(url: str, stack: ExitStack) -> Appends:
    """Our recorder, by the library's own method."""
    datastore = LogDatastore(url)
    stack.callback(datastore.close)
    recorder = PostgresLogRecorder(datastore)
    return lambda _: recorder.insert_events([_stored()])


def our_log(url: str, home: Path, stack: ExitStack) -> Appends:
    """The whole way of one event from outside into the log. It has nothing personal, and so needs no key."""
    rapport = stack.enter_context(rapport_at(home, url))

    def append(_: int) -> None:
        id_ = str(uuid4())
        call = CallLogged(direction="inbound", duration_seconds=60, contacts=["contact:bench:1"])
        envelope = Envelope(
            tenant="main", id=id_, source="bench", type=_TYPE, subject=f"activity:bench:{id_}",
            time=datetime.now(UTC), data=call,
        )  # fmt: skip
        rapport.log.take([Incoming(envelope, "bench", "here", b"")])

    return append


def plain_inserts(url: str, stack: ExitStack) -> Appends:
    """INSERTs into a table with the same columns and indexes, and no trigger."""
    connection = stack.enter_context(psycopg.connect(url, autocommit=True, prepare_threshold=0))
    return lambda _: connection.execute(_INSERT, [uuid4(), 1, _TYPE, _STATE, "main"]).fetchone()


def stock_recorder(url: str, stack: ExitStack) -> Appends:
    """The library's recorder as it comes, with its table lock and its NOTIFY; `make_stock_tables` made its tables."""
    recorder = _stock(url, stack)
    return lambda _: recorder.insert_events([_stored()])


def make_stock_tables(url: str) -> None:
    """Make the library's tables. It can't be done by several at once."""
    with ExitStack() as stack:
        _stock(url, stack).create_table()


def _stock(url: str, stack: ExitStack) -> PostgresApplicationRecorder:
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    datastore = PostgresDatastore(parts["dbname"], parts["host"], parts["port"], parts["user"], parts["password"])
    stack.callback(datastore.close)
    return PostgresApplicationRecorder(datastore)


def umadb_client(address: str, stack: ExitStack) -> Appends:
    """UmaDB's client, without a condition."""
    client = stack.enter_context(umadb.Client(address))
    return lambda _: client.append([umadb.Event(_TYPE, _STATE, [str(uuid4())])])


def _stored() -> StoredEvent:
    return StoredEvent(uuid4(), 1, _TYPE, _STATE)
