"""Calendars and cards that were made to harm: each is done with at bounded cost, and says why it is not taken."""

import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.importing.content_lines import MAX_FILE
from infra.importing.pieces import pieces
from tests.importing.read import calendar, card, entry, read_calendar, read_cards

VISIT = "DTSTART:20260110T090000Z"
TOO_LARGE = "it is longer than 2,097,152 bytes without pictures and attachments"
SECONDS = 20  # on a machine that does other things too; each takes one or two
MEGABYTES = 100


@contextmanager
def bounded() -> Iterator[None]:
    """What is done here takes little time."""
    begun = time.perf_counter()
    yield
    assert time.perf_counter() - begun < SECONDS


@contextmanager
def bounded_memory() -> Iterator[None]:
    """What is done here takes little memory."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < MEGABYTES * 1024 * 1024
    finally:
        tracemalloc.stop()


def folded(text: str) -> str:
    return "\r\n ".join(text[n : n + 70] for n in range(0, len(text), 70))


def test_a_photo_of_five_megabytes_is_left_out() -> None:
    photo = folded("PHOTO;ENCODING=b;TYPE=JPEG:" + "A" * 5_000_000)
    with bounded():
        read = read_cards(card("FN:Ada", photo, "EMAIL:ada@example.org"))

    assert (len(read.events), read.faults) == (2, [])


def test_a_card_of_ten_megabytes_is_too_large() -> None:
    with bounded():
        read = read_cards(card("FN:Ada", folded("NOTE:" + "x" * 10_000_000)) + card("FN:Bob"))

    assert read.reasons == [TOO_LARGE]
    assert read.one("contact.added")["data"]["name"] == "Bob"


def test_many_lines_make_a_card_too_large_too() -> None:
    many = card("FN:Ada", *(["TEL:1"] * 1_000_000))
    with bounded():
        assert read_cards(many).reasons == [TOO_LARGE]


def test_a_file_of_line_ends_takes_no_more_memory_than_it_is_long() -> None:
    empty = card("FN:Ada") + "\n" * 3_000_000
    with bounded_memory():
        assert read_cards(empty).one("contact.added")["data"]["name"] == "Ada"


def test_an_attachment_in_an_event_is_left_out() -> None:
    attachment = folded("ATTACH;ENCODING=BASE64;VALUE=BINARY:" + "A" * 5_000_000)
    with bounded():
        read = read_calendar(calendar(entry(VISIT, attachment)))

    assert (len(read.events), read.faults) == (1, [])


def test_a_line_that_is_folded_for_ever_ends() -> None:
    endless = calendar(entry(VISIT, "SUMMARY:x" + "\r\n y" * 3_000_000))
    with bounded():
        read = read_calendar(endless)

    assert read.reasons == [TOO_LARGE]


def test_components_ten_thousand_deep() -> None:
    deep = "".join(f"BEGIN:X{n}\r\n" for n in range(10_000)) + "".join(f"END:X{n}\r\n" for n in reversed(range(10_000)))
    with bounded():
        inside = read_calendar(calendar(entry(VISIT, deep.strip()), entry(VISIT, uid="0123456789abcdef")))
        around = read_calendar(calendar(deep.strip(), entry(VISIT)))
        calendars = read_calendar("BEGIN:VCALENDAR\r\n" * 10_000 + entry(VISIT) + "\r\nEND:VCALENDAR" * 10_000)

    assert inside.reasons == ["it is nested deeper than 10 levels"]
    assert [len(read.events) for read in (inside, around, calendars)] == [1, 1, 1]


def test_ten_thousand_people_are_too_many_for_a_meeting() -> None:
    people = [f"ATTENDEE;CN=Person {n}:mailto:{n}@example.org" for n in range(10_000)]
    with bounded(), pytest.raises(Exception, match="has more than 1,000 entries"):
        read_calendar(calendar(entry(VISIT, *people)))


def test_a_hundred_thousand_dates() -> None:
    dates = ",".join(
        f"20{n // 100_000 + 26}{n // 3100 % 12 + 1:02}{n // 100 % 28 + 1:02}T{n % 24:02}{n % 60:02}00Z"
        for n in range(100_000)
    )
    with bounded():
        read = read_calendar(calendar(entry(VISIT, f"RDATE:{dates}")))

    assert read.reasons == ["it lists more than 10,000 dates"]


def test_a_line_of_parameters_and_a_line_of_backslashes() -> None:
    long = "a line in it has more than 10,000 bytes of parameters"
    with bounded():
        assert read_cards(card("FN" + ";X=y" * 200_000 + ":Ada")).reasons == [long]
        assert read_calendar(calendar(entry(VISIT, "SUMMARY" + ";X=y" * 200_000 + ":x"))).reasons == [long]
        assert len(read_cards(card("FN:Ada", "N:" + "\\" * 500_000)).events) == 1
        assert len(read_calendar(calendar(entry(VISIT, "DESCRIPTION:" + "\\" * 500_000))).events) == 1


def test_a_file_that_is_longer_than_is_read(tmp_path: Path) -> None:
    path = tmp_path / "endless.ics"
    with path.open("wb") as file:
        file.truncate(MAX_FILE + 1)
    with bounded():
        (piece,) = pieces([path], (".ics",))

    assert piece.fault is not None
    assert piece.fault.reason == "it is longer than 67,108,864 bytes; part it into several"


@pytest.mark.parametrize("raw", [b"\x00" * 1000, bytes(range(256)) * 100, b"BEGIN:VCALENDAR\n" + bytes(range(256))])
def test_bytes_that_are_no_text(raw: bytes) -> None:
    assert read_calendar(raw).events == []
    assert len(read_calendar(raw).faults) == 1
    assert len(read_cards(raw).faults) == 1
