"""Tables that are made beside those in use in PostgreSQL: in schemas of their own, whose names are switched then."""

from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import psycopg

from consumers.project.projector import MADE_OTHERWISE, Ask, BringUp, Difference, NothingToSwap, OtherModels
from domain.shared.errors import RapportError
from infra.log.errors import LogError
from infra.publishing.postgres_switching import BESIDE, KEPT, switch
from infra.tables.checking import CHECKSUM_POSTGRES, broken_checks, differences
from infra.tables.postgres import PostgresTables, let_go
from infra.tables.postgres_copying import COPYING, copy_tables
from infra.tables.postgres_defining import known_digests
from infra.tables.postgres_errors import connect, explaining
from infra.tables.postgres_hands import Hands
from infra.tables.postgres_personal import Unseal
from projections.definition import SCHEMAS, Definition

if TYPE_CHECKING:
    from infra.tables.segments import History

_BUILDING = (127 << 56) + 4  # the advisory lock of whoever makes tables beside those in use


class PostgresDraft:
    """The tables beside, in the hands of this process. They begin where a rebuild that was stopped left them."""

    def __init__(
        self,
        connection: psycopg.Connection,
        url: str,
        definition: Definition,
        timezone: str,
        unseal: Unseal,
        history: "Callable[[], History] | None",
        models: Collection[str] | None,
        connections: int,
    ) -> None:
        """`connections` is how many are to compute side by side, `connection` among them."""
        self._connection = connection
        self._url = url
        self._definition = definition
        self._snapshot: psycopg.Connection | None = None
        self._beside = replace(definition, beside=BESIDE)
        self._timezone = timezone
        self._unseal = unseal
        self._history = history
        self._models = models
        self._connections = connections
        self._more: list[psycopg.Connection] = []
        self._tables: PostgresTables | None = None

    def begin(self) -> Generator[str, None, None]:
        """See Draft."""
        connection, models = self._connection, self._models
        is_copy = self._begun()
        if is_copy is None:
            drop_draft(connection)
            in_use = known_digests(connection, self._definition)
            is_copy = models is not None and in_use is not None and in_use[0] == self._definition.facts_digest
            if models is not None and is_copy:
                yield from copy_tables(connection, self._definition, self._beside, self._timezone, models)
                connection.execute(f"CREATE TABLE rapport{BESIDE}.copied ()".encode())
                models = None  # they are computed
        connection.execute(f"DROP TABLE IF EXISTS rapport{BESIDE}.finished".encode())
        self._tables = PostgresTables(
            connection, self._beside, self._timezone, self._unseal, history=self._history, hands=self._take_hands()
        )
        if models and is_copy:
            yield "computing models"
            self._tables.recompute(models)

    def _take_hands(self) -> Hands:
        """As many as are wanted, or fewer where the server has no connections left to give."""
        with suppress(LogError):
            while len(self._more) < self._connections - 1:
                self._more.append(connect(self._url, "rapport rebuild"))
        return Hands(self._beside, [self._connection, *self._more])

    def _begun(self) -> bool | None:
        """Whether what was begun began as a copy, which is no rebuild of all; None if nothing of it is of use."""
        digests = (self._definition.facts_digest, self._definition.models_digest, self._timezone)
        is_copy = _exists(self._connection, f"rapport{BESIDE}.copied")
        is_of_use = known_digests(self._connection, self._beside) == digests and not (is_copy and self._models is None)
        return is_copy if is_of_use else None

    @property
    def sets(self) -> Sequence[PostgresTables]:
        """See Draft."""
        return [self._tables] if self._tables else []

    def comparable(self) -> int | None:
        """See Draft. A transaction of its own keeps seeing the tables in use as they are now."""
        known = known_digests(self._connection, self._definition)
        if known is None or known[:2] != (self._definition.facts_digest, self._definition.models_digest):
            return None
        self._snapshot = connect(self._url, "rapport rebuild")
        self._snapshot.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = self._snapshot.execute("SELECT facts_position, models_position FROM rapport.progress").fetchone()
        return int(row[1]) if row and row[0] == row[1] else None

    def differences(self) -> Sequence[Difference]:
        """See Draft."""
        snapshot = self._snapshot
        if snapshot is None:
            return []
        with explaining():
            found = differences(
                self._beside,
                CHECKSUM_POSTGRES,
                partial(_rows, self._connection),
                partial(_rows, snapshot),
            )
        self._forget_snapshot()  # it would keep the server from tidying up behind it
        return found

    def broken_checks(self) -> Sequence[str]:
        """See Draft."""
        with explaining():
            return broken_checks(partial(_rows, self._connection), self._beside)

    def finish(self) -> None:
        """See Draft."""
        with explaining():
            self._connection.execute(f"CREATE TABLE IF NOT EXISTS rapport{BESIDE}.finished ()".encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forget_snapshot()
        for connection in self._more:
            connection.close()
        let_go(self._connection)

    def _forget_snapshot(self) -> None:
        if self._snapshot is not None:
            self._snapshot.close()
            self._snapshot = None


def try_build(connection: psycopg.Connection) -> bool:
    """Make this session the one that makes tables beside those in use, if no other does, until it ends."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [_BUILDING]).fetchone()
    return bool(row and row[0])


def drop_draft(connection: psycopg.Connection) -> bool:
    """Drop the tables beside; False if there were none."""
    return _drop(connection, BESIDE)


def exchange(url: str, definition: Definition, timezone: str, unseal: Unseal, what: Ask, bring_up: BringUp) -> None:
    """Put the tables beside, or those kept, in the place of those in use, which are kept. Who calls owns these.

    They are brought up to the log first, so that readers never see less than before. Raises NothingToSwap.
    """
    place = BESIDE if what is Ask.SWAP else KEPT
    connection = connect(url, "rapport rebuild")
    with explaining():
        try:
            if not try_build(connection):
                raise NothingToSwap("a rebuild is still under way: wait for it, or stop it")
            _refuse_others(connection, replace(definition, beside=place), what)
            try:
                bring_up([PostgresTables(connection, replace(definition, beside=place), timezone, unseal)])
            except RapportError as error:  # no harm is done: the owner goes on with those in use
                raise NothingToSwap(str(error)) from error
            if what is Ask.SWAP:
                _drop(connection, KEPT)
            connection.execute("SELECT pg_advisory_lock(%s)", [COPYING])  # ends with the connection
            switch(connection, place)
        finally:
            connection.close()


def _refuse_others(connection: psycopg.Connection, definition: Definition, what: Ask) -> None:
    known = known_digests(connection, definition)
    if known is None or (what is Ask.SWAP and not _exists(connection, f"{definition.own}.finished")):
        raise NothingToSwap(
            "there are no rebuilt tables: run `rapport rebuild`"
            if what is Ask.SWAP
            else "no tables from before a rebuild are kept"
        )
    if known[:2] != (definition.facts_digest, definition.models_digest):
        sentence = "those tables were computed by other models than this program's: put those back first"
        raise OtherModels(MADE_OTHERWISE if what is Ask.SWAP else sentence, known)


def _drop(connection: psycopg.Connection, place: str) -> bool:
    found = connection.execute("SELECT to_regnamespace(%s)", [f"crm{place}"]).fetchone()
    for schema in SCHEMAS:
        connection.execute(f"DROP SCHEMA IF EXISTS {schema}{place} CASCADE".encode())
    return bool(found and found[0])


def _exists(connection: psycopg.Connection, table: str) -> bool:
    found = connection.execute("SELECT to_regclass(%s)", [table]).fetchone()
    return bool(found and found[0])


def _rows(connection: psycopg.Connection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query.encode()).fetchall()
