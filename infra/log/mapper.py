"""Our mapper for the library: topics are the permanent type strings, and reading runs upcasts and pydantic.

The stock mapper writes Python paths, which no refactoring may then touch, and rebuilds events unchecked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Cipher, Compressor, Mapper, ProgrammingError, StoredEvent, Transcoder

from domain.catalog import BY_MODEL
from domain.shared.envelope import Envelope
from domain.shared.identity import Identity
from infra.log import state
from infra.log.sealing import Sealing


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """An event in its place in a stream: the form in which the library passes events about."""

    originator_id: UUID
    originator_version: int
    envelope: Envelope


class TenantTranscoder(Transcoder):
    """Turns one tenant's events into the stored form. `open_custom`: the custom fields that are no personal data."""

    def __init__(
        self, tenant: str, identity: Identity, sealing: Sealing, open_custom: frozenset[str] = frozenset()
    ) -> None:
        super().__init__()
        self.tenant = tenant
        self.sealing = sealing
        self._identity = identity
        self._open_custom = open_custom

    def encode(self, obj: Envelope) -> bytes:
        """The stored state of an event, its personal parts sealed."""
        return self.sealing.seal(self.tenant, [state.encode(obj, self._identity, self._open_custom)])[0]

    def decode(self, data: bytes) -> dict[str, Any]:
        """The stored object as it is, before it is opened, upcast and checked."""
        return msgspec.json.decode(data, type=dict[str, Any])


class EnvelopeMapper(Mapper[UUID]):
    """Between events in streams and stored events, by way of a TenantTranscoder; serves as the MAPPER_TOPIC."""

    def __init__(
        self, transcoder: Transcoder, compressor: Compressor | None = None, cipher: Cipher | None = None
    ) -> None:
        if not isinstance(transcoder, TenantTranscoder):
            msg = "EnvelopeMapper needs a TenantTranscoder, which knows whose events it reads"
            raise ProgrammingError(msg)
        if compressor is not None or cipher is not None:
            msg = "the stored form is readable JSON: set neither COMPRESSOR_TOPIC nor CIPHER_TOPIC"
            raise ProgrammingError(msg)
        super().__init__(transcoder)
        self._tenant, self._sealing = transcoder.tenant, transcoder.sealing

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """The stored form of an event, under the type string of its current version."""
        if not isinstance(domain_event, StreamEvent):
            msg = "only a StreamEvent can be stored"
            raise ProgrammingError(msg)
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=BY_MODEL[type(domain_event.envelope.data)].name,
            state=self.transcoder.encode(domain_event.envelope),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> StreamEvent:
        """The event a stored one holds, opened, brought up to its type's current version and checked."""
        return self.to_domain_events([stored_event])[0]

    def to_domain_events(self, stored_events: Sequence[StoredEvent]) -> list[StreamEvent]:
        """The same for several, whose keys are looked up at once."""
        opened = self._sealing.unseal([self._tenant] * len(stored_events), [one.state for one in stored_events])
        return [
            StreamEvent(
                UUID(str(one.originator_id)),
                one.originator_version,
                state.decode(one.topic, one.state, self._tenant, unsealed),
            )
            for one, unsealed in zip(stored_events, opened, strict=True)
        ]
