"""A transaction on the key store's SQLite file, where ids are texts of 32 hexadecimal digits."""

import json
import sqlite3
import time
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from infra.sealing.session import ContactRow, MasterRow, State, TextRow
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
_STATE = "SELECT (SELECT max(generation) FROM master_key), erasures FROM store"
_DESTROY = """
    UPDATE data_key SET wrapped = :destroyed
    WHERE tenant = :tenant AND wrapped <> :destroyed AND (contact = :contact OR instr(linked, :linked) > 0)
"""


class SqliteKeySession:
    """What KeySession asks for, in SQLite's SQL."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def state(self) -> State:
        """See KeySession."""
        return State(*self._connection.execute(_STATE).fetchone())

    def masters(self) -> list[MasterRow]:
        """See KeySession."""
        rows = self._connection.execute(
            "SELECT generation, fingerprint, onward, back FROM master_key ORDER BY generation"
        )
        return list(map(MasterRow._make, rows))

    def draw(self, count: int) -> Sequence[int]:
        """See KeySession."""
        row = self._connection.execute("SELECT next_number FROM store").fetchone()
        self._connection.execute("UPDATE store SET next_number = next_number + ?", [count])
        return range(row[0], row[0] + count)

    def erased(self, tenant: str, contacts: Collection[UUID]) -> set[UUID]:
        """See KeySession."""
        if self.state().erasures == 0:  # as long as nobody was, a batch need not be looked up
            return set()
        return {UUID(contact) for (contact,) in self._connection.execute(_ERASED, [_json(contacts), tenant])}

    def contacts(self, tenant: str, contacts: Collection[UUID], retention: str) -> dict[UUID, tuple[int, bytes]]:
        """See KeySession."""
        rows = self._connection.execute(_CONTACTS, [_json(contacts), tenant, retention])
        return {UUID(contact): (number, wrapped) for contact, number, wrapped in rows}

    def add_contacts(self, tenant: str, retention: str, rows: Sequence[ContactRow]) -> None:
        """See KeySession."""
        self._connection.executemany(
            "INSERT INTO data_key (number, tenant, retention, wrapped, contact) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            [(row.number, tenant, retention, row.wrapped, row.contact.hex) for row in rows],
        )

    def add_texts(self, tenant: str, retention: str, rows: Sequence[TextRow]) -> None:
        """See KeySession."""
        self._connection.executemany(
            "INSERT INTO data_key (number, tenant, retention, wrapped, linked) VALUES (?, ?, ?, ?, ?)",
            [(number, tenant, retention, wrapped, _linked(contacts)) for number, wrapped, contacts in rows],
        )

    def between(self, tenant: str, first: int, last: int) -> list[tuple[int, bytes]]:
        """See KeySession."""
        return self._connection.execute(
            "SELECT number, wrapped FROM data_key WHERE number BETWEEN ? AND ? AND tenant = ?", [first, last, tenant]
        ).fetchall()

    def among(self, tenant: str, numbers: Sequence[int]) -> list[tuple[int, bytes]]:
        """See KeySession."""
        return self._connection.execute(_AMONG, [json.dumps(numbers), tenant]).fetchall()

    def destroy_of_contact(self, tenant: str, contact: UUID) -> int:
        """See KeySession."""
        destroyed = self._connection.execute(
            _DESTROY, {"destroyed": DESTROYED, "tenant": tenant, "contact": contact.hex, "linked": contact.bytes}
        ).rowcount
        self._connection.execute(
            "INSERT INTO erased (tenant, contact, erased_at, keys) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET keys = keys + excluded.keys",
            [tenant, contact.hex, time.time_ns() // 1000, destroyed],
        )
        self._count_erasure()
        return destroyed

    def destroy(self, tenant: str, number: int) -> None:
        """See KeySession."""
        self._connection.execute(
            "UPDATE data_key SET wrapped = ? WHERE number = ? AND tenant = ?", [DESTROYED, number, tenant]
        )
        self._count_erasure()

    def _count_erasure(self) -> None:
        self._connection.execute("UPDATE store SET erasures = erasures + 1")


def _linked(contacts: Collection[UUID]) -> bytes | None:
    return b"".join([contact.bytes for contact in contacts]) or None


def _json(contacts: Iterable[UUID]) -> str:
    return json.dumps([contact.hex for contact in contacts])
