"""Shadows in PostgreSQL: schemas of their own, which begin as a copy of the tables in use.

A shadow is made in schemas that nobody knows, which get its name when they are whole. It is brought up in place, in
transactions that hold whole batches, as the live tables are.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from consumers.project.catch_up import Progress
from consumers.project.run import Projecting
from infra.publishing.reader import Found
from infra.shadows.postgres_reader import PostgresShadowReader
from infra.shadows.shadow import (
    Ahead,
    Busy,
    Changes,
    Compared,
    Shadow,
    Stopped,
    as_plain,
    bring_up,
    changes_of,
    find,
    from_plain,
    hearing,
)
from infra.tables.postgres import PostgresTables, let_go
from infra.tables.postgres_copying import COPYING, copy_tables
from infra.tables.postgres_defining import known_digests
from infra.tables.postgres_errors import connect, explaining
from infra.tables.postgres_personal import Unseal
from projections.changed import Text
from projections.definition import SCHEMAS, Definition, definition_of
from projections.model import Model, needed_for

_SHADOW, _MAKING, _GONE = "_shadow_", "_making_", "_gone_"
_LISTED = """
    SELECT nspname FROM pg_catalog.pg_namespace
    WHERE nspname LIKE 'rapport/_shadow/_%' ESCAPE '/' AND has_schema_privilege(oid, 'USAGE') ORDER BY nspname
"""


class PostgresShadows:
    """The shadows of one database. `models` gives the live models; `unseal` opens what is personal in the log."""

    def __init__(self, url: str, models: Callable[[], Sequence[Model]], timezone: str, unseal: Unseal) -> None:
        self._url = url
        self._models = models
        self._timezone = timezone
        self._unseal = unseal

    def build(self, name: str, texts: Sequence[Text], projecting: Projecting) -> Shadow:
        """See Shadows."""
        changes = changes_of(self._models(), texts)
        with self._alone(name) as connection, explaining():
            making = replace(_definition(changes), beside=f"{_MAKING}{name}")
            try:
                self._copy(connection, changes, making, projecting)
                row = connection.execute("SELECT models_position FROM rapport.progress").fetchone()
                tables = self._open(connection, changes, making, projecting)
                position = max(tables.position, int(row[0]) if row else 0)
                bring_up(projecting, tables, position)
                connection.execute(f"CREATE TABLE {making.own}.shadow (texts jsonb)".encode())
                plain = Jsonb(as_plain(texts))
                connection.execute(f"INSERT INTO {making.own}.shadow VALUES (%s)".encode(), [plain])
                shadow = Shadow(name, tables.position, tuple(texts))
                _show(connection, name)
            except BaseException:
                with suppress(psycopg.Error):
                    _drop(connection, f"{_MAKING}{name}")
                raise
            _drop(connection, f"{_GONE}{name}")
        return shadow

    def drop(self, name: str) -> bool:
        """See Shadows."""
        with self._alone(name) as connection, explaining():
            with connection.transaction():
                there_was = _exists(connection, f"{_SHADOW}{name}")
                if there_was:
                    _rename(connection, f"{_SHADOW}{name}", f"{_GONE}{name}")
            _drop(connection, f"{_GONE}{name}")
        return there_was

    def listed(self) -> Sequence[Shadow]:
        """See Shadows."""
        found = []
        with explaining(), connect(self._url, "rapport shadow") as connection:
            for (schema,) in connection.execute(_LISTED).fetchall():
                with suppress(psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):  # it has just gone
                    asked = f"SELECT models_position, texts FROM {schema}.progress, {schema}.shadow"
                    for position, texts in connection.execute(asked.encode()).fetchall():
                        name = schema.removeprefix(f"rapport{_SHADOW}")
                        found.append(Shadow(name, position, from_plain(texts)))
        return found

    @contextmanager
    def compare(self, name: str, projecting: Projecting) -> Iterator[Compared]:
        """See Shadows. All is done in one transaction, which keeps seeing the live tables as they are now."""
        changes = changes_of(self._models(), find(self.listed(), name).texts)
        definition = replace(_definition(changes), beside=f"{_SHADOW}{name}")
        with self._alone(name) as connection, explaining():
            if not _exists(connection, f"{_SHADOW}{name}"):
                find((), name)  # it was removed just now
            tables = self._open(connection, changes, definition, projecting)
            connection.execute("SELECT pg_advisory_lock_shared(%s)", [COPYING])
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            with connection.transaction():
                row = connection.execute("SELECT models_position FROM rapport.progress").fetchone()
                position = int(row[0]) if row else 0
                if tables.staged > position:
                    raise Ahead(name, tables.staged, position)
                bring_up(projecting, tables, position)
                yield _Schemas(connection, position, definition)

    def open_reader(self, name: str, *, personal: bool) -> PostgresShadowReader:
        """See Shadows."""
        find(self.listed(), name)
        return PostgresShadowReader(self._url, f"{_SHADOW}{name}", personal=personal)

    def _copy(
        self, connection: psycopg.Connection, changes: Changes, making: Definition, projecting: Projecting
    ) -> None:
        """Begin with what the live tables hold, if it is what the shadow's would; else all is made from the log."""
        live = definition_of(needed_for(("crm", "personal"), changes.live))
        known = known_digests(connection, live)
        if known is None or known[::2] != (live.facts_digest, self._timezone) or not {*making.facts} <= {*live.facts}:
            return
        connection.execute("SELECT pg_advisory_lock_shared(%s)", [COPYING])
        try:
            heard = _heard(changes, making, projecting)
            with closing(copy_tables(connection, live, making, self._timezone, (), heard)) as copying:
                for step in copying:
                    projecting.report(Progress(step, 0, 0))
                    if projecting.stop():
                        raise Stopped
        finally:
            with suppress(psycopg.Error):
                connection.execute("SELECT pg_advisory_unlock_shared(%s)", [COPYING])

    def _open(
        self, connection: psycopg.Connection, changes: Changes, definition: Definition, projecting: Projecting
    ) -> PostgresTables:
        heard = _heard(changes, definition, projecting)
        return PostgresTables(connection, definition, self._timezone, self._unseal, heard=heard)

    @contextmanager
    def _alone(self, name: str) -> Iterator[psycopg.Connection]:
        """A session in which nobody else is at work on this shadow. What was left half done is removed. Raises Busy."""
        connection = connect(self._url, "rapport shadow")
        try:
            with explaining():
                row = connection.execute("SELECT pg_try_advisory_lock(%s)", [_lock_of(name)]).fetchone()
                if not (row and row[0]):
                    raise Busy(name)
                for place in (_MAKING, _GONE):
                    _drop(connection, f"{place}{name}")
            yield connection
        finally:
            let_go(connection)


@dataclass(frozen=True, slots=True)
class _Schemas:
    """Both in one transaction. See Compared."""

    connection: psycopg.Connection
    position: int
    definition: Definition

    def places(self, model: Model) -> tuple[str, str]:
        """See Compared."""
        return model.qualified, self.definition.name_of(model)

    def query(self, statement: str, parameters: Sequence[Any] = ()) -> Found:
        """See Compared."""
        with psycopg.RawCursor(self.connection) as cursor:
            cursor.execute(statement.encode(), parameters)
            return Found(tuple(column.name for column in cursor.description or ()), cursor.fetchall())


def _definition(changes: Changes) -> Definition:
    """What a shadow holds: personal tables only where the changes reach them."""
    personal = changes.definition("personal")
    return changes.definition("crm", "personal") if changes.reach(personal) else changes.definition("crm")


def _heard(changes: Changes, definition: Definition, projecting: Projecting) -> Callable[[str], None]:
    differing = {model.name for model in changes.differing}
    return hearing(projecting, sum(model.name in differing and not model.is_view for model in definition.models))


def _lock_of(name: str) -> int:
    """The advisory lock of a shadow: 125 in the highest byte is used by nothing else."""
    return (125 << 56) + int.from_bytes(sha256(name.encode()).digest()[:7])


def _show(connection: psycopg.Connection, name: str) -> None:
    """Let what was made have the name, and what had it before another one, in one transaction."""
    with connection.transaction():
        if _exists(connection, f"{_SHADOW}{name}"):
            _rename(connection, f"{_SHADOW}{name}", f"{_GONE}{name}")
        _rename(connection, f"{_MAKING}{name}", f"{_SHADOW}{name}")


def _rename(connection: psycopg.Connection, from_: str, to: str) -> None:
    for schema in SCHEMAS:
        connection.execute(f"ALTER SCHEMA {schema}{from_} RENAME TO {schema}{to}".encode())


def _drop(connection: psycopg.Connection, place: str) -> None:
    for schema in SCHEMAS:
        connection.execute(f"DROP SCHEMA IF EXISTS {schema}{place} CASCADE".encode())


def _exists(connection: psycopg.Connection, place: str) -> bool:
    found = connection.execute("SELECT to_regnamespace(%s)", [f"rapport{place}"]).fetchone()
    return bool(found and found[0])
