"""Log and topics as the consumer sees them, with somebody who counts, measures and writes log lines."""

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from consumers.ingest.messages import DeadLetter, Incoming, Taken
from consumers.ingest.offsets import Claim, Claimed, Partition, TakesFromTopics
from consumers.ingest.topics import Assigned, ReadsTopics, Record
from infra.observing.logs import fields
from infra.observing.metrics import Metrics

_log = logging.getLogger("rapport.ingest")
_LINES = 20  # a batch may hold thousands of bad messages; each is in the dead letters, and not each needs a line
_LAG_EVERY = 1.0  # seconds
_PLACE = re.compile(r"\[(\d+)\]@(\d+)$")
_TRACE = re.compile(rb'"traceparent"\s*[:,]\s*"([0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})"')


class ObservedLog:
    """A log; every batch it takes is measured, and every message that can't be used has a line."""

    def __init__(self, log: TakesFromTopics, metrics: Metrics) -> None:
        self._log = log
        self._metrics = metrics

    def claim(self, partition: Partition, beginning: int, *, accept_new: bool = False) -> Claimed:
        """See TakesFromTopics."""
        claimed = self._log.claim(partition, beginning, accept_new=accept_new)
        about = fields(
            "partition.claimed",
            topic=partition.topic,
            partition=partition.number,
            offset=claimed.next,
            epoch=claimed.epoch,
        )
        _log.info("claimed %s from offset %d on", partition, claimed.next, extra=about)
        return claimed

    def take(
        self, incoming: Sequence[Incoming], dead: Sequence[DeadLetter] = (), claims: Sequence[Claim] = ()
    ) -> Taken:
        """See TakesFromTopics."""
        begun = time.perf_counter()
        taken = self._log.take(incoming, dead, claims)
        self._metrics.took(incoming, dead, taken, time.perf_counter() - begun)
        self._metrics.claimed(claims)
        _tell_letters([*dead, *taken.alerts])
        return taken


class Lags(ReadsTopics, Protocol):
    """A member of a consumer group that knows how far behind it is."""

    def lag(self) -> Mapping[Partition, int]:
        """How many messages each partition still has for us."""


class ObservedTopics:
    """A member of a consumer group, whose partitions and lag are told of."""

    def __init__(self, topics: Lags, metrics: Metrics) -> None:
        self._topics = topics
        self._metrics = metrics
        self._next = 0.0

    def assigned(self) -> Sequence[Assigned] | None:
        """See ReadsTopics."""
        assigned = self._topics.assigned()
        if assigned is not None:
            self._metrics.assigned([one.partition for one in assigned])
            self._next = 0.0
        return assigned

    def begin(self, partition: Partition, offset: int) -> None:
        """See ReadsTopics."""
        self._topics.begin(partition, offset)

    def poll(self, seconds: float) -> Mapping[Partition, Sequence[Record]]:
        """See ReadsTopics."""
        polled = self._topics.poll(seconds)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _LAG_EVERY
            self._metrics.lagging(self._topics.lag())
        return polled

    def note(self, claims: Iterable[Claim]) -> None:
        """See ReadsTopics."""
        self._topics.note(claims)


class Observer:
    """Who watches the consumer: puts itself around its log and around each membership in the group."""

    def __init__(self, metrics: Metrics, joined: Callable[[], None]) -> None:
        self._metrics = metrics
        self._joined = joined

    def log(self, log: TakesFromTopics) -> ObservedLog:
        """The log, watched."""
        return ObservedLog(log, self._metrics)

    def joining(
        self, join: Callable[[], AbstractContextManager[Lags]]
    ) -> Callable[[], AbstractContextManager[ObservedTopics]]:
        """The way into the group, watched; `joined` is told each time that it led there."""

        @contextmanager
        def observed() -> Iterator[ObservedTopics]:
            with join() as topics:
                self._joined()
                yield ObservedTopics(topics, self._metrics)

        return observed


def _tell_letters(letters: Sequence[DeadLetter]) -> None:
    for letter in letters[:_LINES]:
        found = _PLACE.search(letter.place)
        about = fields(
            "message.dead",
            topic=letter.origin,
            partition=int(found[1]) if found else None,
            offset=int(found[2]) if found else None,
            field=letter.field,
            trace=_trace_of(letter.raw),
        )
        _log.warning("%s can't be used: %s", letter.place, letter.reason, extra=about)
    if len(letters) > _LINES:
        more = len(letters) - _LINES
        _log.warning("%d messages more of this batch can't be used", more, extra=fields("messages.dead", more=more))


def _trace_of(raw: bytes) -> str | None:
    """The trace a message names, as an attribute or a header; its bytes are as dead letters keep them."""
    found = _TRACE.search(raw, 0, 1 << 20)
    return found[1].decode() if found else None
