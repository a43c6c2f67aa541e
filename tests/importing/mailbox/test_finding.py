"""Messages are found in every kind of mailbox, and told of by places that give nobody away."""

import bz2
import gzip
import io
import lzma
import mailbox
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.importing.mailbox.archive import LINK
from tests.importing.mailbox.given import Imported, imported, mail, mbox, tar

MAILS = [mail(f"number {n}\n", Message_ID=f"<{n}@x.example>") for n in range(3)]
BODIES = ["number 0", "number 1", "number 2"]


def bodies(done: Imported) -> list[str]:
    return [event["data"]["body"] for event in done.mails]


def test_an_mbox_and_its_places(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_bytes(mbox(MAILS))
    done = imported(tmp_path / "inbox")
    assert bodies(done) == BODIES
    assert [one.place for one in done.messages][:3] == [f"inbox message {n}" for n in (1, 2, 3)]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_an_mbox_can_be_packed(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / "inbox").write_bytes(pack(mbox(MAILS)))
    assert bodies(imported(tmp_path / "inbox")) == BODIES


def test_an_mbox_as_the_library_writes_it(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "inbox")
    for raw in MAILS:
        box.add(raw.replace(b"\n\n", b"\n\nFrom here on:\n", 1))
    box.close()
    assert bodies(imported(tmp_path / "inbox")) == [f"From here on:\n{body}" for body in BODIES]


@pytest.mark.parametrize(
    "paragraph",
    [
        "From Monday on:\nthe price: 5",
        "From 10:30 on Monday\nwe are open",
        "said\nFrom me",
        "From the docs\nNote: quoted",
    ],
)
def test_a_paragraph_of_a_mail_is_no_new_mail(tmp_path: Path, paragraph: str) -> None:
    written = b"From ann Mon May  6 10:00:00 2024\n" + mail(f"Hi\n\n{paragraph}\n\nBye")
    (tmp_path / "inbox").write_bytes(written)
    assert bodies(imported(tmp_path / "inbox")) == [f"Hi\n\n{paragraph}\n\nBye"]


def test_an_mbox_with_something_before_its_first_line(tmp_path: Path) -> None:
    for before in (b"\xef\xbb\xbf", b"\n\r\n"):
        (tmp_path / "inbox").write_bytes(before + mbox(MAILS))
        assert bodies(imported(tmp_path / "inbox")) == BODIES


def test_an_mbox_without_dates_is_parted_at_empty_lines(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_bytes(b"".join(b"From ann\n" + raw + b"\n" for raw in MAILS))
    assert bodies(imported(tmp_path / "inbox")) == BODIES


def test_a_single_message_with_whatever_stands_before_its_headers(tmp_path: Path) -> None:
    for before in (b"", b"\n", b"\xef\xbb\xbf", b"From ann Mon May  6 10:00:00 2024\n>From bo Mon May  6 10:00 2024\n"):
        (tmp_path / "one.eml").write_bytes(before + MAILS[0])
        assert bodies(imported(tmp_path / "one.eml")) == ["number 0"], before


def test_a_maildir_with_folders_and_what_its_server_keeps_there(tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "mails")
    box.add(MAILS[0])
    seen = mailbox.MaildirMessage(MAILS[1])
    seen.set_subdir("cur")
    box.add(seen)
    box.add_folder("Sent").add(MAILS[2])
    (tmp_path / "mails" / "dovecot.index").write_bytes(b"\x00\x01")
    (tmp_path / "mails" / "tmp" / "half").write_bytes(b"From: half written")
    done = imported(tmp_path / "mails")
    assert (sorted(bodies(done)), done.faults) == (BODIES, [])


def test_a_folder_of_messages_mailboxes_and_archives_in_the_order_of_its_names(tmp_path: Path) -> None:
    folder = tmp_path / "all"
    (folder / "deep" / "deeper").mkdir(parents=True)
    (folder / "0.eml").write_bytes(MAILS[0])
    (folder / "deep" / "deeper" / "box").write_bytes(mbox(MAILS[1:2]))
    tar(folder / "deep" / "some.tar", {"x": MAILS[2]}, "w")
    done = imported(folder)
    assert bodies(done) == ["number 0", "number 2", "number 1"]
    assert [one.place for one in done.messages][:3] == ["all file 1", "all file 2 file 1", "all file 3 message 1"]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_an_archive_of_messages(tmp_path: Path, mode: str, form: int) -> None:
    with tarfile.open(tmp_path / "x.tar", mode, format=form) as archive:  # type: ignore[call-overload]
        for name in ("d", "d/0", "/etc/1", "../../2"):
            member = tarfile.TarInfo(name)
            if name == "d":
                member.type = tarfile.DIRTYPE
                archive.addfile(member)
                continue
            raw = MAILS[int(name[-1])]
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
    done = imported(tmp_path / "x.tar")
    assert bodies(done) == BODIES
    assert [one.place for one in done.messages][:3] == [f"x.tar file {n}" for n in (1, 2, 3)]
    assert [found.name for found in tmp_path.iterdir()] == ["x.tar"]


def test_links_are_told_of_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.eml").write_bytes(MAILS[0])
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link.eml").symlink_to(tmp_path / "outside.eml")
    (folder / "loop").symlink_to(folder)
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        for name, kind in (("s", tarfile.SYMTYPE), ("h", tarfile.LNKTYPE), ("f", tarfile.FIFOTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, str(tmp_path / "outside.eml")
            archive.addfile(member)
    done = imported(folder, tmp_path / "x.tar")
    assert done.mails == []
    assert [reason for _, reason in done.faults] == [LINK.reason] * 5


def test_names_of_files_are_not_repeated_in_places(tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "Offer for Ann Berg.eml").write_bytes(MAILS[0])
    (folder / "To ann@buyer.example.txt").write_bytes(b"no mail")
    tar(tmp_path / "mails.tar", {"Offer for Ann Berg.eml": MAILS[0], "Ann.txt": b"no mail"}, "w")
    places = " ".join(one.place for one in imported(folder, tmp_path / "mails.tar").messages)
    assert "Ann" not in places
    assert "ann" not in places
