"""The headers of a message or of a part of one: their values, the ids in them, and when it was sent."""

import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parsedate_tz
from hashlib import sha256

from infra.importing.mailbox.text import clean, unfolded

_LONGEST = 2_000  # characters of a header that says how a part is written
_LONGEST_ID = 400
_FIRST_YEAR = 1980  # before there were messages of this form
_AHEAD = timedelta(days=1)  # a message may be written a little after it was received, by clocks that differ
_IDS = re.compile(r"<([^<>]+)>")
_STRAY_LINE = re.compile(rb"^(?=[^\s])(?![!-9;-~]+:)", re.MULTILINE)  # most are the rest of the line before
_parse = BytesHeaderParser(policy=compat32).parsebytes  # the default policy takes ten times as long


class Headers:
    """Headers by name in small letters, each with all its values as they were written."""

    def __init__(self, head: bytes) -> None:
        self._values: dict[str, list[str]] = defaultdict(list)
        parsed = _parse(head)
        if parsed.defects and len(parsed):  # the library ends at a line that is no header
            parsed = _parse(_STRAY_LINE.sub(b" ", head))
        for name, value in parsed.raw_items():
            self._values[name.lower()].append(str(value))

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def all(self, name: str) -> list[str]:
        """All values of a header, raw."""
        return self._values.get(name, [])

    def first(self, name: str) -> str:
        """The first value, unfolded; empty if there is none."""
        values = self._values.get(name)
        return unfolded(values[0]) if values else ""

    def of_content(self) -> Message:
        """What they say of how the content is written, as the library reads it."""
        part = Message(policy=compat32)
        for name in ("content-type", "content-transfer-encoding", "content-disposition"):
            if name in self._values:
                part[name] = self._values[name][0][:_LONGEST]
        return part


def ids_in(values: list[str]) -> list[str]:
    """The message ids in the values of a header, each once, in their order.

    They stand in angle brackets, among all kinds of words in old messages; where there are no brackets at all, it is
    words with an @ and nothing else.
    """
    text = " ".join(unfolded(value) for value in values)
    words = text.split()
    found = _IDS.findall(text) or (words if all("@" in word for word in words) else [])
    return list(dict.fromkeys(known for one in found if (known := _id(one))))


def _id(text: str) -> str:
    """An id as it can be a reference's key; an endless one by its hash, so that it still is the same everywhere."""
    known = " ".join(clean(text).split())
    return known if len(known.lower()) <= _LONGEST_ID else sha256(known.encode()).hexdigest()


def sent_at(headers: Headers, now: datetime) -> datetime | None:
    """When a message was sent, by its Date; where that is missing, broken or absurd, when it was received.

    Absurd is a date before 1980, or more than a day after it was received (or, if nobody tells that, after now).
    """
    latest = now + _AHEAD
    stamps = (_moment(unfolded(value).rpartition(";")[2], latest) for value in headers.all("received"))
    received = next((stamp for stamp in stamps if stamp), None)
    return _moment(headers.first("date"), received + _AHEAD if received else latest) or received


def _moment(text: str, latest: datetime) -> datetime | None:
    """The time that a date of a message tells, unless it is absurd. One without a known zone is in UTC (RFC 5322)."""
    try:
        parsed = parsedate_tz(text[:200])
        if parsed is None:
            return None
        year, month, day, hour, minute, second = parsed[:6]
        zone = timezone(timedelta(seconds=parsed[9])) if parsed[9] else UTC
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.year >= _FIRST_YEAR and moment <= latest else None
