"""Dead letters on their way into the log: sealed as they came, each once, however often its message is read."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from consumers.ingest.messages import DeadLetter
from domain.shared.identity import Identity
from infra.log.rows import storable
from infra.log.sealing import Sealing
from infra.log.session import Session


class Burial:
    """The dead letters of one piece of work. A transaction that is tried again finds them sealed already."""

    def __init__(self, identity_of: Callable[[str], Identity], sealing: Sealing) -> None:
        self._identity_of = identity_of
        self._sealing = sealing
        self._sealed: dict[tuple[str, UUID], tuple[int, bytes]] = {}

    def bury(self, session: Session, letters: Sequence[DeadLetter]) -> int:
        """Keep those of the letters that the log does not have yet; returns how many that were."""
        by_tenant: dict[str, dict[UUID, DeadLetter]] = defaultdict(dict)
        for letter in letters:
            by_tenant[letter.tenant].setdefault(self.id_of(letter), letter)
        return sum(self._bury(session, tenant, found) for tenant, found in by_tenant.items())

    def id_of(self, letter: DeadLetter) -> UUID:
        """The id that a letter has in the log."""
        return self._identity_of(letter.tenant).dead_letter(letter.origin, letter.raw, letter.nth)

    def _bury(self, session: Session, tenant: str, letters: dict[UUID, DeadLetter]) -> int:
        known = session.known_dead(tenant, list(letters))
        new = {id_: letter for id_, letter in letters.items() if id_ not in known}
        unsealed = {id_: letter.raw for id_, letter in new.items() if (tenant, id_) not in self._sealed}
        if unsealed:
            boxes = self._sealing.seal_letters(tenant, unsealed)
            self._sealed |= {(tenant, id_): box for id_, box in boxes.items()}
        rows = [_row(id_, letter, *self._sealed[tenant, id_]) for id_, letter in new.items()]
        return session.insert_dead(rows) if rows else 0


def _row(id_: UUID, letter: DeadLetter, key: int, box: bytes) -> dict[str, Any]:
    """A dead letter as `Session.insert_dead` takes it."""
    return {
        "tenant": letter.tenant,
        "dead_letter_id": id_,
        "origin": letter.origin,
        "place": storable(letter.place),
        "source": storable(letter.source),
        "reason": storable(letter.reason),
        "field": storable(letter.field),
        "key_number": key,
        "size": len(letter.raw),
        "raw": box,
    }
