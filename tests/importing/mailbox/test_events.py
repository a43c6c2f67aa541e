"""What a mail says becomes one event, and who is in it becomes contacts."""

import random
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.log.log import EventLog
from tests.importing.mailbox.given import ANN, BO, CY, EMAIL, MAIL, NAME, SENT, imported, mail, mbox, of_one


def test_a_mail_is_an_event_with_all_it_says(tmp_path: Path) -> None:
    raw = mail(In_Reply_To="<0@firm.example>", References="<a@x.example>\n <0@firm.example>", Cc=f"Cy <{CY}>, {ANN}")

    event = of_one(tmp_path, raw).only

    key = event["id"].removeprefix("mail:")
    assert (event["type"], event["source"], event["subject"]) == (MAIL, "post", f"activity:post:{key}")
    assert (event["time"], event["timeprecision"]) == ("2024-05-06T08:00:00Z", "instant")
    assert event["data"] == {
        "subject_line": "An offer",
        "body": "Hello Bo",
        "contacts": [f"contact:mail:{address}" for address in (ANN, BO, CY)],
        "message": "message:mail:1@buyer.example",
        "in_reply_to": "message:mail:0@firm.example",
        "references": ["message:mail:a@x.example", "message:mail:0@firm.example"],
    }


@pytest.mark.parametrize("own", [BO, "firm.example", "@FIRM.example"])
def test_what_we_send_is_sent_and_we_are_no_contact(tmp_path: Path, own: str) -> None:
    raw = mail(From=f"Bo Hansen <{BO.upper()}>", To=f"{CY}, {ANN}", Cc="Jo <jo@firm.example>")

    done = of_one(tmp_path, raw, own=[own])

    others = [CY, ANN, "jo@firm.example"] if own == BO else [CY, ANN]
    assert done.only["type"] == SENT
    assert done.only["data"]["contacts"] == [f"contact:mail:{address}" for address in others]
    assert done.only["data"]["agent"] == "Bo Hansen"
    assert {subject for subject, _, _ in done.contacts} == {f"contact:mail:{address}" for address in others}


def test_what_others_send_us_is_received(tmp_path: Path) -> None:
    done = of_one(tmp_path, mail(), own=["firm.example"])
    assert done.only["type"] == MAIL
    assert done.only["data"]["contacts"] == [f"contact:mail:{ANN}"]
    assert "agent" not in done.only["data"]


def test_ids_tell_nothing_of_what_they_are_made_from(tmp_path: Path) -> None:
    for event in of_one(tmp_path, mail()).events:
        assert event["id"].partition(":")[0] in {"mail", "mail-address", "mail-name"}
        assert not any(word in event["id"] for word in ("ann", "buyer", "Berg"))


# --- which mail it is ------------------------------------------------------------------------------------------------


def test_a_copy_that_went_another_way_is_a_repeat(tmp_path: Path) -> None:
    copy = mail(raw=b"Received: from a by b; Mon, 6 May 2024 09:00:00 +0000\n").replace(b"\n", b"\r\n") + b"\r\n"
    (tmp_path / "a.eml").write_bytes(mail())
    (tmp_path / "b.eml").write_bytes(copy)
    done = imported(tmp_path)
    assert (len(done.mails), done.summary.repeats, done.summary.alerts) == (2, 1, 0)


def test_other_words_under_the_same_message_id_are_another_mail(tmp_path: Path) -> None:
    for number, body in enumerate(("one", "two", "one", "two\n\n-- \nthe list")):
        (tmp_path / f"{number}.eml").write_bytes(mail(body))
    done = imported(tmp_path)
    assert (done.summary.repeats, done.summary.alerts) == (1, 0)
    assert len({event["id"] for event in done.mails}) == 3
    assert len({event["data"]["message"] for event in done.mails}) == 1


def test_without_a_message_id_it_is_known_by_what_it_says(tmp_path: Path) -> None:
    for number, body in enumerate(("one", "two", "one")):
        (tmp_path / f"{number}.eml").write_bytes(mail(body, Message_ID=None))
    done = imported(tmp_path)
    assert (len({event["id"] for event in done.mails}), done.summary.repeats) == (2, 1)
    assert all("message" not in event["data"] for event in done.mails)


def test_in_whatever_order_and_parts_the_mails_come_it_is_the_same_import(tmp_path: Path, log: EventLog) -> None:
    # Given mails of several people, two of them under one Message-ID,
    mails = [
        mail(f"number {n}", Message_ID=f"<{n // 2}@x.example>", Date=f"Mon, {n + 1:02} Jan 2024 10:00:00 +0000")
        for n in range(20)
    ]
    (tmp_path / "all.mbox").write_bytes(mbox(mails))
    shuffled = mails.copy()
    random.Random(7).shuffle(shuffled)
    (tmp_path / "shuffled.mbox").write_bytes(mbox(shuffled))
    (tmp_path / "late.mbox").write_bytes(mbox(mails[10:]))

    # then shuffled they are the same events,
    whole = imported(tmp_path / "all.mbox")
    assert imported(tmp_path / "shuffled.mbox").said == whole.said
    # and a part first, then all, changes nothing but when somebody was seen first.
    late = imported(tmp_path / "late.mbox", log=log)
    both = imported(tmp_path / "all.mbox", log=log)
    assert (late.summary.taken, both.summary.taken) == (10 + 4, 10)
    assert (both.summary.repeats, both.summary.alerts) == (10 + 4, 0)
    again = imported(tmp_path / "shuffled.mbox", log=log)
    assert (again.summary.taken, again.summary.alerts, again.summary.dead) == (0, 0, 0)


# --- contacts --------------------------------------------------------------------------------------------------------


def test_each_address_and_each_name_is_told_once_as_of_the_earliest_mail_that_shows_it(tmp_path: Path) -> None:
    mails = [
        mail(Date="Wed, 08 May 2024 10:00:00 +0000", From=f'"Berg, Ann" <{ANN.upper()}>'),
        mail(Date="Tue, 07 May 2024 10:00:00 +0000"),
        mail(Date="Mon, 06 May 2024 10:00:00 +0000", From=ANN, To=f"<{BO}>"),
        mail(Date="nonsense", From=f"Late <{CY}>"),
    ]
    (tmp_path / "mails.mbox").write_bytes(mbox(mails))

    done = imported(tmp_path / "mails.mbox")

    ann, bo, cy = (f"contact:mail:{address}" for address in (ANN, BO, CY))
    assert done.contacts == {
        (ann, ANN, "2024-05-06T10:00:00Z"),
        (ann, "Ann Berg", "2024-05-07T10:00:00Z"),
        (ann, "Berg, Ann", "2024-05-08T10:00:00Z"),
        (bo, BO, "2024-05-06T10:00:00Z"),
        (bo, "Bo", "2024-05-07T10:00:00Z"),
        (cy, CY, "1970-01-01T00:00:00Z"),
        (cy, "Late", "1970-01-01T00:00:00Z"),
    }
    kinds = [event["type"] for event in done.events]
    assert set(kinds[:4]) == {MAIL}
    assert set(kinds[4:]) == {EMAIL, NAME}


@pytest.mark.parametrize("written", ["'{}' <{}>", '"{}" <{}>', "{} <{}>", "{} [mailto:{}]"])
def test_an_address_in_place_of_a_name_is_no_name(tmp_path: Path, written: str) -> None:
    done = of_one(tmp_path, mail(From=written.format(ANN, ANN)))
    assert {said for _, said, _ in done.contacts} == {ANN, BO, "Bo"}
    assert done.only["data"]["contacts"] == [f"contact:mail:{ANN}", f"contact:mail:{BO}"]


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("=?utf-8?q?J=C3=B6rg_M?= <x@y.example>", {"Jörg M"}),
        ('"=?iso-8859-1?q?J=F6rg?=" <x@y.example>', {"Jörg"}),
        ("=?utf-8?b?SsO2cmc=?= =?utf-8?b?IE0=?= <x@y.example>", {"Jörg M"}),
        ("=?utf-8?b?SsO2cm?= <x@y.example>", {"Jör"}),
        ("=?nonsense?q?J=C3=B6rg?= <x@y.example>", {"Jörg"}),
        ("=?utf-8?b?SsO2cmc?= <x@y.example>", {"Jörg"}),
        ("=?utf-8?b?###?= <x@y.example>", set[str]()),
        ("=?utf-8?b?A?= <x@y.example>", {"=?utf-8?b?A?="}),
        ("=?utf-8?q?a=00b?= <x@y.example>", {"ab"}),
    ],
)
def test_names_are_decoded_and_broken_ones_survive(tmp_path: Path, written: str, names: set[str]) -> None:
    done = of_one(tmp_path, mail(From=written, To=BO))
    assert {said for _, said, _ in done.contacts} - {BO, "x@y.example"} == names
    assert "contact:mail:x@y.example" in done.only["data"]["contacts"]


@pytest.mark.parametrize("charset", ["utf-8", "latin-1"])
def test_names_in_plain_eight_bits_are_read(tmp_path: Path, charset: str) -> None:
    raw = mail(From="NAME <x@y.example>").replace(b"NAME", "Jörg".encode(charset))
    assert ("contact:mail:x@y.example", "Jörg", "2024-05-06T08:00:00Z") in of_one(tmp_path, raw).contacts


# --- when ------------------------------------------------------------------------------------------------------------

RECEIVED = "from a by b\n\twith ESMTP; Tue, 07 May 2024 12:00:00 +0200 (CEST)"
UNKNOWN = ("1970-01-01T00:00:00Z", "unknown")
BY_RECEIVED = ("2024-05-07T10:00:00Z", "instant")


@pytest.mark.parametrize(
    ("date", "received", "found"),
    [
        ("Mon, 6 May 2024 10:00:00 -0730", None, ("2024-05-06T17:30:00Z", "instant")),
        ("6 May 24 10:00 EST (Eastern)", None, ("2024-05-06T15:00:00Z", "instant")),
        ("Mon, 6 May 2024 10:00:60 CEST", None, ("2024-05-06T10:00:59Z", "instant")),
        ("Mon, 6 May 2024 10:00:00", None, ("2024-05-06T10:00:00Z", "instant")),
        (None, RECEIVED, BY_RECEIVED),
        ("yesterday", RECEIVED, BY_RECEIVED),
        ("Mon, 30 Feb 2024 10:00:00 +0000", RECEIVED, BY_RECEIVED),
        ("Thu, 1 Jan 1970 00:00:00 +0000", RECEIVED, BY_RECEIVED),
        ("Mon, 6 May 2030 10:00:00 +0000", RECEIVED, BY_RECEIVED),
        ("Mon, 13 May 2024 10:00:00 +0000", RECEIVED, BY_RECEIVED),
        ("Mon, 6 May 2024 10:00:00 +9999", RECEIVED, BY_RECEIVED),
        ("Mon, 99999999999999999999 May 2024 10:00:00 +0000", None, UNKNOWN),
        ("Mon, 6 May 2030 10:00:00 +0000", None, UNKNOWN),
        (None, "from a by b", UNKNOWN),
        (None, None, UNKNOWN),
    ],
)
def test_the_time_is_when_it_was_sent_else_received_else_unknown(
    tmp_path: Path, date: str | None, received: str | None, found: tuple[str, str]
) -> None:
    event = of_one(tmp_path, mail(Date=date, Received=received)).only
    assert (event["time"], event["timeprecision"]) == found


def test_a_date_is_judged_by_when_the_mail_was_received_and_not_by_today(tmp_path: Path) -> None:
    (tmp_path / "x.eml").write_bytes(mail(Date="Mon, 6 May 2030 10:00:00 +0000", Received=RECEIVED))
    later = datetime(2031, 1, 1, tzinfo=UTC)
    assert imported(tmp_path, now=later).said == imported(tmp_path).said


# --- what it says ----------------------------------------------------------------------------------------------------

HTML = "<html><head><title>t</title><style>p {}</style></head><body><p>Dear&nbsp;Bo,<br>yes &amp; no</p><p>A</p></html>"


def multipart(*parts: tuple[str, bytes], kind: str = "alternative") -> tuple[bytes, str]:
    lines = b"".join(b"--b1\n" + head.encode() + b"\n\n" + body + b"\n" for head, body in parts)
    return lines + b"--b1--\n", f'multipart/{kind}; boundary="b1"'


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([("Content-Type: text/html", HTML.encode()), ("Content-Type: text/plain", b"plain")], "plain"),
        ([("Content-Type: text/plain", b"  "), ("Content-Type: text/html", HTML.encode())], "Dear Bo,\nyes & no\nA"),
        ([("X: y", b"no type")], "no type"),
        ([("", b"no header")], "no header"),
        ([("Content-Type: text/plain; charset=utf-16", "Jörg".encode("utf-16"))], "Jörg"),
        (
            [
                ("Content-Type: text/plain\nContent-Disposition: attachment; filename=x.txt", b"attached"),
                ("Content-Type: text/plain", b"said"),
            ],
            "said",
        ),
        ([("Content-Type: application/pdf\nContent-Transfer-Encoding: base64", b"AAAA")], None),
        ([("Content-Type: text/plain", b"--b1x\nis no boundary")], "--b1x\nis no boundary"),
        (
            [("Content-Type: message/rfc822", b"Subject: forwarded\n\nin it"), ("Content-Type: text/plain", b"see it")],
            "see it",
        ),
    ],
)
def test_the_text_is_the_plain_part_else_that_of_the_html(
    tmp_path: Path, parts: list[tuple[str, bytes]], text: str | None
) -> None:
    body, kind = multipart(*parts)
    assert of_one(tmp_path, mail(body, Content_Type=kind)).only["data"].get("body") == text


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("quoted-printable", b"J=C3=B6rg =\nM"),
        ("base64", b64encode("Jörg M".encode())),
        ("BASE64", b64encode("Jörg M".encode())[:4] + b"\r\n" + b64encode("Jörg M".encode())[4:]),
        ("8bit", "Jörg M".encode()),
    ],
)
def test_encoded_text_is_decoded(tmp_path: Path, encoding: str, body: bytes) -> None:
    raw = mail(body, Content_Type="text/plain; charset=utf-8", Content_Transfer_Encoding=encoding)
    assert of_one(tmp_path, raw).only["data"]["body"] == "Jörg M"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("a<script>x</script>b", "ab"),
        ("1 < 2 &lt; 3", "1 < 2 < 3"),
        ("<![if gte mso 9]>a<![endif]>b", "ab"),
        ("a<!-- never ended", "a"),
        ("a<a href='never ended", "a"),
        ("<ul><li>x<li>y</ul>", "x\ny"),
        ("<table><tr><td>x<td>y</table>", "x y"),
        ("a\nb\n\n c", "a b c"),
        ("&#0;&#xD800;x", "\ufffd\ufffdx"),
    ],
)
def test_html_is_reduced_to_what_a_person_reads(tmp_path: Path, html: str, text: str) -> None:
    assert of_one(tmp_path, mail(html, Content_Type="text/html")).only["data"]["body"] == text


# --- in answer to what -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answered", "references", "parent", "ids"),
    [
        ("<a@x>", None, "a@x", ["a@x"]),
        ('Message from Ann <ann@x> of "Mon, 6 May" <a@x>', None, "a@x", ["ann@x", "a@x"]),
        ("Your message of Monday", "<a@x><b@x>\n\t<a@x>", None, ["a@x", "b@x"]),
        ("a@x", "a@x b@x", "a@x", ["a@x", "b@x"]),
        ("ann@x's message of Monday", None, None, []),
        ("<A@X>", "< a@x >", "a@x", ["a@x"]),
        ("<cut off", "<", None, []),
        (None, "<1@buyer.example>", None, ["1@buyer.example"]),
    ],
)
def test_ids_are_found_in_all_ways_they_are_written(
    tmp_path: Path, answered: str | None, references: str | None, parent: str | None, ids: list[str]
) -> None:
    data = of_one(tmp_path, mail(In_Reply_To=answered, References=references)).only["data"]
    assert data.get("in_reply_to") == (parent and f"message:mail:{parent}")
    assert sorted(set(data.get("references", []))) == sorted(f"message:mail:{one}" for one in ids)


def test_an_endless_id_is_the_same_wherever_it_stands(tmp_path: Path) -> None:
    long = "x" * 3_000
    own = of_one(tmp_path, mail(Message_ID=f"<{long}@y>")).only["data"]["message"]
    assert of_one(tmp_path, mail(In_Reply_To=f"<{long}@y>")).only["data"]["in_reply_to"] == own
    assert of_one(tmp_path, mail(In_Reply_To=f"<{long}@z>")).only["data"]["in_reply_to"] != own
