"""What the folds fold: events as the log recorded them, with the ids and days that models speak in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.shared.envelope import Envelope, TimePrecision
from domain.shared.identity import Identity
from domain.voids.events import VoidMade, VoidUndone


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event in a log: its place there, its ids, and the zone whose days count."""

    position: int
    recorded_at: datetime
    event_id: UUID
    subject_id: UUID
    envelope: Envelope
    identity: Identity = field(repr=False)
    timezone: str = "UTC"

    def id_of(self, reference: str) -> UUID:
        """The id of a thing that the event names, by its reference in normal form."""
        return self.identity.thing(reference)

    @property
    def tenant(self) -> str:
        return self.envelope.tenant

    @property
    def area(self) -> str:
        return self.envelope.type.split(".")[1]

    @property
    def action(self) -> str:
        return self.envelope.type.split(".")[2]

    @property
    def order(self) -> tuple[datetime, bool, int, UUID]:
        """The models' order: time, the sender's own order (none at all comes last), event id."""
        sequence = self.envelope.sequence
        return (self.envelope.time, sequence is None, sequence or 0, self.event_id)

    @property
    def known_at(self) -> datetime | None:
        """When it happened, or None if that is not known."""
        return None if self.envelope.time_precision is TimePrecision.UNKNOWN else self.envelope.time

    @property
    def known_on(self) -> date | None:
        """The day it happened, in the zone whose days count, or None if that is not known."""
        return None if self.known_at is None else self.known_at.astimezone(ZoneInfo(self.timezone)).date()

    @property
    def open_subject(self) -> str:
        """The subject as tables outside `personal` may show it."""
        kind, source, _ = self.envelope.subject.split(":", 2)
        return f"{kind}:id:{self.subject_id}" if source in {"mail", "phone"} else self.envelope.subject


def by_thing(events: Iterable[Recorded], area: str) -> dict[tuple[str, UUID], list[Recorded]]:
    """The events of an area by (tenant, thing), each thing's in the models' order."""
    found: dict[tuple[str, UUID], list[Recorded]] = {}
    for event in sorted((e for e in events if e.area == area), key=lambda e: e.order):
        found.setdefault((event.tenant, event.subject_id), []).append(event)
    return found


def that_stand(events: Sequence[Recorded]) -> list[Recorded]:
    """The events that no void took back, unless it was undone; and what was said of voids."""
    voids: dict[tuple[str, UUID], list[tuple[int, int]]] = {}
    for event in events:
        if isinstance(event.envelope.data, VoidMade):
            voids[event.tenant, event.subject_id] = event.envelope.data.takes
        elif isinstance(event.envelope.data, VoidUndone):
            del voids[event.tenant, event.subject_id]
    gone = {position for takes in voids.values() for first, last in takes for position in range(first, last + 1)}
    return [event for event in events if event.position not in gone]


Row = dict[str, object]
Rows = Sequence[Row]
