"""The people of an entry: who organises it and who is to come, by their addresses."""

from dataclasses import dataclass
from typing import Any

from domain.shared.fields import MAX_NAME
from infra.importing.calendars.entries import Entry
from infra.importing.mailbox.addresses import Person
from infra.importing.mailbox.own import Own

_NOT_PEOPLE = {"RESOURCE", "ROOM"}
_LONGEST_ADDRESS = 320  # 64 before the @, 255 behind it


@dataclass(frozen=True, slots=True)
class People:
    """Who organises an entry, if it says so, and everybody in it, each once, the organiser first."""

    organiser: Person | None
    everybody: tuple[Person, ...]

    def ours(self, own: Own) -> list[str]:
        """The names of those who are of us; an address where somebody has no name."""
        return [person.name or person.address for person in self.everybody if person.address in own]

    def others(self, own: Own) -> list[Person]:
        """Those who are not of us."""
        return [person for person in self.everybody if person.address not in own]


def people_of(entry: Entry) -> People:
    """The people of an entry; rooms and what has no e-mail address are left out."""
    organiser = next(filter(None, map(_person, entry.all("ORGANIZER"))), None)
    found = {organiser.address: organiser} if organiser else {}
    for person in filter(None, map(_person, entry.all("ATTENDEE"))):
        known = found.setdefault(person.address, person)
        if known.name is None and person.name is not None:
            found[person.address] = person
    return People(organiser and found[organiser.address], tuple(found.values()))


def _person(value: Any) -> Person | None:
    scheme, colon, rest = str(value).strip().partition(":")
    address = (rest if colon and scheme.lower() == "mailto" else str(value)).strip().lower()
    parameters = getattr(value, "params", {})
    before, at, behind = address.rpartition("@")
    if (
        not (at and before and behind)
        or len(address) > _LONGEST_ADDRESS
        or any(c.isspace() or c in "\x00@" for c in before + behind)
    ):
        return None
    if str(parameters.get("CUTYPE", "")).upper() in _NOT_PEOPLE:
        return None
    name = str(parameters.get("CN", "")).strip("'\" \x00")[:MAX_NAME].strip()
    return Person(address, name if name and "\x00" not in name and name.lower() != address else None)
