"""How far the topics were read: what the log knows, and, where the brokers answer, how much is still to come."""

from typing import TYPE_CHECKING, Any

from domain.shared.errors import RapportError
from infra.bootstrap import Rapport

if TYPE_CHECKING:
    from infra.log.offsets import ReadUpTo

COLUMNS = ("topic", "partition", "offset", "messages_behind", "claims")
Ends = dict[tuple[str, int], int]  # topic id and partition → the offset behind the last message


def read_of_topics(rapport: Rapport) -> tuple[str | None, list[dict[str, Any]]]:
    """Whether the brokers answer, in words (None if none are set), and each partition that was read.

    `offset` is the first message that was not read, `claims` how often a consumer took the partition over; without an
    answer nobody knows how many messages it is behind.
    """
    settings = rapport.settings
    read = rapport.log.read_up_to(settings.tenant, settings.kafka_group)
    brokers, ends = _ends(rapport, read)
    return brokers, [
        {
            "topic": one.topic,
            "partition": one.partition,
            "offset": one.next,
            "messages_behind": _behind(one, ends),
            "claims": one.epoch,
        }
        for one in read
    ]


def _behind(one: "ReadUpTo", ends: Ends) -> int | None:
    """A partition of a topic that was made anew meanwhile is not there any more, and has no lag."""
    end = ends.get((one.topic_id, one.partition))
    return None if end is None else max(0, end - one.next)


def _ends(rapport: Rapport, read: "list[ReadUpTo]") -> tuple[str | None, Ends]:
    if rapport.settings.kafka is None:
        return None, {}
    try:
        with rapport.open_brokers() as brokers:
            topics = brokers.topics({one.topic for one in read}) if read else {}
            bounds = {topic.id: brokers.bounds(topic) for topic in topics.values()}
    except RapportError as error:
        return str(error), {}
    return "reachable", {(id_, number): last for id_, found in bounds.items() for number, (_, last) in found.items()}
