"""Events to give to a log."""

from datetime import UTC, datetime, timedelta
from typing import Any

from consumers.ingest.messages import Incoming
from domain.activities.events import CallLogged, NoteTaken
from domain.catalog import BY_MODEL
from domain.deals.events import DealMovedToStage
from domain.shared.envelope import Envelope
from domain.shared.event import Event

MONDAY = datetime(2025, 3, 3, 9, tzinfo=UTC)


def event(id_: str, subject: str, data: Event, *, minute: int = 0, **trail: Any) -> Envelope:
    """What the system `crm` says about `subject`, for the tenant `main` unless `trail` says otherwise."""
    given = {"tenant": "main", "source": "crm", **trail}
    return Envelope(
        id=id_,
        type=BY_MODEL[type(data)].name,
        subject=subject,
        time=MONDAY + timedelta(minutes=minute),
        data=data,
        **given,
    )


def call(id_: str, *, seconds: int = 60, **trail: Any) -> Envelope:
    """An activity: a stream of its own."""
    return event(id_, f"activity:crm:{id_}", CallLogged(direction="inbound", duration_seconds=seconds), **trail)


def note(id_: str, text: str, **trail: Any) -> Envelope:
    """An activity with a personal text."""
    return event(id_, f"activity:crm:{id_}", NoteTaken(text=text, contacts=["contact:mail:ann@example.org"]), **trail)


def moved(id_: str, stage: str, *, deal: str = "deal:crm:1", **trail: Any) -> Envelope:
    """A fact about a thing: an event in the thing's stream."""
    return event(id_, deal, DealMovedToStage(stage=stage), **trail)


def incoming(*envelopes: Envelope) -> list[Incoming]:
    """The events as they come in from a file."""
    return [
        Incoming(envelope, "ingest", f"events.jsonl:{line}", f"{envelope.id} {envelope.data!r}".encode())
        for line, envelope in enumerate(envelopes, 1)
    ]
