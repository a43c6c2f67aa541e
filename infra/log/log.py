"""The log: what is the same on both databases. SQLite's and PostgreSQL's stand beside it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from commands.log import History, Recorded
from consumers.ingest.messages import DeadLetter, Incoming, Taken
from consumers.ingest.offsets import Claim, Claimed, Partition
from consumers.ingest.quality import Check
from consumers.ingest.retry import Attempt, Try
from domain.catalog import BY_NAME, VOID_MARKED, Stream
from domain.shared.envelope import Envelope
from domain.shared.identity import Identity
from domain.shared.references import parse_reference
from infra.log.appending import append_events
from infra.log.burying import Burial
from infra.log.dead_letters import DeadLetters
from infra.log.mapper import EnvelopeMapper, TenantTranscoder
from infra.log.offsets import ReadUpTo, advance, claim_partition, read_up_to
from infra.log.pending import pending
from infra.log.retaking import take_again
from infra.log.rows import Found, LogCounts, LogRow
from infra.log.sealing import Sealing
from infra.log.session import Session, admit
from infra.log.state import trail_of
from infra.log.taking import Prepared, prepare, take_batch
from infra.log.voiding import those_that_stand
from infra.log.voids import Voids

T = TypeVar("T")
_STREAM = """
    SELECT originator_version, topic, state, notification_id FROM stored_events
    WHERE originator_id = :thing AND tenant = :tenant ORDER BY originator_version
"""
_RECORDED = """
    SELECT e.notification_id, e.state FROM event_key AS k
    INNER JOIN stored_events AS e ON e.notification_id = k.position
    WHERE k.tenant = :tenant AND k.event_id = :event
    UNION ALL
    SELECT notification_id, state FROM stored_events
    WHERE originator_id = :event AND originator_version = 1 AND tenant = :tenant
"""
_COUNT_EVENTS = "SELECT count(*) FROM stored_events WHERE tenant = :tenant"


class EventLog(DeadLetters, Voids, ABC):
    """An append-only log of events. It takes what comes in, serves commands, and is read by position.

    Opens on first use. All methods may be called by several threads; all raise LogError when the log can't be used.
    """

    def __init__(
        self,
        identities: Callable[[str], Identity],
        sealing: Sealing,
        open_custom: frozenset[str] = frozenset(),
        check: Check | None = None,
    ) -> None:
        self._identity_of = identities
        self._sealing = sealing
        self._open_custom = open_custom
        self._judge = check
        self._admitted: set[str] = set()

    @abstractmethod
    def head(self) -> int:
        """The position up to which the log is complete: whatever commits later stands behind it. 0 when empty.

        Positions have gaps, and the head may itself be one: a reader that has read up to it is done.
        """

    @abstractmethod
    def end(self) -> int:
        """The last position ever given, never before any head that any reader was told. 0 when empty.

        It lies behind the head while others write; in a process that has just begun, the head may even lie before
        one that another process was told.
        """

    @abstractmethod
    def read(self, after: int, upto: int, limit: int) -> list[LogRow]:
        """The events of all tenants behind position `after` and up to `upto`, in order, at most `limit` of them.

        `upto` is what `head` said: beyond it, events may still appear between those that can be seen. Fewer than
        `limit` means that there are no more.
        """

    @abstractmethod
    def close(self) -> None:
        """Close all connections. The log opens again when it is used again."""

    @abstractmethod
    def _write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a transaction and commit; where others may interfere, perhaps several times."""

    @abstractmethod
    def _read(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a transaction that writes nothing."""

    def take(
        self,
        incoming: Sequence[Incoming],
        dead: Sequence[DeadLetter] = (),
        claims: Sequence[Claim] = (),
        *,
        again: bool = False,
    ) -> Taken:
        """Take a batch whole or not at all: new events are appended, repeats counted, alerts become dead letters.

        With `claims` the offsets of what was read from topics move in the same transaction; see TakesFromTopics. With
        `again`, what was taken back by a void is appended anew; without it, it is a repeat as ever.
        """
        identity_of = self._identity_of
        batch = [self._prepared(one) for one in incoming]
        burial = Burial(identity_of, self._sealing)
        tenants = {one.event.tenant for one in batch} | {letter.tenant for letter in dead}

        def work(session: Session) -> Taken:
            advance(session, claims)
            for tenant in tenants - self._admitted:
                admit(session, tenant, identity_of(tenant), register=True)
            return take_batch(session, batch, dead, burial, self._sealing, again=again)

        taken = self._write(work)
        self._admitted |= tenants  # only now: a transaction that failed registered nobody
        return taken

    def try_again(self, tenant: str, tries: Sequence[Try], actor: str, *, dry_run: bool = False) -> Sequence[Attempt]:
        """Take dead letters after all, and note every attempt; see consumers.ingest.retry.TriesAgain."""
        identity_of = self._identity_of
        prepared = [(one, [self._prepared(each) for each in one.incoming]) for one in tries]
        burial = Burial(identity_of, self._sealing)
        tenants = {tenant, *(each.event.tenant for _, found in prepared for each in found)}

        def work(session: Session) -> list[Attempt]:
            for one in tenants - self._admitted:
                admit(session, one, identity_of(one), register=not dry_run)
            return take_again(session, tenant, prepared, actor, burial, self._sealing, dry_run=dry_run)

        return self._read(work) if dry_run else self._write(work)

    def claim(self, partition: Partition, beginning: int, *, accept_new: bool = False) -> Claimed:
        """Make a partition of a topic ours; see consumers.ingest.offsets.TakesFromTopics."""
        return self._write(lambda session: claim_partition(session, partition, beginning, accept_new=accept_new))

    def read_up_to(self, tenant: str, group: str) -> list[ReadUpTo]:
        """How far a consumer group has read the topics' partitions for a tenant."""
        return self._read(lambda session: read_up_to(session, tenant, group))

    def append(self, envelopes: Sequence[Envelope], expected: int) -> Sequence[int]:
        """Append one thing's events behind version `expected` of its stream; see commands.log.Streams."""
        if not envelopes:
            return []
        tenant = envelopes[0].tenant
        identity = self._identity_of(tenant)
        events = [pending(envelope, identity, self._open_custom, self._judge) for envelope in envelopes]

        def work(session: Session) -> list[int]:
            if tenant not in self._admitted:
                admit(session, tenant, identity, register=True)
            return append_events(session, events, expected, self._sealing)

        positions = self._write(work)
        self._admitted.add(tenant)
        return positions

    def history(self, tenant: str, reference: str) -> History:
        """All events of the thing that `reference` names that stand, in the models' order, and its stream's version."""
        identity = self._identity_of(tenant)
        thing, kind = self.id_of(tenant, reference), parse_reference(reference).kind

        def work(session: Session) -> tuple[list[StoredEvent], int]:
            self._check(session, tenant)
            found = session.rows(_STREAM, {"thing": thing, "tenant": tenant})
            # Two references by id may name one stream with different kinds; each has the events of its own kind.
            own = [Found(position, thing, t, bytes(state)) for _, t, state, position in found if _is_of(t, kind)]
            if any(t == VOID_MARKED for _, t, _, _ in found):  # only then were any of them ever taken back
                own = those_that_stand(session, tenant, own)
            stored = [StoredEvent(thing, nth, one.topic, one.state) for nth, one in enumerate(own, 1)]
            return stored, found[-1][0] if found else 0

        stored, version = self._read(work)
        mapper = EnvelopeMapper(TenantTranscoder(tenant, identity, self._sealing, self._open_custom))
        events = [one.envelope for one in mapper.to_domain_events(stored)]
        events.sort(key=lambda e: (e.time, e.sequence is None, e.sequence or 0, identity.event(e.source, e.id)))
        return History(events, version)

    def find(self, tenant: str, source: str, event_id: str) -> Recorded | None:
        """The event that (source, id) names, or None."""
        id_ = self._identity_of(tenant).event(source, event_id)

        def work(session: Session) -> Recorded | None:
            self._check(session, tenant)
            found = session.rows(_RECORDED, {"event": id_, "tenant": tenant})
            if not found:
                return None
            position, state, stands = *found[0], True
            if since := session.standing(tenant, [id_]).get(id_):
                ((position, _, _, state),) = session.at(tenant, [since.event_position])
                stands = since.stands
            return Recorded(position, trail_of(state).causationid, stands)

        return self._read(work)

    def digest(self, tenant: str, body: bytes) -> str:
        """A digest of `body` under the tenant's secret."""
        return self._identity_of(tenant).digest(body)

    def id_of(self, tenant: str, reference: str) -> UUID:
        """The id of the thing that `reference` names."""
        return self._identity_of(tenant).thing(str(parse_reference(reference)))

    def count(self, tenant: str) -> LogCounts:
        """How many events and dead letters the tenant has."""
        return self._read(
            lambda session: LogCounts(
                session.rows(_COUNT_EVENTS, {"tenant": tenant})[0][0], *self._count_letters(session, tenant)
            )
        )

    def _prepared(self, incoming: Incoming) -> Prepared:
        identity = self._identity_of(incoming.envelope.tenant)
        return prepare(incoming, identity, self._open_custom, self._judge)

    def _check(self, session: Session, tenant: str) -> None:
        if tenant not in self._admitted:
            admit(session, tenant, self._identity_of(tenant), register=False)


def _is_of(topic: str, kind: str) -> bool:
    event_type, _ = BY_NAME[topic]
    return event_type.stream is Stream.THING and event_type.area == kind
