"""Who was seen in the messages: every address once, and once with every name that stood beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from infra.importing.mailbox.addresses import Person


@dataclass(frozen=True, slots=True)
class Seen:
    """Where somebody was seen first, by the time of the message; None if all that show them tell no time."""

    place: str
    time: datetime | None


class Contacts:
    """Keeps the earliest message that shows somebody, so that the order of the messages does not matter."""

    def __init__(self) -> None:
        self._seen: dict[Person, Seen] = {}

    def note(self, people: Iterable[Person], place: str, time: datetime | None) -> None:
        """A message shows these people."""
        for person in people:
            for one in {Person(person.address, None), person}:
                before = self._seen.get(one)
                if before is None or (time is not None and (before.time is None or time < before.time)):
                    self._seen[one] = Seen(place, time)

    def __iter__(self) -> Iterator[tuple[Person, Seen]]:
        """Everybody who was seen, without a name and with each name."""
        return iter(self._seen.items())
