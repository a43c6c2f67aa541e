"""What is doubtful, as typed: it is taken by every way in, and listed."""

import pytest

from tests.cli.conftest import Message, columns, filled
from tests.project.given import Program

LISTED = "SELECT about, field, doubt FROM contact_quality ORDER BY position, field"
NUMBERS = "SELECT phone, normal FROM personal.contact_phone ORDER BY phone"


def test_doubtful_values_are_taken_and_listed(
    program: Program, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given that national numbers are German ones,
    monkeypatch.setenv("RAPPORT_COUNTRY", "de")
    time = "2026-01-05T12:00:00Z"
    # when values come in that can't be right, by a file and by a command,
    filled(
        program,
        [
            message("contact.added", "contact:test:1", time, email="ann@localhost", phone="040 123456"),
            message("deal.opened", "deal:test:1", time, amount=5, currency="ABC"),
        ],
    )
    done = program("do", "add-contact-phone", "--contact", "contact:test:1", "--phone", "+999 1234567")
    # then all of them are taken, and those that are doubtful are listed.
    assert done.exit_code == 0, done.stderr
    assert columns(program.sql(LISTED), "about", "field", "doubt") == [
        ("contact:test:1", "email", "not_an_address"),
        ("deal:test:1", "currency", "not_a_currency"),
        ("contact:test:1", "phone", "not_a_number"),
    ]
    assert columns(program.sql(NUMBERS, "--personal"), "phone", "normal") == [
        ("+999 1234567", None),
        ("040 123456", "+4940123456"),
    ]


def test_a_country_that_is_none_is_refused(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_COUNTRY", "Germany")

    result = program("status")

    assert result.exit_code == 1
    assert "RAPPORT_COUNTRY can't be used: write a country's alpha-2 code, such as DE" in result.stderr
