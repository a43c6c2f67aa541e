"""The one table that the peers maintain: contact_timeline, and what tells whose a deal or a ticket is.

The peers are let off what our story leaves out: links between contacts, and contacts that a deal or a ticket gets
later on. Ours does all of that, and every other model, for the same events.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from projections.definition import Definition, definition_for, facts_under
from tests.bench.measuring import BenchFailed

LEFT_OUT = ("crm.contact.linked.v1", "crm.contact.unlinked.v1")
TABLE = "contact_timeline"
COLUMNS = "contact_id, occurred_at, kind, event_type, event_id"
TABLES = (
    "CREATE TABLE IF NOT EXISTS thing_contact (thing_id uuid, contact_id uuid, PRIMARY KEY (thing_id, contact_id))",
    """
    CREATE TABLE IF NOT EXISTS contact_timeline (
        contact_id uuid, occurred_at timestamptz NOT NULL, kind text NOT NULL, event_type text NOT NULL, event_id uuid,
        PRIMARY KEY (contact_id, event_id)
    )
    """,
    "CREATE INDEX IF NOT EXISTS contact_timeline_time ON contact_timeline (contact_id, occurred_at)",
)
_FIRST = (
    "SELECT originator_id, originator_version, notification_id, topic, state FROM rapport.stored_events"
    " ORDER BY notification_id LIMIT %s"
)
_KINDS = {"call_logged": "call", "note_taken": "note"}
Rows = Sequence[tuple[Any, ...]]
_decode = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True, slots=True)
class Happening:
    """What the timeline takes from an event. `contacts` are those that the event itself names."""

    thing_id: UUID
    event_id: UUID
    event_type: str
    occurred_at: datetime
    contacts: list[UUID]
    data: dict[str, Any]

    @property
    def area(self) -> str:
        return area_of(self.event_type)


def read_happening(topic: str, state: bytes) -> Happening:
    """A happening from a stored state of ours."""
    stored = _decode(state)
    subject = UUID(stored["subject_id"])
    named = [UUID(id_) for id_ in stored.get("ids", {}).get("contacts", [])]
    return Happening(
        thing_id=subject,
        event_id=UUID(stored["event_id"]),
        event_type=topic,
        occurred_at=datetime.fromisoformat(stored["time"]),
        contacts=[subject] if area_of(topic) == "contact" else named,
        data=stored["data"],
    )


def first_of_log(url: str, count: int) -> list[tuple[UUID, int, int, Happening]]:
    """The first events of our log in PostgreSQL, each with its stream, its number there, and its position."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(_FIRST, [count]).fetchall()
    return [
        (stream, version, position, read_happening(topic, state)) for stream, version, position, topic, state in rows
    ]


def area_of(event_type: str) -> str:
    """The area of a type such as crm.deal.won.v1."""
    return event_type.split(".")[1]


def kind_of(event_type: str) -> str:
    """What the timeline calls an event of a type."""
    _, area, action, _ = event_type.split(".")
    return area if area != "activity" else _KINDS.get(action, "email")


def what_it_takes() -> Definition:
    """What it takes to have the peers' table: it, what it reads, and the facts under them."""
    everything = definition_for("crm")
    wanted = {TABLE}
    for model in reversed(everything.models):
        if model.name in wanted:
            wanted |= set(model.sources)
    return Definition(facts_under(wanted), tuple(model for model in everything.models if model.name in wanted))


def rows_in(connection: psycopg.Connection, table: str, more: str = "") -> Rows:
    """The rows of the table, `more` columns first."""
    connection.execute("SET TimeZone = 'UTC'")
    return connection.execute(select_rows(table, more).encode()).fetchall()


def select_rows(table: str, more: str = "", where: str = "true") -> str:
    """The statement that reads them, on either engine."""
    return f"SELECT {more}{COLUMNS} FROM {table} WHERE {where} ORDER BY event_id, contact_id"


def compare(peer: str, ours: Sequence[Sequence[Any]], theirs: Rows) -> None:
    """Raise BenchFailed unless a peer has our rows and no others."""
    mine = [tuple(row) for row in ours]
    if not mine or mine != theirs:
        example = next(iter(set(mine) ^ set(theirs)), "the same rows, some of them twice")
        raise BenchFailed(f"{TABLE} differs: {len(mine):,} rows of ours, {len(theirs):,} of {peer}; such as {example}")
