"""People as cards, vCard 3.0, which every program reads."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import vobject
from vobject.base import Component, ContentLine
from vobject.vcard import Address, Name

from infra.importing.cards.writing import OWN_UID

_WORDS = re.compile(r"[A-Za-z0-9-]+( [A-Za-z0-9-]+)*", re.ASCII)
_CUSTOM = {"birthday": "bday", "note": "note"}

Row = Mapping[str, Any]


@dataclass(slots=True)
class Person:
    """What the tables show of a person; `who` is their row of personal.contact."""

    who: Row
    emails: list[Row] = field(default_factory=list)
    phones: list[Row] = field(default_factory=list)
    addresses: list[Row] = field(default_factory=list)
    profiles: list[Row] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of the person but that there is one."""
        return not (self.who["name"] or self.emails or self.phones or self.addresses or self.profiles)


def as_card(person: Person) -> str:
    """The card of a person. Read again here, it is the same person's."""
    card = vobject.vCard()
    id_: UUID = person.who["contact_id"]
    name = person.who["name"] or next((one["email"] for one in person.emails), "")
    card.add("uid").value = f"{OWN_UID}{id_}"
    card.add("fn").value = _plain(name)
    card.add("n").value = Name(family=_plain(name))
    for one in person.emails:
        _labelled(card, "email", one["email"], one["label"], preferred=one["is_primary"])
    for one in person.phones:
        _labelled(card, "tel", one["phone"], one["label"], preferred=one["is_primary"])
    for one in person.addresses:
        parts = {ours: _plain(one[theirs] or "") for ours, theirs in _ADDRESS.items()}
        _labelled(card, "adr", Address(**parts), one["label"])
    for one in person.profiles:
        if one["network"] == "web":
            card.add("url").value = _plain(one["profile"])
        else:
            _labelled(card, "x-socialprofile", one["profile"], one["network"])
    if person.who["job_title"]:
        card.add("title").value = _plain(person.who["job_title"])
    _add_custom(card, person.who["custom"])
    text: str = card.serialize(validate=False)
    return text


_ADDRESS = {"street": "street", "city": "city", "region": "region", "code": "postal_code", "country": "country"}


def _add_custom(card: Component, custom: str | None) -> None:
    """What an import of cards keeps as custom fields, where it came from."""
    values: dict[str, Any] = json.loads(custom) if custom else {}
    for ours, theirs in _CUSTOM.items():
        if isinstance(values.get(ours), str):
            card.add(theirs).value = _plain(values[ours])
    if isinstance(values.get("organisation"), str):
        card.add("org").value = _plain(values["organisation"]).split("; ")


def _labelled(card: Component, name: str, value: Any, label: str | None, *, preferred: bool = False) -> None:
    line: ContentLine = card.add(name)
    line.value = _plain(value) if isinstance(value, str) else value
    types = label.split() if label and _WORDS.fullmatch(label) else []
    types += ["pref"] if preferred else []
    if types:
        line.type_paramlist = types
    if label and not _WORDS.fullmatch(label):
        # A parameter holds no such words; this is how programs write a label of one's own.
        line.group = f"item{len(list(card.lines()))}"
        own = card.add("x-ablabel")
        own.group, own.value = line.group, _plain(label)


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


def as_cards(people: Sequence[Person]) -> str:
    """All cards, one behind the other, those of people of whom nothing is known left out."""
    return "".join(as_card(person) for person in people if not person.is_empty)
