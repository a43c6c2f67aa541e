"""A log that keeps nothing: for `--dry-run`, it tells what a real one would take."""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import msgspec

from consumers.ingest.messages import DeadLetter, Incoming, Taken
from domain.shared.envelope import Envelope

_SHOWN = 3
_encode = msgspec.json.Encoder(order="deterministic").encode


class Rehearsal:
    """Counts events per type, keeps the first few, and finds repeats and ids used for different events.

    It knows only what it was given: what the log holds already is not looked at.
    """

    def __init__(self) -> None:
        self.types: Counter[str] = Counter()
        self.first: list[Envelope] = []
        self._seen: dict[bytes, bytes] = {}

    def take(self, incoming: Sequence[Incoming], dead: Sequence[DeadLetter] = ()) -> Taken:
        """Count a batch, as a log would take it."""
        positions: list[int | None] = []
        alerts: list[DeadLetter] = []
        repeats = 0
        for message in incoming:
            envelope = message.envelope
            key = sha256(_encode([envelope.tenant, envelope.source, envelope.id])).digest()[:16]
            content = _content(envelope)
            before = self._seen.setdefault(key, content)
            if before is content:
                positions.append(len(self._seen))
                self._note(envelope)
                continue
            positions.append(None)
            if before == content:
                repeats += 1
            else:
                alerts.append(_alert(message))
        return Taken(positions, repeats, alerts, len(dead) + len(alerts))

    def _note(self, envelope: Envelope) -> None:
        self.types[envelope.type] += 1
        if len(self.first) < _SHOWN:
            self.first.append(envelope)


def as_cloud_event(envelope: Envelope) -> dict[str, Any]:
    """An event as it would stand on the wire, without what was not given."""
    data = envelope.data.model_dump(mode="json", exclude_defaults=True)
    event = {
        "id": envelope.id,
        "source": envelope.source,
        "type": envelope.type,
        "subject": envelope.subject,
        "time": envelope.time.isoformat().replace("+00:00", "Z"),
        "timeprecision": envelope.time_precision.value,
        "tenant": envelope.tenant,
        "actor": envelope.actor,
        "sequence": envelope.sequence,
        "correlationid": envelope.correlationid,
        "data": data,
    }
    return {"specversion": "1.0", **{name: value for name, value in event.items() if value is not None}}


def _content(envelope: Envelope) -> bytes:
    data = envelope.data.model_dump(mode="json", exclude_none=True)
    return sha256(_encode([envelope.type, envelope.subject, data])).digest()[:16]


def _alert(message: Incoming) -> DeadLetter:
    envelope = message.envelope
    return DeadLetter(
        envelope.tenant,
        message.origin,
        message.place,
        envelope.source,
        "its id was already used for another event of this source",
        "id",
        message.raw,
    )
