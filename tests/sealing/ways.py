"""Every way in by which personal data reach the program. Whoever adds a way in adds it to WAYS."""

import csv
import io
import json
import os
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from domain.catalog import EVENT_TYPES, EventType
from domain.examples import example_data
from domain.shared.marks import marks_of
from infra.bootstrap import Rapport
from infra.services import kafka
from infra.settings import read_settings
from tests.kafka.ingesting import Topics, ingesting, settings_of
from tests.project.given import Program
from tests.sealing.traces import Secret

Printed = list[tuple[str, bytes]]
STRUCTURED = (("content-type", b"application/cloudevents+json"),)


class Sender:
    """Sends one secret one way, and keeps all that was printed on the way."""

    def __init__(self, program: Program, folder: Path, secret: Secret) -> None:
        self.program = program
        self.secret = secret
        self.printed: Printed = []
        self._folder = folder

    def run(self, *words: str, exit_codes: tuple[int, ...] = (0,)) -> str:
        """A command; returns what it wrote to stdout."""
        done = self.program(*words)
        assert done.exit_code in exit_codes, (done.exit_code, done.output, done.exception)
        self._keep(words, done.stdout.encode() + done.stderr.encode())
        return done.stdout

    def pipe(self, content: bytes, *words: str) -> None:
        """A command of which stdin is a pipe."""
        process = self.program.start(*words, stdin=self.file("piped", content).open("rb"))
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        self._keep(words, out.encode() + err.encode())

    def file(self, name: str, content: bytes) -> Path:
        """A file outside of RAPPORT_HOME."""
        path = self._folder / f"{self.secret.way}-{name}"
        path.write_bytes(content)
        return path

    def ingest(self, *lines: bytes, exit_codes: tuple[int, ...] = (0,)) -> None:
        """`rapport ingest` of a file with these lines."""
        self.run("ingest", str(self.file("in.jsonl", b"\n".join(lines))), exit_codes=exit_codes)

    def event(self, type_: str, subject: str, **data: Any) -> dict[str, Any]:
        """A CloudEvent."""
        id_ = f"{self.secret.way}-{type_}-{len(json.dumps(data))}"
        envelope = {"specversion": "1.0", "id": id_, "source": "test", "time": "2026-01-05T10:00:00Z"}
        return {**envelope, "type": f"crm.{type_}.v1", "subject": subject, "data": data}

    def whole(self, event_type: EventType) -> dict[str, Any]:
        """An event of a type in which every personal field, and a custom one, holds the secret."""
        data = example_data(event_type)
        special = {"email": self.secret.mail, "phone": self.secret.phone}
        for name in marks_of(event_type.model).personal - {"custom"}:
            data[name] = special.get(name, f"Dear {self.secret.word}, hello")
        data["custom"] = {f"field {n}": value for n, value in enumerate((self.secret.word, self.secret.mail))}
        if "contacts" in data:
            data["contacts"] = [f"contact:mail:{self.secret.mail}", f"contact:phone:{self.secret.phone}"]
        message = f"message:mail:<7.{self.secret.mail}>"
        if "references" in data:
            data |= {"message": message, "in_reply_to": message, "references": [message]}
        if "thread" in data:
            data["thread"] = message.replace("message", "thread", 1)
        own = f"contact:mail:{self.secret.mail}" if event_type.area == "contact" else None
        subject = own or f"{event_type.area}:test:{self.secret.way}-{event_type.action}"
        return self.event(f"{event_type.area}.{event_type.action}", subject, **data)

    def _keep(self, words: tuple[str, ...], printed: bytes) -> None:
        # What a person typed, and what names a file, may be repeated to them.
        self.printed.append((f"what `rapport {words[0]}` printed", printed))


def every_type(sender: Sender) -> None:
    """A file with an event of every type."""
    sender.ingest(*(json.dumps(sender.whole(one), ensure_ascii=False).encode() for one in EVENT_TYPES))


def stdin(sender: Sender) -> None:
    """The same from a pipe, escaped as JSON can be."""
    sender.pipe(b"\n".join(json.dumps(sender.whole(one)).encode() for one in EVENT_TYPES), "ingest", "-")


def imported(sender: Sender) -> None:
    """A CSV file with a ready map."""
    text, secret = io.StringIO(), sender.secret
    rows = csv.writer(text)
    rows.writerow(["id", "name", "email", "phone", "job_title", "created"])
    rows.writerow(["7", secret.word, secret.mail, secret.phone, f"Head of {secret.word}", "2026-01-05"])
    rows.writerow(["", secret.word, secret.mail, secret.phone, secret.word, "not a date"])
    path = sender.file("people.csv", text.getvalue().encode())
    sender.run("import", str(path), "--map", "contacts", "--source", "crm", exit_codes=(0, 3))


def mailbox(sender: Sender) -> None:
    """Mails, received and sent, in a folder of files that are named after them; among them what can't be used."""
    word, mail, plain = sender.secret.word, sender.secret.mail, sender.secret.ascii
    encoded = f"=?utf-8?b?{b64encode(word.encode()).decode()}?="
    dated = "Date: Mon, 5 Jan 2026 10:00:00 +0000"
    them, us = f"{encoded} <{mail}>", "Us <us@firm.example>"
    answer = f"From: {us}\nTo: {them}\n{dated}\nIn-Reply-To: <1.{mail}>\nReferences: <{plain}@x> <1.{mail}>"
    html = f"Content-Type: text/html; charset=utf-8\n\n<p>Dear {word}, <a href='mailto:{mail}'>hello</a>"
    mails = {
        "received": f"From: {them}\nTo: {us}\n{dated}\nSubject: {encoded}\nMessage-ID: <1.{mail}>\n\nI am {word}\n",
        "sent": f"{answer}\n{html}",
        "again": f"{answer}\n{html}",
        "odd": f'From: {word}\nTo: "{word}" <{mail}>, {plain}\nDate: {word}\nReferences: {mail} {plain}\n\n{word}',
        "none": f"{word} <{mail}>\n\n{word}",
        "broken": f"X: {word}\nSubject: {word}\nContent-Type: text/plain; charset={plain}\n\n{mail}",
    }
    folder = sender.file("mails", b"").with_suffix(".folder")
    folder.mkdir()
    for name, content in mails.items():
        (folder / f"{name} {word} {mail}").write_text(content)
    arguments = ("import", str(folder), "--source", "post", "--own", "firm.example")
    for _ in range(2):
        sender.run(*arguments, exit_codes=(3,))
    sender.run("dead-letters", "list", "--format", "json")
    sender.run("dead-letters", "retry", "--all", exit_codes=(3,))


def commands(sender: Sender) -> None:
    """Commands, a repeat of one, and refused ones."""
    secret = sender.secret
    contact = ("--contact", f"contact:mail:{secret.mail}")
    add = ("do", "add-contact", *contact, "--name", secret.word, "--email", secret.mail, "--id", "add-1")
    for _ in range(2):
        sender.run(*add)
    sender.run("do", "take-note", "--contacts", contact[1], "--text", f"Met {secret.word}")
    sender.run("do", "add-contact-email", *contact, "--email", secret.mail, exit_codes=(1,))
    sender.run("do", "add-contact-phone", *contact, "--phone", secret.word, exit_codes=(1, 2))


def unusable(sender: Sender) -> list[bytes]:
    """Messages that can't be used, of every kind."""
    word, mail = sender.secret.word, sender.secret.mail
    event = sender.event
    plain = sender.secret.ascii
    events: list[Any] = [
        event("contact.added", "contact:x:1", name={"a": word}, email=word, phone=mail),
        event("contact.added", "contact:x:1", **{word: mail}),
        event("contact.added", "contact:x:1", custom={word: [mail], mail: {"x": word}}),
        event("contact.added", word),
        event("contact.added", f"{plain}:crm:1"),
        event("activity.note_taken", "activity:x:1", text=word, contacts=[mail, f"{plain}: {mail}", word]),
        event("deal.opened", "deal:x:1", title="x", amount=word, currency=plain, owner={"x": mail}),
        event("deal.lost", "deal:x:1", explanation=[word], reason=5),
        {**event("contact.added", "contact:x:1"), "time": word},
        {**event("contact.added", "contact:x:1"), "tenant": plain},
        {**event("contact.added", "contact:x:1"), "sequence": word, "id": [mail]},
        {**event("contact.added", "contact:x:1"), "type": word},
        {**event("contact.added", "contact:x:1"), "type": plain},
        {**event("contact.added", "contact:x:1"), "timeprecision": word, "specversion": mail},
        {mail: word, "data": {"who": mail}},
        [word, mail],
        word,
    ]
    lines = [json.dumps(one, ensure_ascii=False).encode() for one in events]
    lines += [
        b'{"name": "' + word.encode(),
        b"\xff\xfe\x00" + word.encode("utf-16-le").replace(b"\n", b""),
        b"\x80\x81" + word.encode() + b"\x00" + mail.encode(),
        f'{{"{mail}": 1, "{mail}": 2}}'.encode(),
        f'{{"name": {word}}}'.encode(),
        word.encode("latin-1"),
    ]
    return lines


def dead_letters(sender: Sender) -> None:
    """A file with what can't be used."""
    sender.ingest(*unusable(sender), exit_codes=(3,))
    sender.run("dead-letters", "list", "--format", "json")
    sender.run("dead-letters", "list", "--by", "reason")
    sender.run("dead-letters", "retry", "--all", exit_codes=(3,))


def alerts(sender: Sender) -> None:
    """An id that was used for something else."""
    first = sender.event("contact.added", "contact:test:alert", name="Ann")
    other = {**first, "data": {"name": sender.secret.word, "email": sender.secret.mail}}
    sender.ingest(json.dumps(first).encode(), json.dumps(other).encode(), exit_codes=(3,))


def mended(sender: Sender) -> None:
    """A dead letter that is mended and tried again."""
    broken = sender.event("contact.added", f"contact:mail:{sender.secret.mail}", name=sender.secret.word, emial="x")
    sender.ingest(json.dumps(broken).encode(), exit_codes=(3,))
    letters = json.loads(sender.run("dead-letters", "list", "--format", "json"))
    letter = next(one["id"] for one in letters if one["place"].startswith(f"{sender.secret.way}-"))
    whole = {**broken, "data": {"name": sender.secret.word, "email": sender.secret.mail}}
    sender.run("dead-letters", "retry", letter, "--with", str(sender.file("mended", json.dumps(whole).encode())))


def topics(sender: Sender) -> None:
    """Topics: events of every type in both modes, and what can't be used, with log lines as JSON."""
    servers = os.environ.get("RAPPORT_TEST_KAFKA") or kafka.start()
    settings = read_settings()
    with Topics(servers) as them, Rapport(settings) as rapport:
        for one in EVENT_TYPES:
            whole = sender.whole(one)
            them.send(one.area, json.dumps(whole).encode(), STRUCTURED)
            content = json.dumps(whole.pop("data")).encode()
            headers = [
                (f"ce_{name}", str(value).encode()) for name, value in {**whole, "id": f"{whole['id']}-b"}.items()
            ]
            them.send(one.area, content, [("content-type", b"application/json"), *headers])
        for line in unusable(sender):
            them.send("contact", line, STRUCTURED)
            them.send("contact", line, [("content-type", b"application/json"), ("ce_type", line)])
        them.flush()
        shell = settings_of(them, sender.program.home, settings.store.get_secret_value(), LOG_FORMAT="json")
        with ingesting(shell, sender.file("said", b"")) as process:
            process.until(lambda: _read_of(rapport, them) == them.sent.total())
            assert process.stop() == 0
        sender.printed.append(("what `rapport run ingest` printed", process.said.encode()))


def _read_of(rapport: Rapport, them: Topics) -> int:
    """How many messages of the topics were read."""
    return sum(one.next for one in rapport.log.read_up_to(rapport.settings.tenant, them.group))


WAYS: Mapping[str, Callable[[Sender], None]] = {
    "file": every_type,
    "stdin": stdin,
    "import": imported,
    "mailbox": mailbox,
    "do": commands,
    "dead": dead_letters,
    "alert": alerts,
    "mended": mended,
    "topic": topics,
}
# By these, something comes that is personal and can be used; its tables must show it.
USABLE = ("file", "stdin", "import", "mailbox", "do", "mended", "topic")
