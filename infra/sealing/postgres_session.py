"""A transaction on the key store in PostgreSQL."""

import re
import time
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from psycopg import Cursor

from infra.sealing.session import ContactRow, StoredRow, TextRow
from infra.sealing.wrapping import DESTROYED

# LATERAL with LIMIT: each wanted one is looked up by its key, whatever the planner thinks of the table's size.
_CONTACTS = """
    SELECT wanted.id, found.number, found.wrapped FROM unnest(%b::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT k.number, k.wrapped FROM rapport_keys.data_key AS k
        WHERE k.tenant = %s AND k.contact = wanted.id AND k.retention = %s LIMIT 1
    ) AS found
"""
_ERASED = """
    SELECT wanted.id FROM unnest(%b::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT 1 FROM rapport_keys.erased AS e WHERE e.tenant = %s AND e.contact = wanted.id LIMIT 1
    ) AS found
"""
_AMONG = """
    SELECT wanted.number, found.wrapped FROM unnest(%b::bigint[]) AS wanted (number)
    CROSS JOIN LATERAL (
        SELECT k.wrapped FROM rapport_keys.data_key AS k WHERE k.tenant = %s AND k.number = wanted.number LIMIT 1
    ) AS found
"""
_ADD_CONTACTS = """
    INSERT INTO rapport_keys.data_key (tenant, retention, number, contact, wrapped)
    SELECT %s, %s, * FROM unnest(%b::bigint[], %b::uuid[], %b::bytea[])
    ON CONFLICT DO NOTHING RETURNING contact
"""
_ADD_TEXTS = """
    COPY rapport_keys.data_key (tenant, retention, number, wrapped, linked) FROM STDIN (FORMAT binary)
"""
_COPY_BEGINS = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_ENDS = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_DRAW = "SELECT nextval('rapport_keys.data_key_number_seq') FROM generate_series(1, %s)"
_SKIP = """
    SELECT setval('rapport_keys.data_key_number_seq', greatest(last_value, %s)) FROM rapport_keys.data_key_number_seq
"""
# The tenant's secret for ids has no contact, whatever the contact is called that somebody wants erased.
_DESTROY = """
    UPDATE rapport_keys.data_key SET wrapped = %(destroyed)s
    WHERE tenant = %(tenant)s AND wrapped <> %(destroyed)s
    AND (contact = %(contact)s AND retention <> 'identity' OR position(%(linked)s IN linked) > 0)
"""
_TOMBSTONE = """
    INSERT INTO rapport_keys.erased AS e (tenant, contact, erased_at, keys) VALUES (%s, %s, %s, %s)
    ON CONFLICT (tenant, contact) DO UPDATE SET keys = e.keys + excluded.keys
"""
_BEHIND = """
    SELECT tenant, number, wrapped FROM rapport_keys.data_key
    WHERE (tenant, number) > (%s, %s) ORDER BY tenant, number LIMIT %s
"""
_REWRAP = """
    UPDATE rapport_keys.data_key AS k SET wrapped = new.wrapped
    FROM unnest(%b::text[], %b::bigint[], %b::bytea[], %b::bytea[]) AS new (tenant, number, old, wrapped)
    WHERE k.tenant = new.tenant AND k.number = new.number AND k.wrapped = new.old
"""


class PostgresKeySession:
    """What KeySession asks for, in PostgreSQL's SQL."""

    def __init__(self, cursor: Cursor[tuple[Any, ...]]) -> None:
        self._cursor = cursor

    def rows(self, statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """See KeySession."""
        self._cursor.execute(_with_names(statement), parameters)
        return self._cursor.fetchall() if self._cursor.description else []

    def draw(self, count: int) -> Sequence[int]:
        """See KeySession."""
        return [number for (number,) in self._cursor.execute(_DRAW, [count])]

    def skip_numbers(self) -> None:
        """See KeySession. No store has given as many keys as there are microseconds."""
        self._cursor.execute(_SKIP, [time.time_ns() // 1000])

    def erased(self, tenant: str, contacts: Collection[UUID]) -> set[UUID]:
        """See KeySession."""
        return {contact for (contact,) in self._cursor.execute(_ERASED, [list(contacts), tenant])}

    def contacts(self, tenant: str, contacts: Collection[UUID], retention: str) -> dict[UUID, tuple[int, bytes]]:
        """See KeySession."""
        rows = self._cursor.execute(_CONTACTS, [list(contacts), tenant, retention])
        return {contact: (number, wrapped) for contact, number, wrapped in rows}

    def add_contacts(self, tenant: str, retention: str, rows: Sequence[ContactRow]) -> list[UUID]:
        """See KeySession."""
        numbers, contacts, wrapped = map(list, zip(*rows, strict=True))
        added = {c for (c,) in self._cursor.execute(_ADD_CONTACTS, [tenant, retention, numbers, contacts, wrapped])}
        return [row.contact for row in rows if row.contact not in added]

    def add_texts(self, tenant: str, retention: str, rows: Sequence[TextRow]) -> None:
        """See KeySession."""
        # PostgreSQL's binary form put together by hand takes half as long as the driver's, and COPY half of an INSERT.
        head = (5).to_bytes(2, "big") + _field(tenant.encode()) + _field(retention.encode()) + (8).to_bytes(4, "big")
        parts = [_COPY_BEGINS]
        for number, wrapped, contacts in rows:
            linked = b"".join([contact.bytes for contact in contacts])
            parts += head, number.to_bytes(8, "big"), _field(wrapped), _field(linked) if linked else _NULL
        with self._cursor.copy(_ADD_TEXTS) as copy:
            copy.write(b"".join([*parts, _COPY_ENDS]))

    def among(self, tenant: str, numbers: Sequence[int]) -> list[tuple[int, bytes]]:
        """See KeySession."""
        return self._cursor.execute(_AMONG, [list(numbers), tenant]).fetchall()

    def destroy_of(self, tenant: str, contact: UUID) -> int:
        """See KeySession."""
        destroyed = self._cursor.execute(
            _DESTROY, {"destroyed": DESTROYED, "tenant": tenant, "contact": contact, "linked": contact.bytes}
        ).rowcount
        self._cursor.execute(_TOMBSTONE, [tenant, contact, time.time_ns() // 1000, destroyed])
        return destroyed

    def behind(self, tenant: str, number: int, limit: int) -> list[StoredRow]:
        """See KeySession."""
        return list(map(StoredRow._make, self._cursor.execute(_BEHIND, [tenant, number, limit])))

    def rewrap(self, old: Sequence[StoredRow], wrapped: Sequence[bytes]) -> None:
        """See KeySession."""
        tenants, numbers, before = map(list, zip(*old, strict=True))
        self._cursor.execute(_REWRAP, [tenants, numbers, before, list(wrapped)])


def _field(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


@cache
def _with_names(statement: str) -> bytes:
    """SQLite's `:name` as psycopg's `%(name)s`; as bytes, which psycopg takes from elsewhere than a literal."""
    return re.sub(r":(\w+)", r"%(\1)s", statement).encode()
