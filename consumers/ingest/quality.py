"""How good an event's values are: its checked fields are judged on the way into the log, and none is refused.

Every event passes here once, from whatever side it comes, and what was found is stored with it. A later version of the
libraries that judge changes nothing that was stored, and makes no repeat another event.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from domain.shared.envelope import Envelope
from domain.shared.marks import marks_of
from domain.shared.quality import Doubt, Quality


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a value is found to be: its normal form if it has one, and the code of what makes it doubtful."""

    normal: str | None = None
    doubt: str | None = None


# Given what the value should be (email, phone, country, currency) and the value.
Check = Callable[[str, str], Verdict]


def judged(envelope: Envelope, check: Check | None) -> Envelope:
    """The event with what `check` finds of its checked fields; without a check, or such a field, as it is."""
    data = envelope.data
    marks = marks_of(type(data))
    if check is None or not marks.checked:
        return envelope
    doubts: list[Doubt] = []
    normal: list[tuple[str, str]] = []
    for field, as_ in marks.checked:
        value = getattr(data, field)
        if value is None:
            continue
        verdict = check(as_, value)
        if verdict.doubt is not None:
            doubts.append(Doubt(field, verdict.doubt))
        if field in marks.personal and verdict.normal != value:
            normal.append((field, verdict.normal or ""))
    return replace(envelope, quality=Quality(tuple(doubts), tuple(sorted(normal)))) if doubts or normal else envelope
