"""What a message and the people in it are as CloudEvents."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from infra.importing.mailbox.addresses import Person
from infra.importing.mailbox.mail import Mail
from infra.importing.mailbox.own import Own

# Where a message tells no time at all. It orders, and no day and no duration rests on it.
STAND_IN = "1970-01-01T00:00:00Z"
_MOST_CONTACTS = 1_000
_MOST_REFERENCES = 1_000

_encode = msgspec.json.Encoder().encode


class Writer:
    """Writes the events of one source.

    `digest` makes ids; it is keyed, so that nobody can guess from an id who wrote to whom. What tells a message from
    others goes into it, so that a message has the same id wherever and in whatever order it is found.
    """

    def __init__(self, source: str, own: Own, digest: Callable[[bytes], str]) -> None:
        self.source = source
        self.own = own
        self._digest = digest

    def email(self, mail: Mail) -> bytes:
        """The e-mail, sent or received."""
        ours = [person for person in mail.senders if person.address in self.own]
        people = [*mail.recipients, *mail.senders] if ours else [*mail.senders, *mail.recipients]
        addresses = dict.fromkeys(person.address for person in people if person.address not in self.own)
        data: dict[str, Any] = {
            "subject_line": mail.subject,
            "body": mail.text,
            "contacts": [f"contact:mail:{address}" for address in addresses][:_MOST_CONTACTS],
            "agent": next((person.name for person in ours if person.name), None),
            "message": _message(mail.message_id),
            "in_reply_to": _message(mail.in_reply_to),
            "references": [_message(one) for one in mail.references[-_MOST_REFERENCES:]],
        }
        key = self._digest(b"mail\x00" + mail.content)
        kind = "email_sent" if ours else "email_received"
        return self._event(f"activity.{kind}", f"mail:{key}", f"activity:{self.source}:{key}", mail.sent_at, data)

    def address(self, person: Person, seen_at: datetime | None) -> bytes:
        """That somebody can be reached at an address, or has the name that stands beside it."""
        subject = f"contact:mail:{person.address}"
        said = f"{person.address}\x00{person.name or ''}".encode()
        if person.name is None:
            id_ = f"mail-address:{self._digest(b'mail-address' + said)}"
            return self._event("contact.email_added", id_, subject, seen_at, {"email": person.address})
        id_ = f"mail-name:{self._digest(b'mail-name' + said)}"
        return self._event("contact.name_corrected", id_, subject, seen_at, {"name": person.name})

    def _event(self, kind: str, id_: str, subject: str, time: datetime | None, data: dict[str, Any]) -> bytes:
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": id_,
            "source": self.source,
            "type": f"crm.{kind}.v1",
            "subject": subject,
            "time": STAND_IN if time is None else time.isoformat(),
            "data": {name: value for name, value in data.items() if value},
        }
        if time is None:
            event["timeprecision"] = "unknown"
        return _encode(event)


def _message(id_: str | None) -> str | None:
    return None if id_ is None else f"message:mail:{id_}"
