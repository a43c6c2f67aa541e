"""What a reason must be so that a person understands it."""

import re

# What a program says to its authors: names of classes and types, Python's way to write values, places in the code.
_OF_PYTHON = re.compile(
    r"Traceback|Error\b|Exception|<class|object at 0x|datetime\.|Decimal\(|\bNone\b|\bTrue\b|\bFalse\b|pydantic|msgspec"
    r"|\bb['\"]|\\x[0-9a-f]{2}|File \"|line \d+, in|\bdict\b|\bint\b|\bstr\b|\bbool\b|NoneType|codec|errno|__|\{\}"
)
_LONGEST = 400


def assert_understandable(reason: str, field: str | None) -> None:
    """Fail unless it is one line of words, not too long, that names no part of a program."""
    assert reason
    assert reason.strip() == reason
    assert reason.isprintable(), reason
    assert len(reason) <= _LONGEST, reason
    found = _OF_PYTHON.search(reason)
    assert found is None, f"{found} in: {reason}"
    assert field is None or (field and field.isprintable() and len(field) <= 200), field
