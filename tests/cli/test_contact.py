"""`rapport contact` and `rapport agenda`: a person on one page, and what is to be done, day by day."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cli.conftest import Message, columns, filled
from tests.project.given import Program

ADA = "contact:test:ada"


@pytest.fixture
def known(message: Message) -> list[dict[str, Any]]:
    """Ada, who can be reached, belongs to an account, and with whom something of every sort is open."""
    day = "2026-01-02T09:00:00Z"
    whose = {"contacts": [ADA]}
    return [
        message("account.added", "account:test:nord", day, name="Nordwind GmbH"),
        message("contact.added", ADA, "2026-01-01", name="Ada Lind", email="ada@example.org", job_title="Buyer",
                account="account:test:nord", owner="Kim"),
        message("contact.phone_added", ADA, day, phone="+49 40 123456", label="work"),
        message("contact.tagged", ADA, day, tag="vip"),
        message("contact.consent_given", ADA, day, purpose="newsletter", channel="email"),
        message("deal.opened", "deal:test:1", day, title="Turbine", amount=1000, currency="EUR", **whose),
        message("ticket.opened", "ticket:test:1", day, subject_line="It squeaks", priority="high", **whose),
        message("task.planned", "task:test:1", day, subject_line="Call back", owner="Kim", due_on="2026-01-05",
                **whose),
        message("meeting.scheduled", "meeting:test:1", day, subject_line="Demo", owner="Lee", agents=["Kim"],
                starts_at="2026-01-06T13:00:00Z", ends_at="2026-01-06T14:00:00Z", channel="video", **whose),
        message("order.placed", "order:test:1", day, number="A-7", amount=50, currency="EUR", **whose),
        message("subscription.started", "subscription:test:1", day, plan="small", amount=9, currency="EUR",
                every="month", **whose),
        message("activity.call_logged", "activity:test:1", "2026-01-03T10:00:00Z", direction="inbound", agent="Kim",
                summary="Wants the offer", **whose),
    ]  # fmt: skip


def test_a_person_on_one_page_as_json(program: Program, known: list[dict[str, Any]]) -> None:
    filled(program, known)

    page = program.json("contact", ADA)

    assert (page["name"], page["job_title"], page["owner"], page["tags"]) == ("Ada Lind", "Buyer", "Kim", ["vip"])
    assert columns(page["accounts"], "account") == [("Nordwind GmbH",)]
    assert columns(page["emails"], "email") == [("ada@example.org",)]
    assert columns(page["phones"], "phone", "label") == [("+49 40 123456", "work")]
    assert columns(page["consents"], "purpose", "channel", "given") == [("newsletter", "email", True)]
    assert columns(page["deals"], "title", "amount") == [("Turbine", 1000)]
    assert columns(page["tickets"], "subject_line", "priority") == [("It squeaks", "high")]
    assert columns(page["tasks"], "subject_line", "due_on") == [("Call back", "2026-01-05")]
    assert columns(page["meetings"], "subject_line", "starts_at") == [("Demo", "2026-01-06T13:00:00+00:00")]
    assert columns(page["orders"], "number", "status") == [("A-7", "placed")]
    assert columns(page["subscriptions"], "plan", "every") == [("small", "month")]
    assert (page["summary"]["open_deals"], page["summary"]["last_call_at"]) == (1, "2026-01-03T10:00:00+00:00")
    assert page["timeline"] == program.json("timeline", ADA, "--limit", "20")


def test_a_person_on_one_page_for_people(embedded: Program, known: list[dict[str, Any]]) -> None:
    filled(embedded, known)

    lines = embedded("contact", ADA, "--limit", "8").stdout.splitlines()

    assert lines[0] == "Ada Lind, Buyer"
    for line in (
        "  account       Nordwind GmbH",
        "  telephone     +49 40 123456 (work)",
        "  consent       newsletter by email: given",
        "  deal          Turbine · 1,000 EUR",
        "  ticket        It squeaks · open · high",
        "  task          Call back · due 2026-01-05 · Kim",
        "  meeting       Demo · 2026-01-06 13:00",
        "2026-01-03",
        "  10:00  ☎ call logged · Wants the offer · Kim",
    ):
        assert line in lines
    assert any(line.endswith("subscription started") for line in lines)
    assert lines[-1].startswith(f"what is older: rapport timeline {ADA} --before ")


def test_a_page_of_somebody_who_has_only_an_address(embedded: Program, message: Message) -> None:
    mail = {"contacts": ["contact:mail:bo@example.org"], "direction": "outbound"}
    filled(embedded, [message("activity.call_logged", f"activity:test:{n}", "2026-01-02", **mail) for n in (1, 2)])

    lines = embedded("contact", "bo@example.org", "--limit", "1").stdout.splitlines()

    person = embedded.json("contact", "bo@example.org")["contact_id"]
    assert lines[0] == f"contact:id:{person}"
    assert lines[-1].startswith(f"what is older: rapport timeline {person} --before ")


def test_without_personal_data_the_page_has_ids_and_business_data_only(
    embedded: Program, known: list[dict[str, Any]]
) -> None:
    filled(embedded, known)

    shown = embedded("contact", ADA, "--no-personal").stdout

    assert shown.splitlines()[0] == ADA
    assert not any(word in shown for word in ("Ada Lind", "example.org", "123456", "squeaks", "Wants"))
    assert "Turbine" in shown


def test_a_page_of_somebody_unknown(embedded: Program, known: list[dict[str, Any]]) -> None:
    filled(embedded, known)

    unknown = embedded("contact", "contact:test:nobody")

    assert unknown.exit_code == 1
    assert "nothing is known of this contact" in unknown.stderr


def test_a_timeline_of_some_kinds_and_days(embedded: Program, known: list[dict[str, Any]]) -> None:
    filled(embedded, known)

    calls = embedded.json("timeline", ADA, "--kind", "call", "--kind", "order")
    assert columns(calls, "kind") == [("call",), ("order",)]
    assert columns(embedded.json("timeline", ADA, "--from", "2026-01-03"), "kind") == [("call",)]
    assert columns(embedded.json("timeline", ADA, "--to", "2026-01-01"), "kind") == [("contact",)]
    odd = embedded("timeline", ADA, "--kind", "cal")
    assert odd.exit_code == 2
    assert "is no kind of event; known are account, agent, call, " in odd.stderr


def test_an_agenda_has_the_tasks_and_meetings_of_an_agent(program: Program, known: list[dict[str, Any]]) -> None:
    filled(program, known)
    days = ("--from", "2026-01-01", "--to", "2026-01-31")

    of_kim = program.json("agenda", "--owner", "Kim", *days)
    assert columns(of_kim, "what", "day", "subject_line", "contact", "is_overdue") == [
        ("task", "2026-01-05", "Call back", "Ada Lind", True),
        ("meeting", "2026-01-06", "Demo", "Ada Lind", False),
    ]
    assert columns(program.json("agenda", "--owner", "Lee", *days), "what") == [("meeting",)]
    assert program.json("agenda", "--from", "2026-02-01", "--to", "2026-02-02") == []


def test_an_agenda_begins_today_with_what_is_overdue(embedded: Program, message: Message) -> None:
    now = datetime.now(UTC)

    def task(number: int, **due: str) -> dict[str, Any]:
        return message(
            "task.planned", f"task:test:{number}", "2026-01-02T09:00:00Z", subject_line=f"Task {number}", **due
        )

    filled(
        embedded,
        [
            task(1, due_on=f"{now + timedelta(days=3):%Y-%m-%d}"),
            task(2, due_on="2026-01-05"),
            task(3),
            task(4, due_on=f"{now + timedelta(days=90):%Y-%m-%d}"),
        ],
    )

    shown = embedded("agenda").stdout.splitlines()

    assert shown[0] == "overdue"
    assert [line.split()[-1] for line in shown if "Task" in line] == ["2", "1", "3"]
    assert "no day" in shown
