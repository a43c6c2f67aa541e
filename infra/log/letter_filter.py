"""Which dead letters are meant: by reason, field, source, origin or age, and by what they are grouped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class By(StrEnum):
    """What dead letters have in common. Those with one reason are apart by the field that hurt, too."""

    REASON = "reason"
    FIELD = "field"
    SOURCE = "source"
    ORIGIN = "origin"


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Dead letters that match all that is given.

    `reason` is a part of the reason, letters' case included; `field`, `source` and `origin` are meant whole; `since`
    is when they came at the earliest.
    """

    reason: str | None = None
    field: str | None = None
    source: str | None = None
    origin: str | None = None
    since: datetime | None = None

    def condition(self) -> tuple[str, dict[str, Any]]:
        """What to put behind the WHERE of a query on `dead_letter AS d`, and its parameters."""
        given = {name: value for name in _CONDITIONS if (value := getattr(self, name)) is not None}
        return "".join(f" AND {_CONDITIONS[name]}" for name in given), {f"only_{n}": v for n, v in given.items()}


ANY = LetterFilter()

# Taking a text out of another changes it where it stands in there: the same on both databases, without patterns.
_CONDITIONS = {
    "reason": "replace(d.reason, :only_reason, '') <> d.reason",
    "field": "d.field = :only_field",
    "source": "d.source = :only_source",
    "origin": "d.origin = :only_origin",
    "since": "d.received_at >= :only_since",
}


def group_columns(by: Sequence[By]) -> list[str]:
    """The columns to group by."""
    wanted = [*by, *([By.FIELD] if By.REASON in by else [])]
    return list(dict.fromkeys(one.value for one in wanted))
