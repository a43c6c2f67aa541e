"""Cards as CloudEvents: the contact, and an event for each way to reach them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from domain.shared.errors import InvalidInput
from domain.shared.references import ID_SOURCE, normal_reference
from infra.importing.cards.card import Card, Way
from infra.importing.keys import Digest, key_of

# Where a card does not say when it was changed last. It orders, and no day and no duration rests on it.
STAND_IN = "1970-01-01T00:00:00Z"
OWN_UID = "urn:x-rapport:contact:"
_OWN = re.compile(re.escape(OWN_UID) + "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_NUMBER = re.compile(r"tel:|[()\u00a0\s]+", re.IGNORECASE)
_EXTENSION = re.compile(r"[;,]\s*(?:ext=?\.?|x)\s*", re.IGNORECASE)
_encode = msgspec.json.Encoder().encode
_canonical = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the events of one source. `digest` makes ids; it is keyed, so that an id tells nothing of a card."""

    source: str
    digest: Digest

    def events(self, card: Card) -> Iterator[bytes]:
        """The events of a card. Raises InvalidInput, before the first, for one that is nobody's."""
        key, subject = self._person(card)
        said = {"name": card.name, "job_title": card.job_title, "custom": card.custom}
        yield self._event(subject, f"card:{key}:added", "added", card.revised, 0, said)
        for nth, (action, data) in enumerate(_ways(card), 1):
            known = self.digest(_canonical([action, sorted((name, value) for name, value in data.items() if value)]))
            yield self._event(subject, f"card:{key}:{known}", action, card.revised, nth, data)

    def _person(self, card: Card) -> tuple[str, str]:
        """The key of a card's events, and the contact: by the card's identifier, an address, or what it says."""
        if own := _OWN.fullmatch(card.uid):  # who was exported from here is who they were
            return own[1], f"contact:{ID_SOURCE}:{own[1]}"
        if card.uid:
            key = key_of(card.uid, self.digest)
            return key, f"contact:{self.source}:{key}"
        for email in sorted(card.emails, key=lambda way: not way.preferred):
            try:
                subject = normal_reference(f"contact:mail:{_address(email.value)}", "contact")
            except InvalidInput:
                continue
            return self.digest(b"card" + subject.encode()), subject
        numbers = sorted(_number(phone.value) for phone in card.phones)
        if not (card.name or numbers):
            raise InvalidInput("it tells of nobody: it has no identifier, no name, no address and no number")
        key = self.digest(_canonical(["card", card.name, numbers]))
        return key, f"contact:{self.source}:card-{key}"

    def _event(
        self, subject: str, id_: str, action: str, time: datetime | None, nth: int, data: dict[str, Any]
    ) -> bytes:
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": id_,
            "source": self.source,
            "type": f"crm.contact.{action}.v1",
            "subject": subject,
            "time": STAND_IN if time is None else time.isoformat(),
            "sequence": nth,
            "data": {name: value for name, value in data.items() if value},
        }
        if time is None:
            event["timeprecision"] = "unknown"
        return _encode(event)


def _ways(card: Card) -> list[tuple[str, dict[str, Any]]]:
    """What is to be said of a card beside whose it is, as action and data."""
    return [
        *(("email_added", {"email": _address(w.value), "label": w.label}) for w in _preferred_last(card.emails)),
        *(("phone_added", {"phone": _number(w.value), "label": w.label}) for w in _preferred_last(card.phones)),
        *(("postal_address_added", {"label": one.label, **one.parts}) for one in card.addresses),
        *(("social_profile_added", {"network": net, "profile": name}) for net, name in card.profiles),
    ]


def _preferred_last(ways: list[Way]) -> list[Way]:
    """Each value once, the preferred one at the end: what is stated last is the one that is shown."""
    each: dict[str, Way] = {}
    for way in ways:
        each.setdefault(way.value, way)
    return sorted(each.values(), key=lambda way: way.preferred)


def _address(text: str) -> str:
    return text[7:].strip() if text.lower().startswith("mailto:") else text


def _number(text: str) -> str:
    """A number without brackets, which may not stand at its beginning, and with its extension as people write it."""
    return _EXTENSION.sub(" x", " ".join(_NUMBER.sub(" ", text).split()))
