"""Small charts made of text."""

from collections.abc import Sequence
from decimal import Decimal

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEVELS = "▁▂▃▄▅▆▇█"

Number = int | float | Decimal


def bar(value: Number | None, largest: Number | None, width: int = 20) -> str:
    """A bar whose length is the value's share of the largest one; nothing for nothing."""
    if not value or not largest or value < 0:
        return ""
    eighths = round(width * 8 * float(value) / float(largest))
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).strip() or _EIGHTHS[1]


def sparkline(values: Sequence[Number | None]) -> str:
    """A line of small bars, one for each value, from zero to the largest; a gap where there is no value."""
    largest = max((float(value) for value in values if value is not None), default=0)
    return "".join(" " if value is None else _level(float(value), largest) for value in values)


def _level(value: float, largest: float) -> str:
    return _LEVELS[round(max(0.0, value) / largest * (len(_LEVELS) - 1))] if largest > 0 else _LEVELS[0]
