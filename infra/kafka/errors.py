"""What Kafka's errors mean to whoever runs the program. Passwords and messages never stand in them.

While it looks for the first broker the library retries whatever happens, a wrong password too, and in the end says only
that time is up. Why stands in its log alone, so that is listened to.
"""

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from kafka import errors as kafka

from domain.shared.errors import RapportError, Unavailable


class KafkaUnavailable(Unavailable):
    """The brokers can't be reached or don't answer now; trying again later can help."""


class KafkaRefused(RapportError):
    """The brokers answer and refuse; trying again does not help before somebody changed something."""


_REFUSALS: tuple[tuple[type[Exception], str], ...] = (
    (
        kafka.UnsupportedSaslMechanismError,
        "the Kafka broker does not offer this way to log in: check RAPPORT_KAFKA_MECHANISM",
    ),
    (
        kafka.SaslAuthenticationFailedError,
        "the Kafka broker refused the user or the password: check RAPPORT_KAFKA_USER and RAPPORT_KAFKA_PASSWORD",
    ),
    (kafka.TopicAuthorizationFailedError, "this Kafka user has no right to the topic: grant it, or use another"),
    (
        kafka.GroupAuthorizationFailedError,
        "this Kafka user has no right to the consumer group: see RAPPORT_KAFKA_GROUP",
    ),
    (kafka.AuthorizationError, "this Kafka user has no right to do that: grant it, or use another"),
    (kafka.UnknownTopicOrPartitionError, "there is no such topic or partition: `rapport topics check` compares"),
    (kafka.TopicAlreadyExistsError, "the topic exists already: `rapport topics check` compares"),
    (kafka.MessageSizeTooLargeError, "a message is larger than the topic allows: raise its max.message.bytes"),
    (kafka.RecordListTooLargeError, "messages are larger than the topic allows: raise its max.message.bytes"),
    (kafka.InvalidReplicationFactorError, "the cluster has fewer brokers than copies are asked for: ask for fewer"),
    (
        kafka.InvalidSessionTimeoutError,
        "the broker does not allow this session timeout: see its group.*.session.timeout.ms",
    ),
)
_WHILE_CONNECTING: tuple[tuple[str, str], ...] = (
    (
        "CERTIFICATE_VERIFY_FAILED",
        "the Kafka broker's certificate can't be trusted: check RAPPORT_KAFKA_CA, and the host's name in RAPPORT_KAFKA",
    ),
    ("Handshake failed", "no TLS connection to the Kafka broker comes about: check RAPPORT_KAFKA_SECURITY"),
    ("Invalid frame", "what listens there does not speak Kafka, or speaks TLS: check RAPPORT_KAFKA_SECURITY"),
    ("socket disconnected", "the Kafka broker closes the connection at once: check RAPPORT_KAFKA_SECURITY"),
    ("REFUSED", "no Kafka broker listens there: is it running, and is RAPPORT_KAFKA right?"),
    ("DNS", "the name of the Kafka broker is not known: check RAPPORT_KAFKA"),
)


class _Listening(logging.Handler):
    """Remembers the last error that the library put into its log.

    That time was up counts only while nothing else was heard: the last of several attempts may run out of time after a
    broker has refused the password in all before it.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: Exception | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the error of a log line, if there is one."""
        for arg in record.args or ():
            if isinstance(arg, kafka.KafkaTimeoutError) or (self.heard and isinstance(arg, kafka.RequestTimedOutError)):
                continue
            if isinstance(arg, Exception):
                self.heard = arg


@contextmanager
def explaining_kafka() -> Iterator[None]:
    """Turn what the Kafka library raises inside into one sentence.

    Raises KafkaRefused where trying again does not help, KafkaUnavailable where it can.
    """
    listening = _Listening()
    log = logging.getLogger("kafka")
    log.addHandler(listening)
    try:
        yield
    except kafka.KafkaError as error:
        raise explained(error, listening.heard) from error
    except (OSError, ssl.SSLError) as error:
        raise explained(error, None) from error
    finally:
        log.removeHandler(listening)


def explained(error: Exception, heard: Exception | None = None) -> RapportError:
    """The error as a sentence; `heard` is what the library told of it beforehand."""
    for cause in (error, heard):
        for kind, sentence in _REFUSALS:
            if isinstance(cause, kind):
                return KafkaRefused(sentence)
    text = f"{heard or ''} {error}"
    for part, sentence in _WHILE_CONNECTING:
        if part in text:
            return KafkaRefused(sentence) if "CERTIFICATE" in part else KafkaUnavailable(sentence)
    if isinstance(error, kafka.RetriableError | OSError):
        return KafkaUnavailable(f"the Kafka brokers don't answer: {_first_line(heard or error)}")
    return KafkaRefused(f"Kafka can't be used: {_first_line(error)}")


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
