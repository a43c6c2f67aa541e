"""What was found of an event's values when it came in: which are doubtful, and how others would be written."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value that may not be what its field calls for. `doubt` is a code, such as not_a_possible_number."""

    field: str
    doubt: str


@dataclass(frozen=True, slots=True)
class Quality:
    """The doubts, and (field, value) for personal fields whose normal form is not the value that was given.

    A normal form that is empty says that the value has none. What was given stays as it is, whatever stands here.
    """

    doubts: tuple[Doubt, ...] = ()
    normal: tuple[tuple[str, str], ...] = ()


UNDOUBTED = Quality()
