"""The part of a log that takes events back, and brings them back: see voiding.py for what it writes."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

from domain.shared.identity import Identity
from infra.log.rows import Found
from infra.log.sealing import Sealing
from infra.log.session import Session, admit
from infra.log.voiding import Saying, Selected, make, select, taken_by, undo

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Voided:
    """What a void took back, or its undoing brought back: the void's id, the log's position, the events."""

    void: UUID
    position: int
    events: Sequence[Found]


class Voids(ABC):
    """Voids of a log. All methods raise CommandRefused, in a sentence, for what can't be taken back."""

    _identity_of: Callable[[str], Identity]
    _sealing: Sealing

    @abstractmethod
    def _write(self, work: Callable[[Session], T]) -> T: ...

    @abstractmethod
    def _read(self, work: Callable[[Session], T]) -> T: ...

    def to_void(self, tenant: str, wanted: Selected) -> Sequence[Found]:
        """The events that a void would take back now."""
        return self._read(lambda session: select(_admitted(session, tenant, self._identity_of), tenant, wanted))

    def void(self, tenant: str, wanted: Selected, reason: str, actor: str, now: datetime) -> Voided:
        """Take events back: those that stand when this is written."""
        saying, void = self._saying(tenant, reason, actor, now), uuid4()

        def work(session: Session) -> Voided:
            session.order_voids()
            found = select(_admitted(session, tenant, self._identity_of), tenant, wanted)
            return Voided(void, make(session, saying, void, wanted, found), found)

        return self._write(work)

    def to_undo(self, tenant: str, void: UUID) -> Sequence[Found]:
        """The events that undoing a void would bring back now."""
        return self._read(lambda session: taken_by(_admitted(session, tenant, self._identity_of), tenant, void))

    def undo_void(self, tenant: str, void: UUID, reason: str, actor: str, now: datetime) -> Voided:
        """Take a void back: what it took stands again."""
        saying = self._saying(tenant, reason, actor, now)

        def work(session: Session) -> Voided:
            session.order_voids()
            found = taken_by(_admitted(session, tenant, self._identity_of), tenant, void)
            return Voided(void, undo(session, saying, void, found), found)

        return self._write(work)

    def event_id(self, tenant: str, source: str, event_id: str) -> UUID:
        """The id in tables of the event that its sender called so."""
        return self._identity_of(tenant).event(source, event_id)

    def _saying(self, tenant: str, reason: str, actor: str, now: datetime) -> Saying:
        return Saying(tenant, actor, reason, now, self._identity_of(tenant), self._sealing)


def _admitted(session: Session, tenant: str, identity_of: Callable[[str], Identity]) -> Session:
    admit(session, tenant, identity_of(tenant), register=False)
    return session
