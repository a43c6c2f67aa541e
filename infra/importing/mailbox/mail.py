"""One message, read: who wrote to whom, when, what about, and in answer to what."""

from dataclasses import dataclass
from datetime import datetime

from domain.shared.errors import InvalidInput
from infra.importing.mailbox.addresses import Person, people_in
from infra.importing.mailbox.headers import ids_in, sent_at
from infra.importing.mailbox.mime import text_of, whole
from infra.importing.mailbox.text import decoded

_OF_A_MESSAGE = ("from", "sender", "date", "message-id", "received")
# What a copy keeps that went another way, or lies in another folder.
_KEPT = ("message-id", "date", "from", "sender", "to", "cc", "subject", "in-reply-to", "references")


@dataclass(frozen=True, slots=True)
class Mail:
    """What a message says. `content` is what tells it from every other message, and its copies have it too."""

    message_id: str | None
    in_reply_to: str | None
    references: list[str]
    sent_at: datetime | None
    senders: list[Person]
    recipients: list[Person]
    subject: str | None
    text: str | None
    content: bytes


def read_mail(raw: bytes, now: datetime) -> Mail:
    """The message that bytes are. Raises InvalidInput for what is none."""
    if not raw.strip():
        raise InvalidInput("it is empty")
    message = whole(raw)
    headers = message.headers
    if not any(name in headers for name in _OF_A_MESSAGE):
        raise InvalidInput("it is no message: it has no header From, Date, Message-ID or Received")
    own = next(iter(ids_in(headers.all("message-id"))), None)
    answered = ids_in(headers.all("in-reply-to"))
    # In old messages the address of who is answered stands before the id of what is answered, in brackets too.
    others = [*ids_in(headers.all("references")), *answered]
    said = [" ".join(" ".join(headers.all(name)).split()) for name in _KEPT]
    content = raw[message.begins :].replace(b"\r\n", b"\n").rstrip()
    return Mail(
        message_id=own,
        in_reply_to=answered[-1] if answered else None,
        references=list(dict.fromkeys(others)),
        sent_at=sent_at(headers, now),
        senders=people_in(headers.all("from") or headers.all("sender")),
        recipients=people_in([*headers.all("to"), *headers.all("cc")]),
        subject=decoded(headers.first("subject")) or None,
        text=text_of(raw, message),
        content="\n".join(said).encode("utf-8", "surrogateescape") + b"\n\n" + content,
    )
