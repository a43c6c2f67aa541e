"""How far topics were read, in the log's own transactions. Kafka's committed offset only shows the lag."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from consumers.ingest.offsets import Claim, Claimed, ClaimLost, OffsetAhead, Partition, TopicMadeAnew
from infra.log.session import Session

_KEY = """
    tenant = :tenant AND cluster_id = :cluster_id AND topic_id = :topic_id
    AND partition_number = :partition_number AND consumer_group = :consumer_group
"""
_CLAIM = """
    INSERT INTO consumer_offset
    (tenant, cluster_id, topic_id, partition_number, consumer_group, topic, next_offset, epoch)
    VALUES (:tenant, :cluster_id, :topic_id, :partition_number, :consumer_group, :topic, :beginning, 1)
    ON CONFLICT (tenant, cluster_id, topic_id, partition_number, consumer_group)
    DO UPDATE SET epoch = consumer_offset.epoch + 1
    RETURNING epoch, next_offset
"""
_ADVANCE = f"""
    UPDATE consumer_offset SET next_offset = :next_offset
    WHERE {_KEY} AND epoch = :epoch AND next_offset <= :first_offset
    RETURNING epoch
"""
_READ = """
    SELECT topic, cluster_id, topic_id, partition_number, next_offset, epoch FROM consumer_offset
    WHERE tenant = :tenant AND consumer_group = :consumer_group ORDER BY topic, topic_id, partition_number
"""
_FOUND = f"SELECT epoch, next_offset FROM consumer_offset WHERE {_KEY}"
_TOPIC_IDS = """
    SELECT DISTINCT topic_id FROM consumer_offset
    WHERE tenant = :tenant AND cluster_id = :cluster_id AND consumer_group = :consumer_group AND topic = :topic
"""


class ReadUpTo(NamedTuple):
    """How far a partition was read: `next` is the offset of the first message that was not; `epoch` counts claims."""

    topic: str
    cluster_id: str
    topic_id: str
    partition: int
    next: int
    epoch: int = 0


def read_up_to(session: Session, tenant: str, group: str) -> list[ReadUpTo]:
    """How far a group has read each partition for a tenant."""
    return [ReadUpTo(*row) for row in session.rows(_READ, {"tenant": tenant, "consumer_group": group})]


def claim_partition(session: Session, partition: Partition, beginning: int, *, accept_new: bool) -> Claimed:
    """Make a partition ours under a new epoch; see consumers.ingest.offsets.TakesFromTopics."""
    key = _key(partition)
    known = {
        topic_id
        for (topic_id,) in session.rows(
            _TOPIC_IDS, {name: key[name] for name in ("tenant", "cluster_id", "consumer_group", "topic")}
        )
    }
    if known and partition.topic_id not in known and not accept_new:
        raise TopicMadeAnew(
            f"the topic {partition.topic} was deleted and made anew since it was read last: messages of the old one may"
            f" never have been read; `rapport run ingest --accept-new-topic {partition.topic}` goes on with the new one"
        )
    ((epoch, next_offset),) = session.rows(_CLAIM, {**key, "beginning": beginning})
    return Claimed(epoch, next_offset)


def advance(session: Session, claims: Sequence[Claim]) -> None:
    """Move the offsets of a batch, or raise ClaimLost or OffsetAhead, so that nothing of the batch is written."""
    for claim in sorted(claims, key=lambda one: one.partition):  # in one order, so that nobody waits in a circle
        key = _key(claim.partition)
        del key["topic"]
        moved = session.rows(
            _ADVANCE, {**key, "next_offset": claim.next, "epoch": claim.epoch, "first_offset": claim.first}
        )
        if not moved:
            _explain(session.rows(_FOUND, key), claim)


def _explain(found: list[tuple[Any, ...]], claim: Claim) -> None:
    """Raise what the row, read after it could not be moved, says."""
    if not found or found[0][0] != claim.epoch:
        raise ClaimLost(f"{claim.partition} was given to another consumer; nothing of the batch under way was written")
    raise OffsetAhead(
        f"the log has read {claim.partition} up to offset {found[0][1]:,} and was given {claim.first:,}: the topic was"
        " made anew or an offset was reset"
    )


def _key(partition: Partition) -> dict[str, Any]:
    return {
        "tenant": partition.tenant,
        "cluster_id": partition.cluster_id,
        "topic_id": partition.topic_id,
        "partition_number": partition.number,
        "consumer_group": partition.group,
        "topic": partition.topic,
    }
