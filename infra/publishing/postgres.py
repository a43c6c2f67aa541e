"""The tables in PostgreSQL: one session owns them by an advisory lock; what it commits, readers see."""

from collections.abc import Callable, Collection, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

import psycopg

from consumers.project.catch_up import Progress
from consumers.project.projector import Answer, Ask, BringUp, Request
from consumers.project.tables import Tables
from infra.publishing.postgres_draft import PostgresDraft, drop_draft, exchange, try_build
from infra.tables.errors import TablesError
from infra.tables.postgres import APPLIER, PostgresTables, let_go, try_own
from infra.tables.postgres_defining import known_digests
from infra.tables.postgres_errors import connect, explaining
from infra.tables.postgres_personal import Unseal
from projections.definition import Definition

if TYPE_CHECKING:
    from infra.tables.segments import History

_ASKING = (127 << 56) + 3
_HOLDER = """
    SELECT pid FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND classid = %s AND objid = %s
    AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
"""
_REQUESTS = """
    CREATE TABLE IF NOT EXISTS rapport.projector_request (
        request_id uuid PRIMARY KEY,
        what text NOT NULL,
        asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        answered boolean NOT NULL DEFAULT false,
        error text
    )
"""


class PostgresProjector:
    """The tables of one database. `definition` is what they hold; `unseal` opens what is personal in the log.

    `history` gives old events in files, which are looked at when tables are filled from the log's beginning. A
    rebuild computes models side by side by so many `connections`.
    """

    def __init__(
        self,
        url: str,
        definition: Definition,
        timezone: str,
        unseal: Unseal,
        history: "Callable[[], History] | None" = None,
        connections: int = 1,
    ) -> None:
        self._url = url
        self._unseal = unseal
        self._history = history
        self._definition = definition
        self._timezone = timezone
        self._connections = connections
        self._session: psycopg.Connection | None = None

    @property
    def digests(self) -> tuple[str, str, str]:
        """What computes these tables: changes when they have to be made anew."""
        return (self._definition.facts_digest, self._definition.models_digest, self._timezone)

    def own(self) -> "PostgresOwner | None":
        """See Projector."""
        connection = connect(self._url, "rapport projector")
        try:
            # Before owning: who is halted while it owns would else keep others from asking.
            _make_requests(connection)
            with explaining():
                if try_own(connection):
                    about = (self._definition, self._timezone, self._unseal, self._history)
                    return PostgresOwner(connection, self._url, *about)
        except BaseException:
            connection.close()
            raise
        connection.close()
        return None

    def draft(self, models: Collection[str] | None = None) -> PostgresDraft | None:
        """See Projector."""
        connection = connect(self._url, "rapport rebuild")
        try:
            with explaining():
                if try_build(connection):
                    tables = (self._definition, self._timezone, self._unseal, self._history)
                    return PostgresDraft(connection, self._url, *tables, models, self._connections)
        except BaseException:
            connection.close()
            raise
        connection.close()
        return None

    def discard_draft(self) -> bool:
        """See Projector."""
        with explaining(), connect(self._url, "rapport rebuild") as connection:
            if not try_build(connection):
                raise TablesError("a rebuild is under way: stop it first")
            return drop_draft(connection)

    def owner(self) -> int | None:
        """See Projector. It is the process id of the owner's session in the server."""
        row = self._ask_server(_HOLDER, [APPLIER >> 32, APPLIER & 0xFFFFFFFF])
        return int(row[0]) if row else None

    def ask(self, what: Ask) -> "TableRequest":
        """See Projector."""
        return TableRequest(self._connection(), what)

    def published(self) -> int:
        """See Projector."""
        row = self._progress("models_position")
        return int(row[0]) if row else 0

    def is_current(self) -> bool:
        """See Projector."""
        row = self._progress("facts_digest, models_digest, timezone")
        return row == self.digests

    def sign(self) -> None:
        """Nothing: readers do not glance at files here."""

    def unpublish(self) -> None:
        """Nothing: no copies are published here."""

    def close(self) -> None:
        """Close the connection by which this looks."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _progress(self, columns: str) -> tuple[Any, ...] | None:
        with explaining():
            return _progress(self._connection(), columns)

    def _ask_server(self, statement: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        with explaining():
            return self._connection().execute(statement.encode(), parameters).fetchone()

    def _connection(self) -> psycopg.Connection:
        if self._session is None:
            self._session = connect(self._url, "rapport")
        return self._session


class PostgresOwner:
    """The tables in the hands of this process, as long as its session lives."""

    def __init__(
        self,
        connection: psycopg.Connection,
        url: str,
        definition: Definition,
        timezone: str,
        unseal: Unseal,
        history: "Callable[[], History] | None" = None,
    ) -> None:
        self._connection = connection
        self._url = url
        self._definition = definition
        self._timezone = timezone
        self._unseal = unseal
        self._history = history
        self._tables: PostgresTables | None = None

    @property
    def sets(self) -> Sequence[Tables]:
        """See Owner. They are looked at when they are needed first: what is about to be put away is not."""
        if self._tables is None:
            self._tables = PostgresTables(
                self._connection, self._definition, self._timezone, self._unseal, history=self._history
            )
        return [self._tables]

    def is_outdated(self) -> bool:
        """See Owner."""
        with explaining():
            known = known_digests(self._connection, self._definition)
        return known is not None and known[:2] != (self._definition.facts_digest, self._definition.models_digest)

    def exchange(self, what: Ask, bring_up: BringUp) -> None:
        """See Owner."""
        exchange(self._url, self._definition, self._timezone, self._unseal, what, bring_up)

    def publish(self, *, at_once: bool) -> None:
        """See Owner. Here readers see what is committed."""

    def requests(self) -> Sequence[Request]:
        """See Owner."""
        try:
            with explaining():
                found = self._connection.execute(
                    "SELECT request_id, what FROM rapport.projector_request WHERE NOT answered ORDER BY asked_at"
                ).fetchall()
        except psycopg.errors.UndefinedTable:  # there is no log here, which is said when that is read
            return []
        return [Request(str(id_), Ask(what)) for id_, what in found]

    def answer(self, requests: Sequence[Request], error: str | None = None) -> None:
        """See Owner."""
        with explaining():
            self._connection.execute(
                "UPDATE rapport.projector_request SET answered = true, error = %s WHERE request_id = ANY(%s::uuid[])",
                [error, [request.id for request in requests]],
            )
            self._connection.execute(
                "DELETE FROM rapport.projector_request WHERE asked_at < clock_timestamp() - interval '1 day'"
            )

    def report(self, progress: Progress) -> None:
        """See Owner. Here those who wait see the position move."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        let_go(self._connection)


class TableRequest:
    """A request in the database, as who asked sees it."""

    def __init__(self, connection: psycopg.Connection, what: Ask) -> None:
        self._connection = connection
        self._id = uuid4()
        _make_requests(connection)
        with explaining():
            connection.execute(
                "INSERT INTO rapport.projector_request (request_id, what) VALUES (%s, %s)", [self._id, what.value]
            )
            row = connection.execute("SELECT coalesce(max(notification_id), 0) FROM rapport.stored_events").fetchone()
        self._wanted = int(row[0]) if row else 0

    def answer(self) -> Answer | None:
        """The owner's answer, once it is there."""
        with explaining():
            row = self._connection.execute(
                "SELECT answered, error FROM rapport.projector_request WHERE request_id = %s", [self._id]
            ).fetchone()
        return Answer(row[1]) if row and row[0] else None

    def progress(self) -> Progress | None:
        """How far the owner's work is."""
        with explaining():
            row = _progress(self._connection, "facts_position")
        return Progress("projecting", min(int(row[0]), self._wanted), self._wanted) if row else None

    def withdraw(self) -> None:
        """Take back the request, and its answer."""
        with explaining():
            self._connection.execute("DELETE FROM rapport.projector_request WHERE request_id = %s", [self._id])


def _make_requests(connection: psycopg.Connection) -> None:
    with explaining(), connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_ASKING])  # two at once would both make it
        found = connection.execute(
            "SELECT to_regclass('rapport.projector_request') IS NOT NULL OR to_regnamespace('rapport') IS NULL"
        ).fetchone()
        if not (found and found[0]):  # without a schema there is no log either, which is said elsewhere
            connection.execute(_REQUESTS)


def _progress(connection: psycopg.Connection, columns: str) -> tuple[Any, ...] | None:
    """How far the tables are; None as long as an owner has not made them."""
    try:
        return connection.execute(f"SELECT {columns} FROM rapport.progress".encode()).fetchone()
    except psycopg.errors.UndefinedTable:
        return None
