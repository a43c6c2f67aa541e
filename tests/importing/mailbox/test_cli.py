"""`rapport import` of mailboxes, as typed."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from consumers.ingest.rehearsal import Rehearsal
from consumers.ingest.run import BATCH, Ingest
from infra.cli import app
from infra.importing.mailbox.events import Writer
from infra.importing.mailbox.finding import find_messages
from infra.importing.mailbox.messages import MailMessages
from infra.importing.mailbox.own import Own
from tests.importing.given import digest
from tests.importing.mailbox.given import BO, mail, mbox
from tests.ingest.given import NOW, edge

pytestmark = pytest.mark.usefixtures("rapport_home")


def rapport(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def found(*words: object) -> dict[str, Any]:
    done = rapport(*words, "--format", "json")
    assert done.exit_code in {0, 3}, done.output
    return dict(json.loads(done.stdout))


def test_a_mailbox_is_imported_and_again_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "in.mbox").write_bytes(mbox([mail(), mail("two"), mail()]))
    words = ("import", tmp_path / "in.mbox", "--source", "post")

    first, second = found(*words), found(*words)

    assert (first["mails"], first["read"], first["taken"], first["repeats"]) == (3, 7, 6, 1)
    assert (second["taken"], second["repeats"], second["refused"]) == (0, 7, 0)
    assert "3 messages found\n7 read; 0 taken; 7 repeats" in rapport(*words).stdout


def test_what_cant_be_used_is_told_and_can_be_tried_again(tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "1.eml").write_bytes(mail())
    (tmp_path / "mails" / "cmds").write_bytes(b"mv 1 2")
    done = rapport("import", tmp_path / "mails", "--source", "post")
    assert done.exit_code == 3
    assert "1 can't be used: in the dead letters, 1 of them new" in done.stdout

    [letter] = json.loads(rapport("dead-letters", "list", "--source", "post", "--format", "json").stdout)
    assert letter["place"] == "mails file 2"
    raw = rapport("dead-letters", "show", letter["id"], "--raw").stdout
    (tmp_path / "mended").write_bytes(raw.replace("mv 1 2", "").encode() + mail("mended"))
    assert rapport("dead-letters", "retry", letter["id"]).exit_code == 3
    assert rapport("dead-letters", "retry", letter["id"], "--with", tmp_path / "mended").stdout == "1 taken\n"


def test_a_dry_run_writes_nothing(tmp_path: Path, rapport_home: Path) -> None:
    (tmp_path / "in.mbox").write_bytes(mbox([mail(From=BO, To="x@y.example")]))
    told = found("import", tmp_path / "in.mbox", "--source", "post", "--own", "firm.example", "--dry-run")
    assert {one["type"]: one["events"] for one in told["types"]} == {
        "crm.activity.email_sent.v1": 1,
        "crm.contact.email_added.v1": 1,
    }
    assert list(rapport_home.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["missing", "--source", "post"], "there is no such file"),
        (["table.csv", "--source", "post"], "is not a mailbox (an mbox, a maildir, a folder, a tar or a message)"),
        (["table.csv", "--source", "post"], "for a table give --map"),
        (["packed.csv.gz", "--source", "post"], "is not a mailbox"),
        (["empty", "--source", "post"], "is not a mailbox"),
        (["folder", "--source", "post"], "no message was found there; nothing was imported"),
        (["pipe", "--source", "post"], "that is no file and no folder"),
        (["in.mbox"], "say what to import"),
        (["in.mbox", "--source", "po st"], "--source is the name of a system"),
        (["in.mbox", "--source", "post", "--own", "a b"], "--own is an address or a domain of ours"),
        (["in.mbox", "--source", "post", "--own", "@"], "--own is an address or a domain of ours"),
        (["in.mbox", "--source", "post", "--set", "a=b"], "--set is for maps"),
        (["in.mbox", "--source", "post", "--map", "contacts", "--own", "x.example"], "--own are for mailboxes"),
        (["in.mbox", "--source", "post", "--map", "contacts", "--mailbox"], "--own are for mailboxes"),
    ],
)
def test_a_misuse_is_one_sentence_and_writes_nothing(
    tmp_path: Path, rapport_home: Path, words: list[str], reason: str
) -> None:
    (tmp_path / "in.mbox").write_bytes(mbox([mail()]))
    (tmp_path / "table.csv").write_bytes(b"id,name\n1,Ann\n")
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress(b"id,name\n1,Ann\n"))
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")

    done = rapport("import", tmp_path / words[0], *words[1:])

    assert done.exit_code == 2
    assert reason in done.stderr
    assert done.stderr.startswith("rapport: ")
    assert done.stderr.count("\n") == 1
    assert list(rapport_home.iterdir()) == []


def test_what_does_not_begin_like_a_mailbox_can_be_read_as_one(tmp_path: Path) -> None:
    (tmp_path / "odd").write_bytes(b"\n\n" + mail())
    words = ("import", tmp_path / "odd", "--source", "post")
    assert rapport(*words).exit_code == 2
    assert found(*words, "--mailbox")["mails"] == 1


def test_a_stop_comes_between_batches_and_the_rest_is_taken_the_next_time(tmp_path: Path) -> None:
    mails = [mail(f"{n}", Message_ID=f"<{n}@x>") for n in range(BATCH + 100)]
    (tmp_path / "in.mbox").write_bytes(mbox(mails))
    rehearsal = Rehearsal()

    def run(stop: Callable[[], bool]) -> Any:
        reader = MailMessages(Writer("post", Own([]), digest), lambda: NOW)
        return Ingest(edge(), rehearsal, "import", stop=stop).run(
            reader.messages(find_messages([tmp_path / "in.mbox"]))
        )

    stopped = run(lambda: True)
    rest = run(lambda: False)

    assert (stopped.taken, stopped.stopped) == (BATCH, True)
    assert (rest.repeats, rest.taken, rest.alerts) == (BATCH, 100 + 4, 0)


def test_ctrl_c_leaves_nothing_half_done(tmp_path: Path, rapport_home: Path) -> None:
    mails = [mail(f"{n}", Message_ID=f"<{n}@x>") for n in range(12_000)]
    (tmp_path / "in.mbox").write_bytes(mbox(mails))
    words = ("import", str(tmp_path / "in.mbox"), "--source", "post", "--format", "json")
    process = subprocess.Popen(
        [sys.executable, "-c", "from infra.cli import app; app()", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + 60
    while not (rapport_home / "log.sqlite").exists() and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)

    told = json.loads(out)
    assert (process.returncode, told["stopped"]) == (1, True)
    assert b"stopping after this batch" in err
    assert told["taken"] % BATCH == 0
    assert 0 < told["taken"] < len(mails)
    rest = found(*words[:-2])
    assert rest["taken"] + told["taken"] == len(mails) + 4
