"""Real mails that nobody here wrote: each becomes an event, with what its senders and threads are counted by."""

import tarfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.importing.mailbox.given import Imported, imported

Data = Mapping[str, Any]
NO_MAIL = "it is no message: it has no header From, Date, Message-ID or Received"


@pytest.fixture(scope="module")
def both(shared_data: Path) -> Imported:
    return imported(archive_in(shared_data), source="ham")


def archive_in(shared_data: Path) -> Path:
    [archive] = (shared_data / "emails_spamassassin").glob("*.tar.gz")
    return archive


def figures(mails: Sequence[Data]) -> Mapping[str, int]:
    """What the README of the data counts, from what events say and SQL over ids can count the same way."""
    own = {one["message"] for one in mails}
    sizes = threads(mails)
    return {
        "messages": len(mails),
        # Whose address stands in From, however it is written: the first of an e-mail's contacts.
        "senders": len({one["contacts"][0] for one in mails}),
        "replies": sum("in_reply_to" in one or "references" in one for one in mails),
        "parents": sum(one.get("in_reply_to") in own for one in mails),
        "threads": len(sizes),
        "largest": max(sizes),
    }


def threads(mails: Iterable[Data]) -> list[int]:
    """How many mails each thread has: they are connected over all ids they name, also of mails that are not there."""
    above: dict[str, str] = {}

    def top(id_: str) -> str:
        while above.setdefault(id_, id_) != id_:
            above[id_] = above[above[id_]]
            id_ = above[id_]
        return id_

    for one in mails:
        for other in (one["message"], *one.get("references", ())):
            above[top(other)] = top(one["message"])
    return list(Counter(top(one["message"]) for one in mails).values())


def test_every_figure_of_the_folders_comes_out(both: Imported) -> None:
    # The archive has easy_ham first; of its 2,501 files the last is no mail, nor is that of hard_ham.
    mails = [event["data"] for event in both.mails]
    easy, hard = mails[:2_500], mails[2_500:]
    assert figures(easy) == {
        "messages": 2_500,
        "senders": 445,
        "replies": 1_266,
        "parents": 714,
        "threads": 1_514,
        "largest": 39,
    }
    assert {name: figures(hard)[name] for name in ("messages", "senders", "threads")} == {
        "messages": 249,
        "senders": 187,
        "threads": 249,
    }
    assert figures(mails) == {
        "messages": 2_749,
        "senders": 624,
        "replies": 1_270,
        "parents": 717,
        "threads": 1_761,
        "largest": 39,
    }


def test_the_two_other_files_are_dead_letters(both: Imported) -> None:
    assert [(place.partition(" ")[2], reason) for place, reason in both.faults] == [
        ("file 2501", NO_MAIL),
        ("file 2751", NO_MAIL),
    ]
    assert (both.read, both.summary.repeats, both.summary.alerts) == (2_751, 0, 0)


def test_every_mail_has_its_time_and_its_text(both: Imported) -> None:
    assert {event["timeprecision"] for event in both.mails} == {"instant"}
    assert {event["time"][:4] for event in both.mails} == {"2002"}  # one Date says 2028
    assert all(event["data"].get("body") for event in both.mails)


def test_parts_that_overlap_in_another_order_are_the_same_mails(
    shared_data: Path, tmp_path: Path, both: Imported
) -> None:
    # Given both folders as files named the other way round, in two parts that share 275 of them,
    with tarfile.open(archive_in(shared_data)) as opened:
        raws = [content.read() for member in opened if (content := opened.extractfile(member))][::-1]
    parts = {"one": slice(0, 1_300), "two": slice(1_300 - 275, None)}
    for name, part in parts.items():
        (tmp_path / name).mkdir()
        for number, raw in enumerate(raws[part]):
            (tmp_path / name / f"{number:04}").write_bytes(raw)

    # when the later part is imported first,
    done = imported(tmp_path / "two", tmp_path / "one", source="ham")

    # then what they share are repeats, and all the rest is the same.
    assert done.summary.repeats == 275
    assert set(done.said) == set(both.said)
