"""Who reads which partition of a topic, and how far: what makes every message taken once, and none left out.

The log itself keeps the offset, in the transaction that takes the messages. A consumer claims a partition under an
epoch of its own; whoever claimed it before can write no more, however late it wakes up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from consumers.ingest.messages import DeadLetter, Incoming, Taken
from domain.shared.errors import RapportError


class ClaimLost(RapportError):
    """Another consumer has claimed the partition; what was about to be written was not."""


class OffsetHalt(RapportError):
    """The topic and the log don't fit together any more. Only a person can say what is right, so all stops here."""


class OffsetAhead(OffsetHalt):
    """The log has read further than the topic's messages go."""


class RetentionPassed(OffsetHalt):
    """The topic no longer holds messages that the log has not read."""


class TopicMadeAnew(OffsetHalt):
    """The topic was deleted and made again under the same name."""


@dataclass(frozen=True, slots=True, order=True)
class Partition:
    """A partition of a topic as one group reads it for one tenant. A topic made anew has another `topic_id`."""

    tenant: str
    cluster_id: str
    topic_id: str
    number: int
    group: str
    topic: str

    def __str__(self) -> str:
        """As places name it: `rapport.deals[3]`."""
        return f"{self.topic}[{self.number}]"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A partition that is ours from now on: under which epoch, and the first offset that was not read yet."""

    epoch: int
    next: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What a batch rests on: our epoch, the offset of its first message, and the offset behind its last one."""

    partition: Partition
    epoch: int
    first: int
    next: int


class TakesFromTopics(Protocol):
    """A log that takes messages together with how far they were read."""

    def claim(self, partition: Partition, beginning: int, *, accept_new: bool = False) -> Claimed:
        """Make a partition ours; nobody who claimed it before can write any more.

        A partition that was never read begins at `beginning`. Raises TopicMadeAnew for one of a topic that was read
        under the same name and another id, unless `accept_new`.
        """
        ...

    def take(
        self, incoming: Sequence[Incoming], dead: Sequence[DeadLetter] = (), claims: Sequence[Claim] = ()
    ) -> Taken:
        """Take a batch and move the offsets, whole or not at all.

        Raises ClaimLost when a partition is another's by now, OffsetAhead when the log has read further already.
        """
        ...
