"""Whether the topics are as reading them needs it, and still fit to what the log has read of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from infra.kafka.brokers import Topic
from infra.kafka.topics import plural
from infra.log.offsets import ReadUpTo

SHORTEST = 24 * 3_600_000  # ms; a consumer may be down for a day without losing a message
HOUR, DAY = 3_600_000, 86_400_000


class Verdict(StrEnum):
    """How much a finding matters: `wrong` needs a person, `note` is worth knowing."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


Said = tuple[Verdict, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about a topic."""

    topic: str
    verdict: Verdict
    finding: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One topic as it is: with the cluster it is in, where its messages lie, and how far our group has read it."""

    topic: Topic
    cluster_id: str
    brokers: int
    bounds: Mapping[int, tuple[int, int]]
    read: Sequence[ReadUpTo]


def findings(name: str, seen: Seen | None) -> list[Finding]:
    """What there is to say about a topic; `seen` is None if it is not there."""
    if seen is None:
        return [Finding(name, Verdict.WRONG, "is not there: `rapport topics create` makes what is missing")]
    found = [Finding(name, verdict, sentence) for verdict, sentence in (*_form(seen), *_offsets(seen))]
    if not any(one.verdict is Verdict.WRONG for one in found):
        found.insert(0, Finding(name, Verdict.OK, f"is there: {as_words(seen.topic)}"))
    return found


def as_words(topic: Topic) -> str:
    """A topic's form in words."""
    parts = [_count(topic.partitions, "partition"), _count(topic.copies, "copy")]
    kept = int(topic.settings.get("retention.ms", -1))
    return ", ".join([*parts, "messages kept for good" if kept < 0 else f"messages kept for {_span(kept)}"])


def _form(seen: Seen) -> Iterator[Said]:
    topic, settings = seen.topic, seen.topic.settings
    if "compact" in settings.get("cleanup.policy", ""):
        yield _wrong("is compacted (cleanup.policy): of a thing's events only the last would stay; set it to delete")
    kept = int(settings.get("retention.ms", -1))
    if 0 <= kept < SHORTEST:
        yield _wrong(
            f"keeps messages for {_span(kept)} (retention.ms), and loses what is not read by then; make it days"
        )
    if topic.leaderless:
        yield _wrong(f"has partitions that no broker serves now: {', '.join(map(str, topic.leaderless))}")
    needed = int(settings.get("min.insync.replicas", 1))
    if needed > topic.copies:
        yield _wrong(f"takes no message: min.insync.replicas is {needed}, and it has {_count(topic.copies, 'copy')}")
    if topic.copies < min(2, seen.brokers):
        yield _note("has one copy: with the broker that holds it, messages that were not read yet are lost")


def _offsets(seen: Seen) -> Iterator[Said]:
    ours = [one for one in seen.read if one.cluster_id == seen.cluster_id]
    current = {one.partition: one.next for one in ours if one.topic_id == seen.topic.id}
    if ours and not current:
        yield _wrong(
            "was deleted and made anew since it was read; `rapport run ingest --accept-new-topic"
            f" {seen.topic.name}` goes on with the new one"
        )
        return
    if seen.read and not ours:
        yield _note("was read from another cluster before; `rapport run ingest` begins here at the first message")
    waiting = 0
    for number, (first, last) in sorted(seen.bounds.items()):
        at = current.get(number, first)
        waiting += max(0, last - max(at, first))
        yield from _misfit(number, at, first, last)
    yield _note(f"has {_count(waiting, 'message')} that the log has not read yet")


def _misfit(number: int, at: int, first: int, last: int) -> Iterator[Said]:
    """How what was read of a partition, up to `at`, does not fit to the messages from `first` to before `last`."""
    if at < first:
        yield _wrong(
            f"no longer has the messages {at:,} to {first - 1:,} of partition {number}, which were not read: send them"
            " again if you can; `rapport run ingest --skip-lost` goes on without them"
        )
    elif at > last:
        yield _wrong(
            f"ends at offset {last:,} in partition {number}, which was read up to {at:,}: its messages were cut off, or"
            " it was put back from an older copy"
        )


def _wrong(sentence: str) -> Said:
    return Verdict.WRONG, sentence


def _note(sentence: str) -> Said:
    return Verdict.NOTE, sentence


def _count(count: int, one: str) -> str:
    return f"{count:,} {one if count == 1 else plural(one)}"


def _span(milliseconds: int) -> str:
    if milliseconds >= 2 * DAY:
        return f"{milliseconds // DAY:,} days"
    if milliseconds >= 2 * HOUR:
        return f"{milliseconds // HOUR:,} hours"
    return f"{milliseconds / 1000:,.0f} seconds"
