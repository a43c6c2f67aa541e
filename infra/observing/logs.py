"""Log lines of `rapport run`: a sentence for people, or an object of JSON a line for programs.

Every line names its event, such as `message.dead`, and has the topic, partition, offset and trace it is about where
there is one. No value of a message stands in any of them.
"""

import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal

from pythonjsonlogger.json import JsonFormatter

_FIELDS = ("time", "level", "logger", "event", "message")


def configure(form: Literal["text", "json"]) -> None:
    """Write the log lines of this process to stderr, in the form that RAPPORT_LOG_FORMAT says."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # What the Kafka library says of its retries stands in our own sentences.
    logging.getLogger("kafka").propagate = False


def fields(event: str, **about: Any) -> dict[str, Any]:
    """What a line says beside its sentence, for the `extra` of a logging call; what is None is left out."""
    return {"event": event, "about": {name: value for name, value in about.items() if value is not None}}


class _Text(logging.Formatter):
    """The sentence, with the trace behind it where there is one."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """See logging.Formatter."""
        trace = getattr(record, "about", {}).get("trace")
        return super().formatMessage(record) + (f" [trace {trace}]" if trace else "")


class _Json(JsonFormatter):
    """`time` in UTC, `level`, `logger`, `event`, `message`, and what the line is about."""

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """See JsonFormatter."""
        del message_dict
        log_data["time"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        log_data["level"] = record.levelname
        log_data["logger"] = record.name
        log_data["event"] = getattr(record, "event", "message")
        log_data["message"] = record.getMessage()
        log_data.update(getattr(record, "about", {}))
        if record.exc_info:
            log_data["exception"] = self.formatException(record.exc_info)
