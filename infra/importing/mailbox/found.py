"""A message as it lies in a mailbox, before anything of it was read."""

from dataclasses import dataclass

from domain.shared.errors import InvalidInput

MAX_BYTES = 16 * 1024 * 1024  # of one message: text stands before what is attached to it, so that no more is needed


@dataclass(frozen=True, slots=True)
class Found:
    """Where a message lies, and its bytes, cut off at MAX_BYTES; or what is wrong with what lies there.

    A place tells of a file in a folder or an archive by its number: names of such files are subjects of mails at
    times, and places stand open in the log.
    """

    place: str
    raw: bytes
    fault: InvalidInput | None = None
