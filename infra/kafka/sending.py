"""Sends messages and waits until the brokers have them: all copies, once each, in order."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from kafka import KafkaProducer
from kafka import errors as kafka
from kafka.record.default_records import DefaultRecordBatchBuilder
from kafka.record.util import size_of_varint

from consumers.ingest.wire import MAX_BYTES
from domain.shared.errors import InvalidInput
from infra.kafka.brokers import Brokers
from infra.kafka.clients import open_client
from infra.kafka.errors import KafkaRefused, explained, explaining_kafka
from infra.kafka.messages import Outgoing, Writer

_MOST_UNDER_WAY = 20_000
_MOST_BYTES_UNDER_WAY = 64 * 1024 * 1024
_PATIENCE = 60  # seconds; the producer itself gives up sooner


class Sender:
    """Sends events as `writer` writes them. `sent` counts by topic what the brokers said they have.

    Close it after use.
    """

    def __init__(self, options: Mapping[str, Any], writer: Writer) -> None:
        self._options, self._writer = options, writer
        self._producer = open_client(KafkaProducer, {**options, **_PRODUCING})
        self._largest: dict[str, float] = {}
        self._under_way: list[tuple[str, Any]] = []
        self._bytes = 0
        self.sent: Counter[str] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(kafka.KafkaError):  # what counts was flushed, and what could not be is told already
            self._producer.close(timeout=0 if kind else None)

    def send(self, raw: bytes) -> None:
        """Send one event.

        Raises InvalidInput for one that makes no message, or a larger one than its topic allows; KafkaRefused for a
        missing topic; KafkaUnavailable.
        """
        message = self._writer.message(raw)
        if message.topic not in self._largest:
            self._largest[message.topic] = self._limit(message.topic)
        if _size(message) > self._largest[message.topic]:
            raise InvalidInput(str(explained(kafka.MessageSizeTooLargeError())))
        with explaining_kafka():
            future = self._producer.send(message.topic, message.value, message.key, message.headers)
        self._under_way.append((message.topic, future))
        self._bytes += len(message.value)
        if len(self._under_way) >= _MOST_UNDER_WAY or self._bytes >= _MOST_BYTES_UNDER_WAY:
            self.flush()

    def flush(self) -> None:
        """Wait until the brokers have all that was sent. Raises KafkaUnavailable or KafkaRefused."""
        under_way, self._under_way, self._bytes = self._under_way, [], 0
        # Not the producer's own flush, which fails when it has to part messages that are too large together.
        outcomes = [(topic, _outcome(future)) for topic, future in under_way]
        self.sent.update(topic for topic, error in outcomes if error is None)
        failed = next((error for _, error in outcomes if error is not None), None)
        if failed is not None:
            raise explained(failed)

    def _limit(self, name: str) -> float:
        """The largest batch that a topic takes. After one that is too large the library sends no more, so we ask."""
        with Brokers(self._options) as brokers:
            topic = brokers.topics([name]).get(name)
        if topic is None:
            raise KafkaRefused(f"there is no topic {name}: `rapport topics create` makes what is missing")
        return float(topic.settings.get("max.message.bytes", "inf"))


def _size(message: Outgoing) -> int:
    """What brokers measure: a batch with this message alone."""
    body = 3 + DefaultRecordBatchBuilder.size_of(message.key, message.value, message.headers)
    return int(DefaultRecordBatchBuilder.HEADER_STRUCT.size + body + size_of_varint(body))


def _outcome(future: Any) -> Exception | None:
    """What went wrong with a message, once that is known."""
    try:
        future.get(timeout=_PATIENCE)
    except kafka.KafkaError as error:
        failed: Exception = error
        return failed
    return None


_PRODUCING = {
    "acks": "all",
    "enable_idempotence": True,
    "linger_ms": 5,
    "compression_type": None,
    "max_request_size": 2 * MAX_BYTES,  # what is too large the brokers say
    "max_block_ms": 10_000,
    "delivery_timeout_ms": 30_000,
    "request_timeout_ms": 15_000,
    "allow_auto_create_topics": False,
    "metrics_enabled": False,
}
