"""From topics to the log: what was read and how far are written together, or neither is.

A message that can't be used becomes a dead letter and the line goes on. What stops the line is that the log or the
topics can't be reached, that a partition is another's by now, or that topic and log don't fit together any more.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from consumers.ingest.binding import kept, read_message, source_in
from consumers.ingest.edge import Edge
from consumers.ingest.messages import DeadLetter, Incoming, Taken
from consumers.ingest.offsets import Claim, Claimed, OffsetAhead, Partition, RetentionPassed, TakesFromTopics
from domain.shared.errors import InvalidInput

BATCH = 4_000
BATCH_BYTES = 8 * 1024 * 1024
_WAIT = 0.2  # seconds for messages, after which a stop is heard


class Record(Protocol):
    """One message as it lies in a partition."""

    offset: int
    headers: Sequence[tuple[str, bytes | None]]
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Assigned:
    """A partition that the group gave us, and the offsets between which its messages lie."""

    partition: Partition
    beginning: int
    end: int


class ReadsTopics(Protocol):
    """A member of a consumer group. Nothing of a partition is read before it was told where to begin."""

    def assigned(self) -> Sequence[Assigned] | None:
        """All partitions we have now, if that changed since this was asked last; else None."""
        ...

    def begin(self, partition: Partition, offset: int) -> None:
        """Read a partition from `offset` on."""
        ...

    def poll(self, seconds: float) -> Mapping[Partition, Sequence[Record]]:
        """The next messages of what we have, waiting a while for the first. Raises Unavailable or OffsetHalt."""
        ...

    def note(self, claims: Iterable[Claim]) -> None:
        """Let the brokers know how far the log is, so that their tools show the lag."""
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """One batch that is in the log."""

    claims: Sequence[Claim]
    read: int
    taken: Taken
    refused: Sequence[DeadLetter]


@dataclass(frozen=True, slots=True)
class Leave:
    """What a person has decided about topics and log that don't fit: see OffsetHalt."""

    skip_lost: bool = False  # go on behind messages that retention has deleted
    accept_new: frozenset[str] = frozenset()  # topics that were made anew


class FromTopics:
    """Takes what comes on topics into the log, as `topics` assigns it, until a stop.

    `done` hears of every batch, `stop` is asked at every batch's edge.
    """

    def __init__(
        self,
        edge: Edge,
        log: TakesFromTopics,
        topics: ReadsTopics,
        stop: Callable[[], bool],
        done: Callable[[Done], None],
        leave: Leave,
    ) -> None:
        self._edge = edge
        self._log = log
        self._topics = topics
        self._stop = stop
        self._done = done
        self._leave = leave
        self._claimed: dict[Partition, Claimed] = {}

    def follow(self) -> None:
        """Work until a stop. Raises ClaimLost, OffsetHalt, Unavailable, or what else the log raises."""
        while not self._stop():
            assigned = self._topics.assigned()
            if assigned is not None:
                self._claimed = {one.partition: self._claim(one) for one in assigned}
                for partition, claimed in self._claimed.items():
                    self._topics.begin(partition, claimed.next)
            for batch in batches(self._topics.poll(_WAIT)):
                self._take(batch)
                if self._stop():
                    return

    def _claim(self, assigned: Assigned) -> Claimed:
        partition = assigned.partition
        accept = partition.topic in self._leave.accept_new
        claimed = self._log.claim(partition, assigned.beginning, accept_new=accept)
        if claimed.next > assigned.end:
            raise OffsetAhead(
                f"the log has read {partition} up to offset {claimed.next:,}, and the topic ends at {assigned.end:,}:"
                " its messages were cut off, or it was put back from an older copy"
            )
        if claimed.next < assigned.beginning:
            return self._skip(assigned, claimed)
        return claimed

    def _skip(self, assigned: Assigned, claimed: Claimed) -> Claimed:
        """Go on behind what retention has deleted, if a person said so; a dead letter then tells of the gap."""
        partition, first, beginning = assigned.partition, claimed.next, assigned.beginning
        lost = (
            f"the messages of {partition} from offset {first:,} to {beginning - 1:,} were deleted before they were read"
        )
        if not self._leave.skip_lost:
            raise RetentionPassed(
                f"{lost}: the topic keeps them for too short a time; send them again if you can, and go on without them"
                " by `rapport run ingest --skip-lost`"
            )
        letter = DeadLetter(
            partition.tenant,
            partition.topic,
            f"{partition}@{first}",
            None,
            f"{lost}, and left out",
            None,
            b"",
            _number(partition, first),
        )
        self._log.take([], [letter], [Claim(partition, claimed.epoch, beginning, beginning)])
        return Claimed(claimed.epoch, beginning)

    def _take(self, batch: Mapping[Partition, Sequence[Record]]) -> None:
        incoming: list[Incoming] = []
        dead: list[DeadLetter] = []
        claims = []
        for partition, records in batch.items():
            claimed = self._claimed.get(partition)
            if claimed is None:
                continue  # given to another while it was polled
            self._read(partition, records, incoming, dead)
            claims.append(Claim(partition, claimed.epoch, records[0].offset, records[-1].offset + 1))
        taken = self._log.take(incoming, dead, claims)
        self._topics.note(claims)
        self._done(Done(claims, len(incoming) + len(dead), taken, dead))

    def _read(
        self, partition: Partition, records: Sequence[Record], incoming: list[Incoming], dead: list[DeadLetter]
    ) -> None:
        edge, topic, place = self._edge, partition.topic, f"{partition}@"
        for record in records:
            headers, value = record.headers, record.value
            try:
                envelope = read_message(edge, headers, value)
            except InvalidInput as error:
                dead.append(_letter(edge.tenant, partition, record, error.reason, error.field))
            except Exception as error:  # noqa: BLE001 - whatever it is, no message stops those behind it
                reason = f"this program failed at it ({type(error).__name__}), which is a mistake of ours: report it"
                dead.append(_letter(edge.tenant, partition, record, reason, None))
            else:
                incoming.append(Incoming(envelope, topic, f"{place}{record.offset}", kept(headers, value)))


def batches(polled: Mapping[Partition, Sequence[Record]]) -> Iterator[dict[Partition, list[Record]]]:
    """What was polled, in parts that fit into one transaction; each partition in its order."""
    batch: dict[Partition, list[Record]] = {}
    count = size = 0
    for partition, records in polled.items():
        part = batch.setdefault(partition, [])
        for record in records:
            part.append(record)
            count += 1
            size += len(record.value or b"")
            if count >= BATCH or size >= BATCH_BYTES:
                yield batch
                part = []
                batch, count, size = {partition: part}, 0, 0
        if not part:
            del batch[partition]
    if batch:
        yield batch


def _letter(tenant: str, partition: Partition, record: Record, reason: str, field: str | None) -> DeadLetter:
    """A message that can't be used. Every message is one, and equal ones are several."""
    headers, value = record.headers, record.value
    place, number = f"{partition}@{record.offset}", _number(partition, record.offset)
    source = source_in(headers, value)
    return DeadLetter(tenant, partition.topic, place, source, reason, field, kept(headers, value), number)


def _number(partition: Partition, offset: int) -> int:
    """What tells a message from all others with the same bytes, those of a topic of the same name included."""
    place = f"{partition.cluster_id} {partition.topic_id} {partition.number} {offset}"
    return int.from_bytes(sha256(place.encode()).digest()[:8])
