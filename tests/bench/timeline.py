"""The one table that the peers maintain: contact_timeline, and what tells whose a deal or a ticket is.

The peers are let off what our story leaves out: links between contacts, and contacts that a deal or a ticket gets
later on. Ours does all of that, and every other model, for the same events.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

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
_KINDS = {"call_logged": "call", "note_taken": "note"}
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


def area_of(event_type: str) -> str:
    """The area of a type such as crm.deal.won.v1."""
    return event_type.split(".")[1]


def kind_of(event_type: str) -> str:
    """What the timeline calls an event of a type."""
    _, area, action, _ = event_type.split(".")
    return area if area != "activity" else _KINDS.get(action, "email")
