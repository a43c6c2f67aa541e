"""A message among the dead letters: its bytes behind one line that says how they were to be read.

So it can be looked at, mended, and tried again after a fix.
"""

from collections.abc import Sequence

import msgspec

MARK = b"Rapport-Mail: "  # a header like those that every station on a message's way puts before it


class How(msgspec.Struct, frozen=True):
    """What an import was told: the source, and whose senders are ours."""

    source: str
    own: Sequence[str] = ()


def kept(raw: bytes, how: How) -> bytes:
    """The message as dead letters keep it."""
    return MARK + msgspec.json.encode(how) + b"\n" + raw


def parted(dead: bytes) -> tuple[How, bytes] | None:
    """What `kept` was given; None for any other dead letter."""
    if not dead.startswith(MARK):
        return None
    line, _, raw = dead.removeprefix(MARK).partition(b"\n")
    try:
        return msgspec.json.decode(line, type=How), raw
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
