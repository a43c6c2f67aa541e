"""`rapport timeline`: one person's story, whichever key they are asked for by."""

from typing import Any

import pytest

from tests.cli.conftest import Message, columns, filled
from tests.project.given import Program

ADA = "contact:test:ada"


@pytest.fixture
def story(message: Message) -> list[dict[str, Any]]:
    """Ada is known by two keys that are linked, and to her belong a mail, a call, a deal and a day without a time."""
    day = message("contact.added", ADA, "2026-01-01", name="Ada Lind", email="ada@example.org")
    return [
        day,
        message(
            "activity.email_received", "activity:test:1", "2026-01-02T09:00:00Z", contacts=[ADA], subject_line="Hello"
        ),
        message(
            "activity.call_logged",
            "activity:test:2",
            "2026-01-03T09:00:00Z",
            contacts=["contact:test:a2"],
            direction="inbound",
            deal="deal:test:1",
        ),
        message("contact.linked", "contact:test:a2", "2026-01-04T09:00:00Z", other=ADA),
        message("deal.opened", "deal:test:1", "2026-01-05T09:00:00Z", title="Turbine", contacts=[ADA]),
        message(
            "activity.note_taken", "activity:test:3", "2026-01-06T09:00:00Z", contacts=["contact:test:bo"], text="No"
        ),
    ]


def test_a_person_by_each_of_their_keys(program: Program, story: list[dict[str, Any]]) -> None:
    filled(program, story)

    timeline = program.json("timeline", ADA)

    assert columns(timeline, "kind", "about", "time_precision", "subject_line") == [
        ("deal", "deal:test:1", "instant", None),
        ("contact", "contact:test:a2", "instant", None),
        ("call", "deal:test:1", "instant", None),
        ("email", "activity:test:1", "instant", "Hello"),
        ("contact", ADA, "day", None),
    ]
    person = timeline[0]["contact_id"]
    for key in ("contact:test:a2", person, "contact:mail:ada@example.org", " ADA@example.org"):
        assert program.json("timeline", key) == timeline
    without = program.json("timeline", ADA, "--no-personal")
    assert {row["subject_line"] for row in without} == {None}


def test_page_by_page(embedded: Program, story: list[dict[str, Any]]) -> None:
    filled(embedded, story)
    timeline = embedded.json("timeline", ADA)

    pages, before = [], list[str]()
    while page := embedded.json("timeline", ADA, "--limit", "2", *before):
        pages.append(page)
        before = ["--before", page[-1]["event_id"]]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [row for page in pages for row in page] == timeline
    assert embedded.json("timeline", ADA, "--before", "2026-01-03T09:00:00Z") == timeline[3:]
    assert embedded("timeline", ADA, "--before", "yesterday").exit_code == 2


def test_people_see_names_and_texts_and_local_times(
    embedded: Program, story: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_TIMEZONE", "Asia/Tokyo")
    filled(embedded, story)

    shown = embedded("timeline", ADA).stdout

    assert shown.startswith("Ada Lind")
    assert "2026-01-02 18:00" in shown
    assert "2026-01-01 " in shown
    assert "Hello" in shown


def test_somebody_unknown_and_something_that_is_no_contact(embedded: Program) -> None:
    unknown, odd = embedded("timeline", "contact:test:nobody"), embedded("timeline", "deal:test:1")

    assert (unknown.exit_code, odd.exit_code) == (1, 2)
    assert "nothing is known of this contact" in unknown.stderr
    assert "contact" in odd.stderr
