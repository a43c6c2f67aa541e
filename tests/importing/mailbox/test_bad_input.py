"""Whatever lies in a mailbox becomes an e-mail or a dead letter, at a cost that its size bounds."""

import gzip
import io
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.shared.fields import MAX_TEXT
from infra.importing.mailbox.found import MAX_BYTES
from infra.log.log import EventLog
from tests.importing.mailbox.given import ANN, BO, CY, Imported, imported, mail, mbox, of_one, tar, with_headers

NO_MAIL = "it is no message: it has no header From, Date, Message-ID or Received"
CUT_OFF = "it is damaged or cut off here: get it whole and import it again; nothing is taken twice"
LONG = 15.0  # seconds: everything here takes less than two


@pytest.fixture(autouse=True)
def _in_time() -> object:
    begun = time.process_time()
    yield
    assert time.process_time() - begun < LONG


def data(folder: Path, raw: bytes) -> dict[str, object]:
    found: dict[str, object] = of_one(folder, raw).only["data"]
    return found


# --- mails that are odd ----------------------------------------------------------------------------------------------


def test_two_senders_and_no_sender(tmp_path: Path) -> None:
    assert data(tmp_path, mail(From=f"Ann <{ANN}>, {CY}", To=None))["contacts"] == [
        f"contact:mail:{ANN}",
        f"contact:mail:{CY}",
    ]
    assert data(tmp_path, mail(From=None))["contacts"] == [f"contact:mail:{BO}"]
    assert data(tmp_path, mail(From=None, Sender=CY))["contacts"] == [f"contact:mail:{CY}", f"contact:mail:{BO}"]
    assert "contacts" not in data(tmp_path, mail(From="", To="undisclosed-recipients:;"))


@pytest.mark.parametrize(
    ("written", "addresses"),
    [
        ("The team: Ann <a@x.example>, b@x.example;, c@x.example", ["a@x.example", "b@x.example", "c@x.example"]),
        ("empty:;", []),
        ("root, postmaster, MAILER-DAEMON", []),
        ("a@x.example; b@x.example", ["a@x.example", "b@x.example"]),
        ("a@b@c, <>, @x, x@, a b@c", ["b@c"]),
        ("(" * 100_000 + "a@x.example", ["a@x.example"]),
        (f"{'x' * 400}@x.example, ok@x.example", ["ok@x.example"]),
        ("<a@x.example", ["a@x.example"]),
        ('"never ended <a@x.example>', ["a@x.example"]),
    ],
)
def test_groups_and_what_is_no_address(tmp_path: Path, written: str, addresses: list[str]) -> None:
    found = data(tmp_path, mail(From=None, To=written)).get("contacts", [])
    assert found == [f"contact:mail:{address}" for address in addresses]


def test_more_people_and_references_than_an_event_can_hold(tmp_path: Path) -> None:
    done = of_one(
        tmp_path,
        mail(
            To=", ".join(f"p{n}@x.example" for n in range(1_500)),
            References=" ".join(f"<{n}@x.example>" for n in range(3_000)),
        ),
    )
    assert len(done.only["data"]["contacts"]) == 1_000
    # The nearest are kept, which stand last.
    assert done.only["data"]["references"] == [f"message:mail:{n}@x.example" for n in range(2_000, 3_000)]
    assert len(done.contacts) == 1_500 + 2


def test_ids_and_addresses_that_grow_when_they_are_made_small(tmp_path: Path) -> None:
    found = data(tmp_path, mail(Message_ID=f"<{'İ' * 390}@x>", From=f"{'İ' * 150}@x.example, {'İ' * 300}@x.example"))
    assert len(str(found["message"])) < 512
    assert found["contacts"] == [f"contact:mail:{'i̇' * 150}@x.example", f"contact:mail:{BO}"]


def test_references_in_a_loop(tmp_path: Path) -> None:
    mails = [
        mail(Message_ID=f"<{n}@x>", In_Reply_To=f"<{(n + 1) % 3}@x>", References=f"<{n}@x> <{(n + 2) % 3}@x>")
        for n in range(3)
    ]
    (tmp_path / "x.mbox").write_bytes(mbox(mails))
    assert len(imported(tmp_path / "x.mbox").mails) == 3


@pytest.mark.parametrize(
    "charset", ["x-unknown", "utf-99", "zlib", "punycode", "unicode_escape", "a\x00b", "x" * 5_000]
)
def test_a_charset_that_is_none(tmp_path: Path, charset: str) -> None:
    raw = mail("Jörg \\u0041", Content_Type=f'text/plain; charset="{charset}"')
    assert data(tmp_path, raw)["body"] == "Jörg \\u0041"


@pytest.mark.parametrize(
    ("charset", "content", "text"),
    [
        ("us-ascii", "Jörg".encode("latin-1"), "Jörg"),
        ("utf-8", b"J\xf6rg \x80", "J\ufffdrg \ufffd"),
        ("utf-7", b"+2AA-x", "\ufffdx"),
        ("utf-16", b"x", "x"),
    ],
)
def test_text_that_is_not_in_the_charset_it_claims(tmp_path: Path, charset: str, content: bytes, text: str) -> None:
    assert data(tmp_path, mail(content, Content_Type=f"text/plain; charset={charset}"))["body"] == text


def test_nul_characters_are_left_out_everywhere(tmp_path: Path) -> None:
    raw = mail("a\x00b", Subject="a\x00b", From="A\x00nn <a\x00@x.example>", Message_ID="<a\x00b@x>")
    found = data(tmp_path, raw)
    assert (found["subject_line"], found["body"], found["message"]) == ("ab", "ab", "message:mail:ab@x")
    assert found["contacts"] == ["contact:mail:a@x.example", f"contact:mail:{BO}"]


@pytest.mark.parametrize("line", ["nonsense without a colon", "the rest of the line before, folded wrongly"])
def test_a_broken_line_among_the_headers_hides_none_below_it(tmp_path: Path, line: str) -> None:
    raw = mail(raw=f"Received: from a by b\n{line}\n".encode())
    assert data(tmp_path, raw)["subject_line"] == "An offer"


def test_fifty_levels_of_parts(tmp_path: Path) -> None:
    assert data(tmp_path, nested(50, b"deep down"))["body"] == "deep down"


def test_more_levels_than_are_sensible(tmp_path: Path) -> None:
    assert "body" not in data(tmp_path, nested(5_000, b"too deep"))


def test_many_levels_with_many_lines(tmp_path: Path) -> None:
    assert "body" not in data(tmp_path, nested(50, b"\n" * 4_000_000))


def nested(levels: int, text: bytes) -> bytes:
    heads = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\nwhat no program shows\n--b%d\n' % (n, n)
        for n in range(levels)
    )
    return mail(raw=b"X: y\n").partition(b"\n\n")[0] + b"\n" + heads + b"Content-Type: text/plain\n\n" + text


def test_a_boundary_that_is_everywhere(tmp_path: Path) -> None:
    raw = mail("\n--b" * 200_000, Content_Type="multipart/mixed; boundary=b")
    assert of_one(tmp_path, raw).summary.taken == 1 + 4
    assert data(tmp_path, mail("text", Content_Type="multipart/mixed"))["body"] == "text"


def test_headers_of_a_megabyte(tmp_path: Path) -> None:
    megabyte = "x" * 1_000_000
    for header in ("X-Long", "Subject", "To", "References", "Content-Type", "Date"):
        found = data(tmp_path, with_headers({header: megabyte}))
        assert found["body"] == "Hello Bo", header
    assert len(str(data(tmp_path, mail(Subject=megabyte))["subject_line"])) == 16_000
    many = mail(raw=b"X: y\n" * 200_000)
    assert data(tmp_path, many)["subject_line"] == "An offer"


@pytest.mark.parametrize("broken", ["=?a?q?", "=?utf-8?b?A", "(", "<", '"', ";", "a:", "\\", "  x"])
def test_headers_of_a_megabyte_of_what_takes_parsers_long(tmp_path: Path, broken: str) -> None:
    long = broken * (1_000_000 // len(broken))
    for header in ("Subject", "From", "References", "Content-Type", "Content-Disposition", "Date"):
        assert len(of_one(tmp_path, with_headers({header: long})).mails) == 1, header


def test_a_message_of_thirty_megabytes_is_taken_with_its_text(tmp_path: Path) -> None:
    body = b"--b\n\nthe text\n--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n"
    raw = mail(body + b"A" * 30_000_000 + b"\n--b--\n", Content_Type="multipart/mixed; boundary=b")
    (tmp_path / "x.mbox").write_bytes(mbox([raw, mail()]))
    done = imported(tmp_path / "x.mbox")
    assert [event["data"]["body"] for event in done.mails] == ["the text", "Hello Bo"]


def test_a_text_of_thirty_megabytes_is_cut_off(tmp_path: Path) -> None:
    for kind in ("text/plain", "text/html"):
        done = of_one(tmp_path, mail(b"x" * 30_000_000, Content_Type=kind))
        assert len(done.only["data"]["body"]) == MAX_TEXT


@pytest.mark.parametrize("broken", ["<a ", "<!--", "<![", "</", "<", "<a href='", "&#", "<?", "<p>", "<title>"])
def test_html_that_takes_parsers_long(tmp_path: Path, broken: str) -> None:
    assert len(of_one(tmp_path, mail(broken * 200_000, Content_Type="text/html")).mails) == 1


# --- files that are no mails, or none any more -----------------------------------------------------------------------


def test_a_folder_with_other_files_among_the_mails(tmp_path: Path, log: EventLog) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    others = {"cmds": b"mv 1 2\n", ".DS_Store": b"\x00\x00\x00\x01Bud1", "empty": b"", "to.csv": b"To: a,Subject: b\n"}
    for name, content in {"1.eml": mail(), **others}.items():
        (folder / name).write_bytes(content)

    done = imported(folder, log=log)

    assert (done.read, len(done.mails)) == (5, 1)
    assert sorted(reason for _, reason in done.faults) == ["it is empty", *[NO_MAIL] * 3]
    letters = log.dead_letters("main")
    assert {letter.source for letter in letters} == {"post"}
    assert {letter.place for letter in letters} == {f"mails file {n}" for n in (1, 3, 4, 5)}
    again = imported(folder, log=log)
    assert (again.summary.taken, again.summary.dead) == (0, 0)


def test_a_folder_without_files_has_no_message(tmp_path: Path) -> None:
    assert imported(tmp_path).read == 0


def test_an_mbox_that_was_cut_in_the_middle(tmp_path: Path) -> None:
    whole = mbox([mail("one", Message_ID="<1@x>"), mail("two and more", Message_ID="<2@x>")])
    (tmp_path / "x.mbox").write_bytes(whole[:-10])
    assert [event["data"]["body"] for event in imported(tmp_path / "x.mbox").mails] == ["one", "two"]
    # And what was written behind such an end is found all the same.
    (tmp_path / "x.mbox").write_bytes(whole[:-10] + b"\n" + mbox([mail("three")]))
    assert [event["data"]["body"] for event in imported(tmp_path / "x.mbox").mails] == ["one", "two", "three"]


def many(path: Path, mode: str = "w:gz") -> bytes:
    members = {f"d/{n}": mail(f"number {n} {n * 7919}", Message_ID=f"<{n}@x>") for n in range(40)}
    return tar(path, members, mode).read_bytes()


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[: len(content) // 2], id="cut off"),
        pytest.param(lambda content: content[: len(content) * 3 // 4], id="cut off later"),
        # In an archive that is not packed it is a header's name: what members hold, no archive can vouch for.
        pytest.param(lambda content: flipped(content, min(len(content) // 2, 20 * 1024 + 10)), id="changed"),
    ],
)
def test_of_a_damaged_archive_what_is_whole_is_taken_and_the_rest_told_of(
    tmp_path: Path, log: EventLog, mode: str, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "x.tar"
    whole = many(path, mode)
    path.write_bytes(damage(whole))
    (tmp_path / "next.eml").write_bytes(mail("next"))

    done = imported(path, tmp_path / "next.eml", log=log)

    assert done.faults[-1] == ("x.tar", CUT_OFF)
    assert done.mails[-1]["data"]["body"] == "next"
    # Another damaged one is another dead letter, and a whole one then brings the rest.
    (tmp_path / "y.tar").write_bytes(damage(whole))
    imported(tmp_path / "y.tar", log=log)
    assert {"x.tar", "y.tar"} <= {letter.place for letter in log.dead_letters("main")}
    path.write_bytes(whole)
    mended = imported(path, log=log)
    assert len(mended.mails) == 40
    assert len(log.read(0, log.head(), 100)) >= 41


def test_an_archive_that_claims_a_member_of_ten_gigabytes(tmp_path: Path) -> None:
    member = tarfile.TarInfo("huge")
    member.size = 10 * 2**30
    head = member.tobuf(tarfile.GNU_FORMAT)
    for pack in (bytes, gzip.compress):
        (tmp_path / "x.tar").write_bytes(pack(many(tmp_path / "y.tar", "w")[:-10_240] + head + mail()))
        done = imported(tmp_path / "x.tar")
        assert (len(done.mails), done.faults) == (40, [("x.tar", CUT_OFF)])


@pytest.mark.parametrize("size", [-512, -1_024, -1, -(2**60), 2**62, 2**80])
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, b"Z"])
def test_an_archive_with_sizes_that_lead_nowhere(tmp_path: Path, size: int, kind: bytes) -> None:
    head = tarfile.TarInfo("x")
    head.type = kind
    block = bytearray(head.tobuf(tarfile.GNU_FORMAT))
    block[124:136] = b"\x80" + size.to_bytes(11, "big") if size > 0 else b"\xff" + size.to_bytes(11, "big", signed=True)
    block[148:156] = b"%06o\x00 " % (sum(block) - sum(block[148:156]) + 8 * 32)
    for mails in ({}, {"a": mail()}):
        before = tar(tmp_path / "y.tar", mails, "w").read_bytes()[: 1_024 * len(mails)]
        (tmp_path / "x.tar").write_bytes(before + bytes(block) + mail() + bytes(20_000))
        done = imported(tmp_path / "x.tar")
        assert done.faults[-1] == ("x.tar", CUT_OFF)
        assert len(done.mails) == len(mails)


def test_an_archive_that_holds_ten_gigabytes_of_nothing(tmp_path: Path) -> None:
    # A sparse member takes no room, and says ten gigabytes.
    with (tmp_path / "x.tar").open("wb") as file:
        member = tarfile.TarInfo("huge")
        member.size = 10 * 2**30
        file.write(member.tobuf(tarfile.GNU_FORMAT))
        file.seek(10 * 2**30, io.SEEK_CUR)
        file.write(tar(tmp_path / "y.tar", {"x": mail()}, "w").read_bytes())
    done = imported(tmp_path / "x.tar")
    assert (len(done.mails), [reason for _, reason in done.faults]) == (1, [NO_MAIL])
    assert max(len(one.raw) for one in done.messages) < MAX_BYTES + 1_000


def test_an_archive_whose_header_would_fill_the_memory(tmp_path: Path) -> None:
    member = tarfile.TarInfo("././@LongLink")
    member.type, member.size = tarfile.GNUTYPE_LONGNAME, 40 * 2**20
    (tmp_path / "x.tar.gz").write_bytes(gzip.compress(member.tobuf(tarfile.GNU_FORMAT) + bytes(40 * 2**20)))
    assert imported(tmp_path / "x.tar.gz").faults == [("x.tar.gz", CUT_OFF)]


def test_a_file_that_nobody_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.eml").write_bytes(mail())
    done = told_of_error(tmp_path / "x.eml", monkeypatch)
    assert done.faults == [("x.eml", "it can't be read: Permission denied")]


def told_of_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> Imported:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("infra.importing.mailbox.opening.Path.open", refuse)  # root may read everything
    return imported(path)


def test_a_mistake_of_ours_stops_no_other_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    (tmp_path / "x.mbox").write_bytes(mbox([mail(), mail("two")]))
    monkeypatch.setattr("infra.importing.mailbox.mail.text_of", fail)
    done = imported(tmp_path / "x.mbox")
    assert [reason for _, reason in done.faults] == [
        "this program failed at it (RuntimeError), which is a mistake of ours: report it"
    ] * 2
