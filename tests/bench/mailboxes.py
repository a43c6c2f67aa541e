"""`mailbox`: an mbox into a fresh SQLite log, with the people and the threads in it, as `rapport import` takes it.

Beside it, the standard library merely finds the same mails and parses them, with the policy that is quick.
"""

import random
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from mailbox import mbox
from pathlib import Path

from rich.console import Console
from rich.table import Table

from consumers.ingest.edge import Edge
from consumers.ingest.run import Ingest
from infra.bootstrap import Rapport
from infra.cli.app import collect_seldom
from infra.demo.names import CALL_LINES, FIRM, FIRST, LAST, MAIL_LINES
from infra.importing.mailbox.events import Writer
from infra.importing.mailbox.finding import find_messages
from infra.importing.mailbox.mail import read_mail
from infra.importing.mailbox.messages import MailMessages
from infra.importing.mailbox.own import Own
from tests.bench.measuring import WIDTH, BenchFailed, Line, in_turns, line, stopwatch
from tests.bench.workshop import Workshop, rapport_at

NAME = "mailbox"
_OURS = "rapport import"
_PEER = "the library merely parsing"
_SLOWEST = 1_000
_BEGUN = datetime(2025, 1, 6, 8, tzinfo=UTC)


def measure(shop: Workshop) -> list[Line]:
    """The whole way, against parsing alone."""
    count = shop.sizes.mails
    with shop.scratch() as folder:
        path = folder / "mails.mbox"
        path.write_bytes(b"".join(_mails(count)))
        found = in_turns(
            {_OURS: lambda: _import(shop, path, count), _PEER: lambda: _parse(path, count)},
            shop.runs,
            shop.folder,
            shop.tell,
        )
        wanted = (f"at least {_SLOWEST:,}", lambda value, _: value >= _SLOWEST)
        note = f"{count:,} mails, {path.stat().st_size / count / 1024:.1f} KiB each"
        ours = line(NAME, "messages/s", found[_OURS], (_PEER, found[_PEER]), wanted=wanted, note=note)
        if shop.profile or not ours.met:
            _show_profile(path, count)
    return [ours]


def _import(shop: Workshop, path: Path, count: int) -> float:
    collect_seldom()  # as the program does when it begins
    with shop.scratch() as home, rapport_at(home) as rapport, stopwatch() as watch:
        reader = _reader(rapport)
        run = Ingest(Edge("main", "UTC", rapport.now), rapport.log, "import")
        summary = run.run(reader.messages(find_messages([path])))
    if reader.read != count or not summary.all_taken or summary.repeats:
        raise BenchFailed(f"of {count:,} mails {reader.read:,} were found: {summary.reasons}")
    return count / watch.seconds


def _parse(path: Path, count: int) -> float:
    with stopwatch() as watch:
        box = mbox(path, create=False)
        parsed = sum(bool(message["From"]) for message in box)
        box.close()
    if parsed != count:
        raise BenchFailed(f"of {count:,} mails the library found {parsed:,}")
    return count / watch.seconds


def _reader(rapport: Rapport) -> MailMessages:
    writer = Writer("bench", Own(["firm.example"]), lambda body: rapport.log.digest("main", body))
    return MailMessages(writer, rapport.now)


def _mails(count: int) -> Iterator[bytes]:
    """Mails between a few of us and many of them, in threads; of ten, six are plain, three also HTML, one in base64."""
    chance = random.Random(4)
    for number in range(count):
        first, last = FIRST[chance.randrange(len(FIRST))], LAST[chance.randrange(len(LAST))]
        them = f"{first} {last} <{first}.{last}@{FIRM[len(last) % len(FIRM)]}.example>"
        us = f"=?utf-8?q?J=C3=B6rg_{FIRST[number % 5]}?= <{FIRST[number % 5]}@firm.example>"
        sender, recipient = (us, them) if number % 3 else (them, us)
        before = [f"<{earlier}@firm.example>" for earlier in range(number - number % 6, number)]
        headers = [
            f"Received: from mx{number % 7}.firm.example (mx.firm.example [192.0.2.{number % 250}])",
            f"\tby mail.firm.example with ESMTPS id {number:012x}; {_stamp(number)}",
            f"Message-ID: <{number}@firm.example>",
            *([f"In-Reply-To: {before[-1]}", "References: " + "\n ".join(before)] if before else []),
            f"Date: {_stamp(number)}",
            f"From: {sender}",
            f"To: {recipient}",
            f"Subject: {'Re: ' if before else ''}{MAIL_LINES[number // 6 % len(MAIL_LINES)]}",
            "MIME-Version: 1.0",
        ]
        text = "\n".join(chance.choice(CALL_LINES) for _ in range(20))
        body = _body(number, text)
        yield "\n".join([f"From someone {_BEGUN:%a %b %d %H:%M:%S %Y}", *headers, body, "", ""]).encode()


def _body(number: int, text: str) -> str:
    if number % 10 == 9:
        encoded = b64encode(text.encode()).decode()
        lines = "\n".join(encoded[at : at + 76] for at in range(0, len(encoded), 76))
        return f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{lines}"
    if number % 10 < 6:
        return f"Content-Type: text/plain; charset=utf-8\n\n{text}"
    html = text.replace("\n", "</p>\n<p>")
    return (
        'Content-Type: multipart/alternative; boundary="part"\n\n'
        f"--part\nContent-Type: text/html; charset=utf-8\n\n<p>{html}</p>\n"
        f"--part\nContent-Type: text/plain; charset=utf-8\n\n{text}\n--part--"
    )


def _stamp(number: int) -> str:
    return format_datetime(_BEGUN + timedelta(minutes=number))


def _show_profile(path: Path, count: int) -> None:
    """One more run of each step by itself."""
    with stopwatch() as finding:
        found = list(find_messages([path]))
    with stopwatch() as reading:
        mails = [read_mail(one.raw, datetime.now(UTC)) for one in found]
    writer = Writer("bench", Own(["firm.example"]), lambda _: "0" * 32)
    with stopwatch() as writing:
        events = [writer.email(mail) for mail in mails]
    edge = Edge("main", "UTC", lambda: datetime.now(UTC))
    with stopwatch() as checking:
        for event in events:
            edge.read(event)
    table = Table("what", "µs a mail", title=f"{NAME}: where the time goes before the log", title_justify="left")
    for what, watch in (("finding", finding), ("reading", reading), ("writing", writing), ("checking", checking)):
        table.add_row(what, f"{watch.seconds / count * 1e6:.0f}")
    Console(width=WIDTH).print(table)
