"""A message that could not be used is kept as it came, can be looked at, and is tried again as what it is."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from consumers.ingest.retry import Attempt, Letter, retry
from infra.cli.pointing import pointed
from infra.importing.mailbox.kept import MARK
from infra.importing.mailbox.messages import read_again
from infra.log.log import EventLog
from tests.importing.given import digest
from tests.importing.mailbox.given import SENT, imported, mail
from tests.ingest.given import NOW, edge


def whole(log: EventLog) -> tuple[Letter, str]:
    """The only open dead letter, and what a person sees of it."""
    [id_] = log.open_dead_letters("main")
    found = log.dead_letter("main", id_)
    assert found is not None
    assert found.raw is not None
    return Letter(id_, found.raw), pointed(found.raw, found.letter.field, found.letter.reason)


def try_again(log: EventLog, *letters: Letter) -> Sequence[Attempt]:
    return list(
        retry(
            letters,
            edge(),
            log,
            "user:ann",
            unpack=lambda place, raw: read_again(place, raw, digest, lambda: NOW),
        )
    )


@pytest.fixture
def refused(tmp_path: Path, log: EventLog, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mail of ours that this program fails at, in the dead letters."""

    def fail(*_: object) -> None:
        raise RuntimeError

    (tmp_path / "x.eml").write_bytes(mail("J\xf6rg".encode("latin-1")))
    with monkeypatch.context() as broken:
        broken.setattr("infra.importing.mailbox.mail.text_of", fail)
        imported(tmp_path / "x.eml", log=log, own=["buyer.example"])
    return tmp_path / "x.eml"


def test_given_a_fix_then_the_mail_and_who_is_in_it_are_taken(refused: Path, log: EventLog) -> None:
    letter, _ = whole(log)

    assert [attempt.outcome for attempt in try_again(log, letter)] == ["taken"]

    assert log.open_dead_letters("main") == []
    # They are what an import gives, so that an import after it changes nothing.
    again = imported(refused, log=log, own=["buyer.example"])
    assert (again.only["type"], again.summary.taken, again.summary.repeats) == (SENT, 0, 3)


def test_given_an_import_after_the_fix_then_the_letter_is_a_repeat(refused: Path, log: EventLog) -> None:
    imported(refused, log=log, own=["buyer.example"])
    letter, _ = whole(log)
    assert [attempt.outcome for attempt in try_again(log, letter)] == ["repeat"]


def test_given_no_fix_then_it_is_refused_for_the_same_reason_again(tmp_path: Path, log: EventLog) -> None:
    (tmp_path / "x.eml").write_bytes(b"no mail")
    imported(tmp_path / "x.eml", log=log)
    letter, _ = whole(log)

    [attempt] = try_again(log, letter)

    assert attempt.outcome == "refused"
    assert "it is no message" in str(attempt.reason)
    assert len(log.open_dead_letters("main")) == 1


def test_it_is_shown_line_by_line_behind_how_it_was_to_be_read(refused: Path, log: EventLog) -> None:
    letter, shown = whole(log)
    lines = shown.splitlines()
    assert lines[0] == 'Rapport-Mail: {"source":"post","own":["buyer.example"]}'
    assert lines[1] == "Message-ID: <1@buyer.example>"
    assert lines[-1] == "J\\xf6rg"
    assert letter.raw == lines[0].encode() + b"\n" + refused.read_bytes()


def test_given_a_mended_message_then_it_takes_the_letters_place(tmp_path: Path, log: EventLog) -> None:
    (tmp_path / "x.eml").write_bytes(b"no mail")
    imported(tmp_path / "x.eml", log=log)
    letter, _ = whole(log)
    assert letter.raw is not None
    mended = letter.raw.replace(b"no mail", mail())

    assert [one.outcome for one in try_again(log, Letter(letter.id, mended, mended=True))] == ["taken"]

    assert log.open_dead_letters("main") == []
    assert len(log.read(0, log.head(), 10)) == 1 + 4


def test_given_a_mail_that_is_in_the_log_as_another_event_then_it_is_refused_as_any_alert(
    refused: Path, log: EventLog
) -> None:
    imported(refused, log=log)
    letter, _ = whole(log)
    [attempt] = try_again(log, letter)
    assert (attempt.outcome, attempt.field) == ("refused", "id")


@pytest.mark.parametrize("line", [b"", b"{}", b'{"source":', b"\xff"])
def test_what_only_looks_like_a_message_kept_is_tried_as_any_other(line: bytes) -> None:
    dead = MARK + line + b"\n" + mail()
    assert [message.raw for message in read_again("x", dead, digest, lambda: NOW)] == [dead]
