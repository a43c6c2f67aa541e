"""The messages that can't be used: listed, grouped by reason, shown whole, and what was tried with them."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from domain.shared.errors import InvalidInput
from infra.log.rows import Attempt, ReasonCount, StoredDeadLetter, WholeDeadLetter, as_time, as_uuid, storable
from infra.log.session import Session

T = TypeVar("T")

_LAST_ATTEMPT = """
    LEFT JOIN dead_letter_attempt AS a
    ON a.tenant = d.tenant AND a.dead_letter_id = d.dead_letter_id AND a.attempt = (
        SELECT max(l.attempt) FROM dead_letter_attempt AS l
        WHERE l.tenant = d.tenant AND l.dead_letter_id = d.dead_letter_id
    )
"""
# What settles a dead letter; after any other outcome it is still open.
_OPEN = "(a.outcome IS NULL OR a.outcome NOT IN ('taken', 'repeat', 'discarded'))"
_LETTER = f"""
    SELECT
        d.dead_letter_id, d.origin, d.place, d.source, d.reason, d.field, length(d.raw), d.received_at,
        coalesce(a.attempt, 0), a.outcome
    FROM dead_letter AS d {_LAST_ATTEMPT}
    WHERE d.tenant = :tenant
"""
_LIST = f"""{_LETTER} AND (:all_of_them = 1 OR {_OPEN})
    ORDER BY d.received_at, d.origin, d.place, d.dead_letter_id LIMIT :most
"""
_ONE = f"{_LETTER} AND d.dead_letter_id = :letter"
_RAW = "SELECT raw FROM dead_letter WHERE tenant = :tenant AND dead_letter_id = :letter"
_ATTEMPTS = """
    SELECT attempt, at, outcome, reason FROM dead_letter_attempt
    WHERE tenant = :tenant AND dead_letter_id = :letter ORDER BY attempt
"""
_REASONS = f"""
    SELECT d.reason, d.field, count(*), min(d.place) FROM dead_letter AS d {_LAST_ATTEMPT}
    WHERE d.tenant = :tenant AND {_OPEN}
    GROUP BY d.reason, d.field ORDER BY count(*) DESC, d.reason
"""
_COUNT = f"""
    SELECT count(*), coalesce(sum(CASE WHEN {_OPEN} THEN 1 ELSE 0 END), 0) FROM dead_letter AS d {_LAST_ATTEMPT}
    WHERE d.tenant = :tenant
"""
_TRIED = """
    INSERT INTO dead_letter_attempt (tenant, dead_letter_id, attempt, at, outcome, reason)
    SELECT d.tenant, d.dead_letter_id, 1 + coalesce((
        SELECT max(a.attempt) FROM dead_letter_attempt AS a
        WHERE a.tenant = d.tenant AND a.dead_letter_id = d.dead_letter_id
    ), 0), :now, :outcome, :reason
    FROM dead_letter AS d WHERE d.tenant = :tenant AND d.dead_letter_id = :letter
    RETURNING attempt
"""


class DeadLetters(ABC):
    """The part of a log that keeps what could not be used."""

    @abstractmethod
    def _write(self, work: Callable[[Session], T]) -> T: ...

    @abstractmethod
    def _read(self, work: Callable[[Session], T]) -> T: ...

    def dead_letters(self, tenant: str, *, settled: bool = False, limit: int = 1000) -> list[StoredDeadLetter]:
        """The tenant's open dead letters, oldest first; with `settled` also those that were dealt with."""
        names = {"tenant": tenant, "all_of_them": int(settled), "most": limit}
        return self._read(lambda session: [_letter(row) for row in session.rows(_LIST, names)])

    def dead_letter_reasons(self, tenant: str) -> list[ReasonCount]:
        """The open dead letters by reason, the most frequent first."""
        return self._read(lambda session: [ReasonCount(*row) for row in session.rows(_REASONS, {"tenant": tenant})])

    def dead_letter(self, tenant: str, dead_letter_id: UUID) -> WholeDeadLetter | None:
        """A dead letter with its bytes as they came and all attempts; None if there is none."""

        def work(session: Session) -> WholeDeadLetter | None:
            names = {"tenant": tenant, "letter": dead_letter_id}
            found = session.rows(_ONE, names)
            if not found:
                return None
            raw = bytes(session.rows(_RAW, names)[0][0])
            return WholeDeadLetter(_letter(found[0]), raw, [_attempt(row) for row in session.rows(_ATTEMPTS, names)])

        return self._read(work)

    def note_attempt(self, tenant: str, dead_letter_id: UUID, outcome: str, reason: str | None = None) -> None:
        """Note what came of trying a dead letter again: `taken`, `repeat` and `discarded` settle it.

        Raises InvalidInput if the tenant has no such dead letter.
        """
        names = {"tenant": tenant, "letter": dead_letter_id, "outcome": outcome, "reason": storable(reason)}
        if not self._write(lambda session: session.rows(_TRIED, {**names, "now": datetime.now(UTC)})):
            raise InvalidInput(f"there is no dead letter {dead_letter_id}; `rapport dead-letters list` shows them")

    def _count_letters(self, session: Session, tenant: str) -> tuple[int, int]:
        total, unsettled = session.rows(_COUNT, {"tenant": tenant})[0]
        return int(total), int(unsettled)


def _letter(row: tuple[Any, ...]) -> StoredDeadLetter:
    letter = StoredDeadLetter(*row)
    return letter._replace(dead_letter_id=as_uuid(letter.dead_letter_id), received_at=as_time(letter.received_at))


def _attempt(row: tuple[Any, ...]) -> Attempt:
    attempt, at, outcome, reason = row
    return Attempt(attempt, as_time(at), outcome, reason)
