"""Made-up mails, mailboxes of them, and the whole way from those to events."""

import io
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from consumers.ingest.edge import Edge
from consumers.ingest.messages import TakesMessages
from consumers.ingest.rehearsal import Rehearsal, as_cloud_event
from consumers.ingest.run import Ingest, Message, Summary
from domain.shared.envelope import Envelope
from infra.importing.mailbox.events import Writer
from infra.importing.mailbox.finding import find_messages
from infra.importing.mailbox.messages import MailMessages
from infra.importing.mailbox.own import Own
from tests.importing.given import digest
from tests.ingest.given import NOW, edge

ANN, BO, CY = "ann@buyer.example", "bo@firm.example", "cy@other.example"
FIRST = {
    "Message-ID": "<1@buyer.example>",
    "Date": "Mon, 06 May 2024 10:00:00 +0200",
    "From": f"Ann Berg <{ANN}>",
    "To": f"Bo <{BO}>",
    "Subject": "An offer",
}
MAIL = "crm.activity.email_received.v1"
SENT = "crm.activity.email_sent.v1"
EMAIL = "crm.contact.email_added.v1"
NAME = "crm.contact.name_corrected.v1"


def mail(body: str | bytes = "Hello Bo\n", /, raw: bytes = b"", **changes: str | None) -> bytes:
    """A mail like the first, with some headers changed or (None) left out; `raw` is put before its headers."""
    return with_headers({name.replace("_", "-"): value for name, value in changes.items()}, body, raw)


def with_headers(changes: Mapping[str, str | None], body: str | bytes = "Hello Bo\n", raw: bytes = b"") -> bytes:
    """The same, with headers by their names."""
    headers = {**FIRST, **changes}
    lines = [f"{name}: {value}\n".encode() for name, value in headers.items() if value is not None]
    return raw + b"".join(lines) + b"\n" + (body.encode() if isinstance(body, str) else body)


def mbox(mails: Iterable[bytes]) -> bytes:
    """An mbox, as programs write one."""
    quoted = (raw.replace(b"\nFrom ", b"\n>From ").rstrip(b"\n") for raw in mails)
    return b"".join(b"From ann Mon May  6 10:00:00 2024\n" + raw + b"\n\n" for raw in quoted)


def tar(path: Path, members: Mapping[str, bytes], mode: str = "w:gz") -> Path:
    """An archive of files."""
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload] # the mode is text here
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


class Imported:
    """An import that ran: its summary, what it handed on, and the events that could be used."""

    def __init__(self, summary: Summary, messages: Sequence[Message], read: int, reader: Edge) -> None:
        self.summary = summary
        self.messages = messages
        self.read = read
        self.envelopes: list[Envelope] = [reader.read(one.raw) for one in messages if one.fault is None]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [as_cloud_event(envelope) for envelope in self.envelopes]

    @property
    def mails(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] in {MAIL, SENT}]

    @property
    def only(self) -> dict[str, Any]:
        """The only e-mail."""
        [found] = self.mails
        return found

    @property
    def contacts(self) -> set[tuple[str, str, str]]:
        """What was learned of contacts: the subject, its address or name, and when."""
        found = [event for event in self.events if event["type"] in {EMAIL, NAME}]
        return {(one["subject"], next(iter(one["data"].values())), one["time"]) for one in found}

    @property
    def said(self) -> list[str]:
        """All that was said, but its order."""
        return sorted(map(repr, self.events))

    @property
    def faults(self) -> list[tuple[str, str]]:
        return [(one.place, one.fault.reason) for one in self.messages if one.fault is not None]


def imported(
    *paths: Path, own: Iterable[str] = (), log: TakesMessages | None = None, now: datetime = NOW, source: str = "post"
) -> Imported:
    """Import mailboxes into a log, or without one as a rehearsal."""
    reader = MailMessages(Writer(source, Own(own), digest), lambda: now.astimezone(UTC))
    messages = list(reader.messages(find_messages(paths)))
    return Imported(Ingest(edge(), log or Rehearsal(), "import").run(messages), messages, reader.read, edge())


def of_one(folder: Path, raw: bytes, own: Iterable[str] = ()) -> Imported:
    """Import one message."""
    path = folder / "one.eml"
    path.write_bytes(raw)
    return imported(path, own=own)
