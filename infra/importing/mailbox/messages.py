"""A mailbox as the messages that an import takes: e-mails first, then who was seen in them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from consumers.ingest.run import Message
from domain.shared.errors import InvalidInput
from infra.importing.mailbox.contacts import Contacts
from infra.importing.mailbox.events import Writer
from infra.importing.mailbox.found import Found
from infra.importing.mailbox.kept import How, kept, parted
from infra.importing.mailbox.mail import read_mail
from infra.importing.mailbox.own import Own

Digest = Callable[[bytes], str]
Now = Callable[[], datetime]


class MailMessages:
    """What was found, as events. `read` counts it; `now` tells which dates lie in the future."""

    def __init__(self, writer: Writer, now: Now) -> None:
        self._writer = writer
        self._now = now
        self._contacts = Contacts()
        self.read = 0

    def messages(self, found: Iterable[Found]) -> Iterator[Message]:
        """An event for each e-mail; a fault for what is none; and at the end the contacts."""
        for one in found:
            self.read += 1
            yield self._message(one)
        for person, seen in self._contacts:
            yield Message(seen.place, self._writer.address(person, seen.time))

    def _message(self, found: Found) -> Message:
        if found.fault is not None:
            return self._refused(found, found.fault)
        try:
            mail = read_mail(found.raw, self._now())
            event = self._writer.email(mail)
        except InvalidInput as error:
            return self._refused(found, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, no message stops those behind it
            reason = f"this program failed at it ({type(error).__name__}), which is a mistake of ours: report it"
            return self._refused(found, InvalidInput(reason))
        people = [person for person in (*mail.senders, *mail.recipients) if person.address not in self._writer.own]
        self._contacts.note(people, found.place, mail.sent_at)
        return Message(found.place, event)

    def _refused(self, found: Found, fault: InvalidInput) -> Message:
        # Where there are no bytes, the place tells two of them apart.
        raw = found.raw or f"Nothing was read at: {found.place}\n".encode()
        how = How(self._writer.source, self._writer.own.given)
        return Message(found.place, kept(raw, how), fault, self._writer.source)


def read_again(place: str, dead: bytes, digest: Digest, now: Now) -> Sequence[Message]:
    """A dead letter as what it is to be tried again as: a message of a mailbox as its events, any other as it is."""
    mail = parted(dead)
    if mail is None:
        return [Message(place, dead)]
    how, raw = mail
    reader = MailMessages(Writer(how.source, Own(how.own), digest), now)
    return list(reader.messages([Found(place, raw)]))
