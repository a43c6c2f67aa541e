"""Reading messages whose headers have names that are not UTF-8. Brokers take such names, and C clients can send them.

kafka-python 3.0.12 takes one for a broken disk, so that a single message would stop a partition for good.
"""

from typing import Any

from kafka.record import memory_records
from kafka.record.default_records import DefaultRecordBatch


def forgive_header_names() -> None:
    """From now on the library reads such names, with a replacement character for what is not UTF-8."""
    memory_records.DefaultRecordBatch = _ForgivingBatch


class _ForgivingBatch(DefaultRecordBatch):  # type: ignore[misc] # the library has no types
    """The library's batch, which reads a message that it can't read once more and less strictly."""

    def _read_msg(self, *args: Any) -> Any:
        try:
            return super()._read_msg(*args)
        except UnicodeDecodeError:
            strict: Any = self._buffer
            self._buffer: Any = _Replacing(strict)
            try:
                return super()._read_msg(*args)
            finally:
                self._buffer = strict


class _Replacing:
    """The bytes of a batch, whose parts decode whatever they hold."""

    def __init__(self, buffer: Any) -> None:
        self._buffer = buffer

    def __getitem__(self, place: Any) -> Any:
        part = self._buffer[place]
        return _Text(part) if isinstance(place, slice) else part


class _Text(bytes):
    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        """The text, with a replacement character for each byte that is none."""
        del errors
        return super().decode(encoding, "replace")
