"""Events on their way into the log: encoded before it is asked about them, sealed once they are known to be new."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from consumers.ingest.quality import Check, judged
from domain.catalog import BY_MODEL, Stream
from domain.shared.envelope import Envelope
from domain.shared.identity import Identity
from infra.log.rows import NewEvent
from infra.log.sealing import Sealing
from infra.log.state import Encoded, encode


@dataclass(slots=True)
class Pending:
    """An event about to be stored. `state` is its stored form, once it is sealed."""

    tenant: str
    topic: str
    stream: Stream
    encoded: Encoded
    state: bytes = field(default=b"", init=False)

    def as_version(self, version: int) -> NewEvent:
        """The event, sealed, as a row: `version` counts in its stream. An activity is alone in its own, as version 1.

        It is there again, behind itself, if it was taken back and then taken in again.
        """
        return NewEvent(self.stream_id, version, self.topic, self.state, self.tenant)

    @property
    def stream_id(self) -> UUID:
        """The stream it goes to: its thing's, or its own."""
        return self.encoded.subject_id if self.stream is Stream.THING else self.encoded.event_id


def pending(envelope: Envelope, identity: Identity, open_custom: frozenset[str], check: Check | None = None) -> Pending:
    """Judge an event's values, and encode it with what was found: all that is written comes through here."""
    kind = BY_MODEL[type(envelope.data)]
    encoded = encode(judged(envelope, check), identity, open_custom)
    return Pending(envelope.tenant, kind.name, kind.stream, encoded)


def seal_new(events: Sequence[Pending], sealing: Sealing) -> None:
    """Seal events that will be stored. What is sealed stays so: a transaction that is tried again makes no new keys."""
    by_tenant: dict[str, list[Pending]] = defaultdict(list)
    for event in events:
        if not event.state:
            by_tenant[event.tenant].append(event)
    for tenant, unsealed in by_tenant.items():
        states = sealing.seal(tenant, [event.encoded for event in unsealed])
        for event, state in zip(unsealed, states, strict=True):
            event.state = state
