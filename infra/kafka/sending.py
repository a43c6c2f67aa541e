"""Sends messages and waits until the brokers have them: all copies, once each, in order."""

from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from kafka import KafkaProducer
from kafka import errors as kafka

from consumers.ingest.wire import MAX_BYTES
from domain.shared.errors import InvalidInput
from infra.kafka.clients import open_client
from infra.kafka.errors import explained, explaining_kafka
from infra.kafka.joining import refuse_missing
from infra.kafka.messages import Writer

_MOST_UNDER_WAY = 20_000
_MOST_BYTES_UNDER_WAY = 64 * 1024 * 1024
_TOO_LARGE = (kafka.MessageSizeTooLargeError, kafka.RecordListTooLargeError)


class Sender:
    """Sends events as `writer` writes them. `sent` counts by topic what the brokers said they have.

    `refused` holds place and reason of what they would not take. Close it after use.
    """

    def __init__(self, options: Mapping[str, Any], writer: Writer) -> None:
        self._options, self._writer = options, writer
        self._producer = open_client(KafkaProducer, {**options, **_PRODUCING})
        self._known: set[str] = set()
        self._under_way: list[tuple[str, str, Any]] = []
        self._bytes = 0
        self.sent: Counter[str] = Counter()
        self.refused: list[tuple[str, InvalidInput]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._producer.close(timeout=0 if kind else None)

    def send(self, place: str, raw: bytes) -> None:
        """Send one event; `place` says where it stood.

        Raises InvalidInput for one that makes no message, KafkaRefused for a missing topic, KafkaUnavailable.
        """
        message = self._writer.message(raw)
        if message.topic not in self._known:
            refuse_missing(self._options, [message.topic])
            self._known.add(message.topic)
        with explaining_kafka():
            future = self._producer.send(message.topic, message.value, message.key, message.headers)
        self._under_way.append((place, message.topic, future))
        self._bytes += len(message.value)
        if len(self._under_way) >= _MOST_UNDER_WAY or self._bytes >= _MOST_BYTES_UNDER_WAY:
            self.flush()

    def flush(self) -> None:
        """Wait until the brokers have all that was sent. Raises KafkaUnavailable or KafkaRefused."""
        with explaining_kafka():
            self._producer.flush()
        under_way, self._under_way, self._bytes = self._under_way, [], 0
        failed = None
        for place, topic, future in under_way:
            error = future.exception if future.failed() else None
            if error is None:
                self.sent[topic] += 1
            elif isinstance(error, _TOO_LARGE):
                self.refused.append((place, InvalidInput(str(explained(error)))))
            else:
                failed = failed or error
        if failed is not None:
            raise explained(failed)


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
