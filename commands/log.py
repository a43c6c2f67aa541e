"""What commands need of a log: the events of a thing, and appending to its stream if nobody else did."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.shared.envelope import Envelope


@dataclass(frozen=True, slots=True)
class History:
    """The events of one thing in the models' order, and the version its stream had when they were read."""

    events: Sequence[Envelope]
    version: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event that is in the log: its position, what caused it as its envelope says, and if no void took it back."""

    position: int
    causationid: str | None
    stands: bool = True


class Streams(Protocol):
    """The streams of things in a log, of one tenant at a time."""

    def history(self, tenant: str, reference: str) -> History:
        """All events of the thing that `reference` names and no void took back; with version 0 if none ever were."""
        ...

    def find(self, tenant: str, source: str, event_id: str) -> Recorded | None:
        """The event that (source, id) names, in a stream of either kind, or None."""
        ...

    def digest(self, tenant: str, body: bytes) -> str:
        """A digest of `body` under the tenant's secret (`Identity.digest`), which tells nothing about it outside."""
        ...

    def append(self, envelopes: Sequence[Envelope], expected: int) -> Sequence[int]:
        """Append events of one thing behind version `expected`; returns their positions.

        An event that already stands in the log with the same digest is a repeat and gives its old position. Raises
        Conflict if the stream went on meanwhile, InvalidInput if an id was used for another event. Events of own
        streams (activities) take no expected version: it is ignored for them.
        """
        ...

    def id_of(self, tenant: str, reference: str) -> UUID:
        """The id of the thing that `reference` names."""
        ...
