"""`rapport import` of calendars and cards, as typed."""

import tarfile
from pathlib import Path

import pytest

from tests.importing.read import calendar, card, entry
from tests.project.conftest import embedded, postgres_program, program
from tests.project.given import Program

__all__ = ["embedded", "postgres_program", "program"]

VISIT = entry("DTSTART:20260110T090000", "SUMMARY:Visit", "ATTENDEE;CN=Ada Berg:mailto:ada@example.org")


def typed(program: Program, *words: str) -> dict[str, int]:
    """`rapport import`, of which all must be taken."""
    counts: dict[str, int] = program.json("import", *words)
    return counts


def test_a_calendar_is_imported_once(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "team.ics"
    path.write_text(calendar(VISIT))

    rehearsed = program.json("import", str(path), "--source", "cal", "--dry-run", "--set", "zone=Europe/Berlin")
    assert (rehearsed["taken"], rehearsed["first"]) == (3, None)
    first = typed(program, str(path), "--source", "cal", "--set", "zone=Europe/Berlin")
    again = typed(program, str(path), "--source", "cal", "--set", "zone=Europe/Berlin")
    path.write_text(calendar(VISIT.replace("20260110T09", "20260111T09").replace("SUMMARY", "SEQUENCE:1\r\nSUMMARY")))
    moved = typed(program, str(path), "--source", "cal", "--set", "zone=Europe/Berlin")

    assert (first["taken"], again["taken"], again["repeats"], moved["taken"]) == (3, 0, 3, 1)
    history = program.json("timeline", "ada@example.org")
    assert [row["event_type"] for row in history] != []


def test_cards_of_a_folder_are_imported_and_can_be_looked_up(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "cards"
    folder.mkdir()
    (folder / "1.vcf").write_text(card("FN:Ada Berg", "EMAIL:Ada@Example.org", "TEL:+49 40 123456"))
    (folder / "2.vcf").write_text(card("FN:Bob", "EMAIL:bob@localhost"))

    assert typed(program, str(folder), "--source", "book")["taken"] == 5
    assert program.sql("SELECT name, email FROM personal.contact ORDER BY name", "--personal") == [
        {"name": "Ada Berg", "email": "Ada@Example.org"},
        {"name": "Bob", "email": "bob@localhost"},
    ]
    assert program.sql("SELECT field, doubt FROM contact_quality") == [{"field": "email", "doubt": "not_an_address"}]


def test_an_archive_is_read_and_what_can_not_be_used_waits_with_its_place(embedded: Program, tmp_path: Path) -> None:
    for name, text in (("a.ics", calendar(VISIT)), ("b.ics", "Dear Ada"), ("c.txt", "x"), (".DS_Store", "x")):
        (tmp_path / name).write_text(text)
    archive = tmp_path / "all.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        for name in ("a.ics", "b.ics", "c.txt", ".DS_Store"):
            file.add(tmp_path / name, f"all/{name}")

    result = embedded("import", str(archive), "--source", "cal")

    assert result.exit_code == 3
    letters = embedded.json("dead-letters", "list")
    assert sorted((one["place"], one["source"], one["reason"]) for one in letters) == [
        ("all.tar.gz file 2", "cal", "it is no calendar: it does not begin with BEGIN:VCALENDAR"),
        ("all.tar.gz file 3", "cal", "its ending does not say that it is one of .ics, .ical, .icalendar"),
    ]


def test_ten_thousand_people_wait_in_the_dead_letters(embedded: Program, tmp_path: Path) -> None:
    people = [f"ATTENDEE:mailto:{n}@example.org" for n in range(1_001)]
    path = tmp_path / "all-hands.ics"
    path.write_text(calendar(entry("DTSTART:20260110T090000Z", *people)))

    assert embedded("import", str(path), "--source", "cal").exit_code == 3
    assert [one["reason"] for one in embedded.json("dead-letters", "list")] == [
        "data.contacts has more than 1,000 entries"
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "zone=Nowhere"], "--set zone= takes a time zone"),
        (["--set", "from=soon"], "--set from= takes a day"),
        (["--set", "map=x"], "--set map means nothing here; there are from, to, zone"),
        (["--own", "not an address"], "--own is an address or a domain of ours"),
    ],
)
def test_what_is_said_wrongly_is_told(embedded: Program, tmp_path: Path, words: list[str], said: str) -> None:
    path = tmp_path / "team.ics"
    path.write_text(calendar(VISIT))

    result = embedded("import", str(path), "--source", "cal", *words)

    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr


def test_calendars_and_cards_are_imported_apart(embedded: Program, tmp_path: Path) -> None:
    (tmp_path / "a.ics").write_text(calendar(VISIT))
    (tmp_path / "b.vcf").write_text(card("FN:Ada"))

    result = embedded("import", str(tmp_path / "a.ics"), str(tmp_path / "b.vcf"), "--source", "cal")

    assert (result.exit_code, "side by side" in result.stderr) == (2, True)


def test_a_file_that_is_not_there(embedded: Program, tmp_path: Path) -> None:
    result = embedded("import", str(tmp_path / "team.ics"), "--source", "cal")

    assert (result.exit_code, "there is no such file" in result.stderr) == (2, True)
