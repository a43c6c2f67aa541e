"""Our mapper for the library: topics are the permanent type strings, and reading runs upcasts and pydantic.

The stock mapper writes Python paths, which no refactoring may then touch, and rebuilds events unchecked.
"""

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


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """An event in its place in a stream: the form in which the library passes events about."""

    originator_id: UUID
    originator_version: int
    envelope: Envelope


class TenantTranscoder(Transcoder):
    """Turns one tenant's events into the stored form. `open_custom`: the custom fields that are no personal data."""

    def __init__(self, tenant: str, identity: Identity, open_custom: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self.tenant = tenant
        self._identity = identity
        self._open_custom = open_custom

    def encode(self, obj: Envelope) -> bytes:
        """The stored state of an event."""
        return state.encode(obj, self._identity, self._open_custom).state

    def decode(self, data: bytes) -> dict[str, Any]:
        """The stored object as it is, before upcasts and checks."""
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
        self._tenant = transcoder.tenant

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
        """The event a stored one holds, brought up to its type's current version and checked."""
        envelope = state.decode(stored_event.topic, stored_event.state, self._tenant)
        return StreamEvent(UUID(str(stored_event.originator_id)), stored_event.originator_version, envelope)
