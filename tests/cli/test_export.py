"""What was exported is read by other programs, and by this one again."""

from pathlib import Path
from typing import Any

import pytest

from infra.bootstrap import Rapport
from infra.publishing.reader import Reader
from tests.cli.conftest import Message, filled
from tests.importing.read import read_cards
from tests.project.given import Program

TIME = "2026-01-05T12:00:00Z"
NAME = 'Ada "the" Berg; Ölund, PhD'
SHOWN = {
    "contact_email": ("contact_id", "email", "label", "is_primary"),
    "contact_phone": ("contact_id", "phone", "label", "is_primary"),
    "contact_address": ("contact_id", "label", "street", "city", "country"),
    "contact_profile": ("contact_id", "network", "profile"),
    "contact": ("contact_id", "name", "job_title"),
}


@pytest.fixture
def people(program: Program, message: Message) -> Program:
    """Two people of whom something is known, and one of whom nothing is."""
    ada, later = "contact:test:ada", "2026-01-06T12:00:00Z"
    home = {"label": "home", "street": "One 1\nBack, left", "city": "Kiel", "country": "DE"}
    return filled(
        program,
        [
            message("contact.added", ada, TIME, name=NAME, job_title="Buyer", owner="Kim"),
            message("contact.email_added", ada, later, email="ada@example.org", label="work"),
            message("contact.email_added", ada, TIME, email="a@home.example", label="at home; evenings"),
            message("contact.phone_added", ada, TIME, phone="+49 40 123456", label="work cell"),
            message("contact.postal_address_added", ada, TIME, **home),
            message("contact.social_profile_added", ada, TIME, network="linkedin", profile="https://net.example/ada"),
            message("contact.social_profile_added", ada, TIME, network="web", profile="https://ada.example"),
            message("contact.added", "contact:mail:bob@example.org", TIME, email="bob@example.org"),
            message("activity.note_taken", "activity:test:1", TIME, text="x", contacts=["contact:test:nobody"]),
        ],
    )


def shown(program: Program) -> dict[str, list[Any]]:
    """What the tables show of people."""
    rows = {name: program.sql(f"SELECT * FROM personal.{name}", "--personal") for name in SHOWN}
    return {name: sorted([str(row[one]) for one in columns] for row in rows[name]) for name, columns in SHOWN.items()}


def test_people_are_cards_that_are_read_again_as_the_same_people(people: Program, tmp_path: Path) -> None:
    before, path = shown(people), tmp_path / "people.vcf"

    exported = people("export", "contacts", "--output", str(path))

    assert (exported.exit_code, exported.stdout) == (0, "")
    assert path.stat().st_mode & 0o777 == 0o600
    read = read_cards(path.read_bytes())
    assert read.faults == []
    assert [event["data"].get("name") for event in read.all("contact.added")] == [NAME, None]
    # Imported, it says nothing that was not known.
    assert people("import", str(path), "--source", "book").exit_code == 0
    assert shown(people) == before


def test_an_export_can_be_of_one_agent(people: Program) -> None:
    result = people("export", "contacts", "--owner", "Kim")

    assert result.exit_code == 0
    assert result.stdout.count("BEGIN:VCARD") == 1
    assert "EMAIL;TYPE=work,pref:ada@example.org" in result.stdout.replace("\r\n ", "")


def test_who_may_not_read_names_gets_no_cards(people: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_personal(rapport: Rapport, **_: bool) -> tuple[Reader, bool]:
        return rapport.open_reader(personal=False), False

    monkeypatch.setattr("infra.cli.reading.open_allowed", without_personal)

    result = people("export", "contacts")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "can't be read by this user" in result.stderr


def test_a_file_that_can_not_be_written(people: Program, tmp_path: Path) -> None:
    result = people("export", "contacts", "--output", str(tmp_path / "no" / "people.vcf"))

    assert (result.exit_code, "can't be written" in result.stderr) == (2, True)
