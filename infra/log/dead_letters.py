"""The messages that can't be used: listed, grouped, shown whole, discarded, and what was tried with them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from infra.log.letter_filter import ANY, By, LetterFilter, group_columns
from infra.log.rows import Attempt, LetterGroup, StoredDeadLetter, WholeDeadLetter, as_time, as_uuid, storable
from infra.log.sealing import Sealing
from infra.log.session import Session

T = TypeVar("T")

_LAST_ATTEMPT = """
    LEFT JOIN dead_letter_attempt AS a
    ON a.tenant = d.tenant AND a.dead_letter_id = d.dead_letter_id AND a.attempt = (
        SELECT max(l.attempt) FROM dead_letter_attempt AS l
        WHERE l.tenant = d.tenant AND l.dead_letter_id = d.dead_letter_id
    )
"""
_ENOUGH = 8 * 1024 * 1024  # bytes to hold at once
# What settles a dead letter; after any other outcome it is still open.
_OPEN = "(a.outcome IS NULL OR a.outcome NOT IN ('taken', 'repeat', 'discarded'))"
_LETTER = f"""
    SELECT
        d.dead_letter_id, d.origin, d.place, d.source, d.reason, d.field, d.size, d.received_at,
        coalesce(a.attempt, 0), a.outcome
    FROM dead_letter AS d {_LAST_ATTEMPT}
    WHERE d.tenant = :tenant
"""
_LIST = f"{_LETTER} AND (:all_of_them = 1 OR {_OPEN})"
_OLDEST_FIRST = " ORDER BY d.received_at, d.origin, d.place, d.dead_letter_id"
_IDS = f"SELECT d.dead_letter_id FROM dead_letter AS d {_LAST_ATTEMPT} WHERE d.tenant = :tenant AND {_OPEN}"
_ONE = f"{_LETTER} AND d.dead_letter_id = :letter"
_RAW = "SELECT key_number, raw FROM dead_letter WHERE tenant = :tenant AND dead_letter_id = :letter"
_ATTEMPTS = """
    SELECT attempt, at, outcome, reason, actor FROM dead_letter_attempt
    WHERE tenant = :tenant AND dead_letter_id = :letter ORDER BY attempt
"""
_GROUPS = f"""
    SELECT count(*), min(d.received_at), max(d.received_at), min(d.place), {{columns}}
    FROM dead_letter AS d {_LAST_ATTEMPT} WHERE d.tenant = :tenant AND {_OPEN}{{condition}}
    GROUP BY {{columns}} ORDER BY count(*) DESC, {{columns}}
"""
_COUNT = f"""
    SELECT count(*), coalesce(sum(CASE WHEN {_OPEN} THEN 1 ELSE 0 END), 0) FROM dead_letter AS d {_LAST_ATTEMPT}
    WHERE d.tenant = :tenant
"""
_NOTE = f"""
    INSERT INTO dead_letter_attempt (tenant, dead_letter_id, attempt, at, outcome, reason, actor)
    SELECT d.tenant, d.dead_letter_id, 1 + coalesce(a.attempt, 0), :now, :outcome, :reason, :actor
    FROM dead_letter AS d {_LAST_ATTEMPT}
    WHERE d.tenant = :tenant AND d.dead_letter_id = :letter AND {_OPEN}
    RETURNING attempt
"""


def is_open(session: Session, tenant: str, letter: UUID) -> bool:
    """Whether a dead letter is there and nothing settled it yet."""
    return bool(session.rows(f"{_IDS} AND d.dead_letter_id = :letter", {"tenant": tenant, "letter": letter}))


def note_attempt(session: Session, tenant: str, letter: UUID, outcome: str, reason: str | None, actor: str) -> bool:
    """Note what came of an open dead letter: `taken`, `repeat` and `discarded` settle it.

    False, and nothing is noted, if it is not open. Of two at the same time, the second finds it settled.
    """
    names = {"tenant": tenant, "letter": letter, "outcome": outcome, "reason": storable(reason), "actor": actor}
    return bool(session.rows(_NOTE, {**names, "now": datetime.now(UTC)}))


class DeadLetters(ABC):
    """The part of a log that keeps what could not be used."""

    _sealing: Sealing

    @abstractmethod
    def _write(self, work: Callable[[Session], T]) -> T: ...

    @abstractmethod
    def _read(self, work: Callable[[Session], T]) -> T: ...

    def dead_letters(
        self, tenant: str, chosen: LetterFilter = ANY, *, settled: bool = False, limit: int = 1000
    ) -> list[StoredDeadLetter]:
        """The tenant's open dead letters, oldest first; with `settled` also those that were dealt with."""
        condition, names = chosen.condition()
        names |= {"tenant": tenant, "all_of_them": int(settled), "most": limit}
        statement = f"{_LIST}{condition}{_OLDEST_FIRST} LIMIT :most"
        return self._read(lambda session: [_letter(row) for row in session.rows(statement, names)])

    def open_dead_letters(self, tenant: str, chosen: LetterFilter = ANY) -> list[UUID]:
        """The ids of all open dead letters that match, oldest first."""
        condition, names = chosen.condition()
        statement = f"{_IDS}{condition}{_OLDEST_FIRST}"
        return self._read(lambda s: [as_uuid(id_) for (id_,) in s.rows(statement, {**names, "tenant": tenant})])

    def dead_letter_groups(self, tenant: str, by: Sequence[By], chosen: LetterFilter = ANY) -> list[LetterGroup]:
        """The open dead letters by what they have in common, the most frequent first."""
        condition, names = chosen.condition()
        columns = group_columns(by)
        statement = _GROUPS.format(columns=", ".join(f"d.{name}" for name in columns), condition=condition)
        found = self._read(lambda session: session.rows(statement, {**names, "tenant": tenant}))
        return [
            LetterGroup(letters, as_time(first), as_time(last), place, **dict(zip(columns, common, strict=True)))
            for letters, first, last, place, *common in found
        ]

    def dead_letter(self, tenant: str, dead_letter_id: UUID) -> WholeDeadLetter | None:
        """A dead letter with its bytes as they came and all attempts; None if there is none."""

        def work(session: Session) -> WholeDeadLetter | None:
            names = {"tenant": tenant, "letter": dead_letter_id}
            found = session.rows(_ONE, names)
            if not found:
                return None
            raw = self._sealing.unseal_letters(tenant, _boxes(session, tenant, [dead_letter_id]))[dead_letter_id]
            return WholeDeadLetter(_letter(found[0]), raw, [_attempt(row) for row in session.rows(_ATTEMPTS, names)])

        return self._read(work)

    def dead_letter_bytes(self, tenant: str, letters: Sequence[UUID]) -> dict[UUID, bytes | None]:
        """The bytes of the first of these letters, as many as are a few megabytes together; at least one.

        None where the key was destroyed; letters that are not there are left out.
        """
        return self._sealing.unseal_letters(tenant, self._read(lambda session: _boxes(session, tenant, letters)))

    def discard(self, tenant: str, letters: Sequence[UUID], reason: str, actor: str) -> list[UUID]:
        """Settle open dead letters without using them, for a reason that is kept; returns those that were open."""

        def work(session: Session) -> list[UUID]:
            return [id_ for id_ in letters if note_attempt(session, tenant, id_, "discarded", reason, actor)]

        return self._write(work)

    def has_dead_letters(self) -> bool:
        """Whether any tenant has a dead letter, settled or not."""
        return bool(self._read(lambda session: session.rows("SELECT 1 FROM dead_letter LIMIT 1", {})))

    def _count_letters(self, session: Session, tenant: str) -> tuple[int, int]:
        total, unsettled = session.rows(_COUNT, {"tenant": tenant})[0]
        return int(total), int(unsettled)


def _boxes(session: Session, tenant: str, letters: Sequence[UUID]) -> dict[UUID, tuple[int, bytes]]:
    """Key number and sealed bytes of each, until there are enough of them."""
    found: dict[UUID, tuple[int, bytes]] = {}
    size = 0
    for id_ in letters:
        for number, box in session.rows(_RAW, {"tenant": tenant, "letter": id_}):
            found[id_] = (number, bytes(box))
            size += len(box)
        if size >= _ENOUGH:
            break
    return found


def _letter(row: tuple[Any, ...]) -> StoredDeadLetter:
    letter = StoredDeadLetter(*row)
    return letter._replace(dead_letter_id=as_uuid(letter.dead_letter_id), received_at=as_time(letter.received_at))


def _attempt(row: tuple[Any, ...]) -> Attempt:
    attempt, at, *rest = row
    return Attempt(attempt, as_time(at), *rest)
