"""A transaction on the key store's SQLite file, where ids are texts of 32 hexadecimal digits."""

import json
import sqlite3
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from infra.sealing.session import ContactRow, StoredRow, TextRow
from infra.sealing.wrapping import DESTROYED

# CROSS JOIN keeps the order: each wanted one is looked up, whatever the planner thinks of the table's size.
_CONTACTS = """
    SELECT k.contact, k.number, k.wrapped FROM json_each(?) AS wanted
    CROSS JOIN data_key AS k ON k.tenant = ? AND k.contact = wanted.value AND k.retention = ?
"""
_ERASED = """
    SELECT e.contact FROM json_each(?) AS wanted CROSS JOIN erased AS e ON e.tenant = ? AND e.contact = wanted.value
"""
_AMONG = """
    SELECT k.number, k.wrapped FROM json_each(?) AS wanted
    CROSS JOIN data_key AS k ON k.number = wanted.value AND k.tenant = ?
"""
_ADD_CONTACT = "INSERT INTO data_key (number, tenant, retention, wrapped, contact) VALUES (?, ?, ?, ?, ?)"
_ADD_TEXT = "INSERT INTO data_key (number, tenant, retention, wrapped, linked) VALUES (?, ?, ?, ?, ?)"
# The tenant's secret for ids has no contact, whatever the contact is called that somebody wants erased.
_DESTROY = """
    UPDATE data_key SET wrapped = :destroyed
    WHERE tenant = :tenant AND wrapped <> :destroyed
    AND (contact = :contact AND retention <> 'identity' OR instr(linked, :linked) > 0)
"""
_TOMBSTONE = """
    INSERT INTO erased (tenant, contact, erased_at, keys) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET keys = keys + excluded.keys
"""


class SqliteKeySession:
    """What KeySession asks for, in SQLite's SQL."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """See KeySession."""
        return self._connection.execute(statement, parameters).fetchall()

    def draw(self, count: int) -> Sequence[int]:
        """See KeySession."""
        row = self._connection.execute("SELECT next_number FROM store").fetchone()
        self._connection.execute("UPDATE store SET next_number = next_number + ?", [count])
        return range(row[0], row[0] + count)

    def skip_numbers(self) -> None:
        """See KeySession. No store has given as many keys as there are microseconds."""
        self._connection.execute("UPDATE store SET next_number = max(next_number, ?)", [time.time_ns() // 1000])

    def erased(self, tenant: str, contacts: Collection[UUID]) -> set[UUID]:
        """See KeySession."""
        return {UUID(contact) for (contact,) in self._connection.execute(_ERASED, [_json(contacts), tenant])}

    def contacts(self, tenant: str, contacts: Collection[UUID], retention: str) -> dict[UUID, tuple[int, bytes]]:
        """See KeySession."""
        rows = self._connection.execute(_CONTACTS, [_json(contacts), tenant, retention])
        return {UUID(contact): (number, wrapped) for contact, number, wrapped in rows}

    def add_contacts(self, tenant: str, retention: str, rows: Sequence[ContactRow]) -> list[UUID]:
        """See KeySession. Nobody else writes during a transaction that does, so nobody was quicker."""
        self._connection.executemany(
            _ADD_CONTACT, [(number, tenant, retention, wrapped, contact.hex) for number, contact, wrapped in rows]
        )
        return []

    def add_texts(self, tenant: str, retention: str, rows: Sequence[TextRow]) -> None:
        """See KeySession."""
        self._connection.executemany(
            _ADD_TEXT,
            [
                (number, tenant, retention, wrapped, b"".join([contact.bytes for contact in contacts]) or None)
                for number, wrapped, contacts in rows
            ],
        )

    def among(self, tenant: str, numbers: Sequence[int]) -> list[tuple[int, bytes]]:
        """See KeySession."""
        return self._connection.execute(_AMONG, [json.dumps(numbers), tenant]).fetchall()

    def destroy_of(self, tenant: str, contact: UUID) -> int:
        """See KeySession."""
        destroyed = self._connection.execute(
            _DESTROY, {"destroyed": DESTROYED, "tenant": tenant, "contact": contact.hex, "linked": contact.bytes}
        ).rowcount
        self._connection.execute(_TOMBSTONE, [tenant, contact.hex, time.time_ns() // 1000, destroyed])
        return destroyed

    def behind(self, tenant: str, number: int, limit: int) -> list[StoredRow]:  # noqa: ARG002 numbers do for an order
        """See KeySession."""
        rows = self._connection.execute(
            "SELECT tenant, number, wrapped FROM data_key WHERE number > ? ORDER BY number LIMIT ?", [number, limit]
        )
        return list(map(StoredRow._make, rows))

    def rewrap(self, old: Sequence[StoredRow], wrapped: Sequence[bytes]) -> None:
        """See KeySession."""
        self._connection.executemany(
            "UPDATE data_key SET wrapped = ? WHERE number = ? AND wrapped = ?",
            [(new, row.number, row.wrapped) for row, new in zip(old, wrapped, strict=True)],
        )


def _json(contacts: Iterable[UUID]) -> str:
    return json.dumps([contact.hex for contact in contacts])
