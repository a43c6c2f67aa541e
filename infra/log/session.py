"""One transaction on a log, as each database offers it: set-based, a handful of statements for a whole batch."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from domain.shared.identity import Identity
from infra.log.errors import refuse_other_secret
from infra.log.rows import EventKey, Found, Known, NewEvent, Standing


class Session(Protocol):
    """A transaction. All of it is kept or nothing."""

    def fingerprint(self, tenant: str) -> str | None:
        """The fingerprint of the secret that made the tenant's ids, if the log knows the tenant."""
        ...

    def remember(self, tenant: str, fingerprint: str) -> None:
        """Remember whose secret made the ids. Of two at the same time the first stands."""
        ...

    def known(self, tenant: str, event_ids: Sequence[UUID]) -> dict[UUID, Known]:
        """Which of these events the log holds, in a stream of either kind, and whether they stand."""
        ...

    def standing(self, tenant: str, event_ids: Sequence[UUID]) -> dict[UUID, Standing]:
        """What became of those of these events that a void ever touched."""
        ...

    def insert_standing(self, rows: Sequence[Standing]) -> None:
        """Append what became of events."""
        ...

    def order_voids(self) -> None:
        """Until the end of the transaction, let nobody else make or undo a void, or take events in again."""
        ...

    def holding(self, tenant: str, mark: bytes) -> list[Found]:
        """The events in whose stored form these bytes stand anywhere; it looks through the whole log."""
        ...

    def at(self, tenant: str, positions: Sequence[int]) -> list[Found]:
        """The events at these positions."""
        ...

    def versions(self, tenant: str, streams: Sequence[UUID]) -> dict[UUID, int]:
        """The last version of each of these streams; those that don't exist are left out."""
        ...

    def insert(self, events: Sequence[NewEvent]) -> list[int]:
        """Append events; returns their positions in the same order."""
        ...

    def insert_keys(self, keys: Sequence[EventKey]) -> None:
        """Append the keys by which repeats will be known."""
        ...

    def known_dead(self, tenant: str, letters: Sequence[UUID]) -> set[UUID]:
        """Which of these dead letters the log holds."""
        ...

    def insert_dead(self, letters: Sequence[Mapping[str, Any]]) -> int:
        """Append dead letters that are not there yet; returns how many were new."""
        ...

    def rows(self, statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run a statement that both databases understand, with `:name` for parameters; returns its rows, if any."""
        ...


def admit(session: Session, tenant: str, identity: Identity, *, register: bool) -> None:
    """Raise LogError unless `identity` is what the tenant's ids were made with; `register` a tenant that is new."""
    ours = identity.fingerprint()
    known = session.fingerprint(tenant)
    if known is None and register:
        session.remember(tenant, ours)
        known = session.fingerprint(tenant)
    if known is not None:
        refuse_other_secret(tenant, known, ours)
