"""What is doubtful lands, and what was found of it stands with the event: codes in the open, normal forms sealed."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from consumers.ingest.messages import Incoming
from consumers.ingest.quality import Check, Verdict, judged
from domain.accounts.events import AccountAdded
from domain.activities.events import NoteTaken
from domain.catalog import BY_MODEL
from domain.contacts.events import ContactAdded, ContactEmailRemoved, ContactPostalAddressAdded
from domain.deals.events import DealOpened
from domain.shared.envelope import Envelope
from domain.shared.event import Event
from domain.shared.identity import Identity
from domain.shared.quality import UNDOUBTED, Doubt, Quality
from infra.keys import TenantKeys
from infra.log.log import EventLog
from infra.log.sealing import Sealing
from infra.log.sqlite import open_sqlite_log
from infra.log.state import encode
from infra.quality import QualityCheck
from tests.conftest import SECRET

GERMAN = QualityCheck("DE")
ANN = ContactAdded(name="Ann", email="Ann@Example.ORG", phone="040 123456")
OPENERS = Callable[[Check], AbstractContextManager[EventLog]]


def given(subject: str, data: Event, id_: str = "1") -> Envelope:
    return Envelope("main", id_, "crm", BY_MODEL[type(data)].name, subject, datetime(2026, 1, 5, tzinfo=UTC), data)


@pytest.fixture
def opened(keys: Path, rapport_home: Path, sealing: Sealing) -> OPENERS:
    """Opens the same log with a check of one's choice."""
    path, identities = rapport_home / "log.sqlite", TenantKeys(keys).identity_of
    return lambda check: closing(open_sqlite_log(path, identities, sealing, check=check))


@pytest.mark.parametrize(
    ("as_", "value", "normal", "doubt"),
    [
        ("email", "Ann.Meyer@Example.ORG", "Ann.Meyer@example.org", None),
        ("email", "ann@localhost", None, "not_an_address"),
        ("email", "a..b@example.org", None, "not_an_address"),
        ("email", "ann@firm.invalid", None, "not_an_address"),
        ("phone", "+49 (40) 123456", "+4940123456", None),
        ("phone", "040/123456", "+4940123456", None),
        ("phone", "+44 20 7946 0018 x12", "+442079460018", None),
        ("phone", "+1 555 0100", "+15550100", "not_a_number_in_use"),
        ("phone", "+49 4012345678901234", None, "not_a_possible_number"),
        ("phone", "+999 123 4567", None, "not_a_number"),
        ("phone", "1", None, "not_a_number"),
        ("country", "Germany", "DE", None),
        ("country", " deu ", "DE", None),
        ("country", "de", "DE", None),
        ("country", "Vietnam", "VN", None),
        ("country", "UK", "GB", None),
        ("country", "Germoney", None, "not_a_country"),
        ("currency", "EUR", "EUR", None),
        ("currency", "DEM", None, "not_a_currency"),
        ("currency", "ABC", None, "not_a_currency"),
    ],
)
def test_a_value_has_a_normal_form_or_a_doubt(as_: str, value: str, normal: str | None, doubt: str | None) -> None:
    assert GERMAN(as_, value) == Verdict(normal, doubt)


def test_without_a_country_only_international_numbers_can_be_normalised() -> None:
    assert QualityCheck()("phone", "040 123456") == Verdict(doubt="no_country_code")
    assert QualityCheck()("phone", "+49 40 123456") == Verdict("+4940123456")


def test_what_was_given_stays_and_its_normal_form_is_kept_beside_it() -> None:
    event = judged(given("contact:crm:1", ANN), GERMAN)

    assert event.data == ANN
    assert event.quality == Quality((), (("email", "Ann@example.org"), ("phone", "+4940123456")))


def test_what_is_normal_already_needs_no_word() -> None:
    said = ContactAdded(email="ann@example.org", phone="+4940123456")

    assert judged(given("contact:crm:1", said), GERMAN).quality is UNDOUBTED


def test_a_value_without_a_normal_form_says_so_where_personal_values_are_kept() -> None:
    said = ContactPostalAddressAdded(country="Atlantis")
    event = judged(given("contact:crm:1", said), GERMAN)

    assert event.quality == Quality((Doubt("country", "not_a_country"),), (("country", ""),))


def test_of_business_data_only_the_doubt_is_kept() -> None:
    deal = judged(given("deal:crm:1", DealOpened(amount=Decimal(5), currency="ABC")), GERMAN)
    account = judged(given("account:crm:1", AccountAdded(name="Nordwind", country="Germany")), GERMAN)

    assert deal.quality == Quality((Doubt("currency", "not_a_currency"),))
    assert account.quality == UNDOUBTED


def test_how_somebody_is_no_longer_reached_is_not_judged() -> None:
    event = given("contact:crm:1", ContactEmailRemoved(email="ann@localhost"))

    assert judged(event, GERMAN) is event


def test_an_event_without_checked_fields_is_passed_on_as_it_is() -> None:
    event = given("activity:crm:1", NoteTaken(text="asked back", contacts=["contact:crm:1"]))

    assert judged(event, GERMAN) is event


def test_the_digest_and_the_open_data_know_nothing_of_a_normal_form() -> None:
    plain, found = given("contact:crm:1", ANN), judged(given("contact:crm:1", ANN), QualityCheck())
    before, after = encode(plain, Identity(SECRET)), encode(found, Identity(SECRET))

    assert after.digest == before.digest
    assert json.loads(after.open) == {
        **json.loads(before.open),
        "doubts": [{"field": "phone", "doubt": "no_country_code"}],
    }
    assert b"example.org" not in after.open
    assert [sorted(json.loads(part.content)) for part in after.parts] == [["email", "name", "normal", "phone"]]


def test_a_log_stores_what_was_found_with_events_and_commands_alike(opened: OPENERS) -> None:
    with opened(GERMAN) as log:
        log.take([Incoming(given("contact:crm:1", ANN), "test", "1", b"")])
        log.append([given("contact:crm:1", ANN, "2")], expected=1)
        events = log.history("main", "contact:crm:1").events

    expected = Quality((), (("email", "Ann@example.org"), ("phone", "+4940123456")))
    assert [event.quality for event in events] == [expected, expected]
    assert [event.data for event in events] == [ANN, ANN]


def test_a_repeat_stays_one_whatever_the_libraries_have_learned_since(opened: OPENERS) -> None:
    incoming = Incoming(given("contact:crm:1", ANN), "test", "1", b"")
    checks: list[Check] = [GERMAN, QualityCheck(), lambda *_: Verdict(doubt="never_heard_of")]

    taken = []
    for check in checks:
        with opened(check) as log:
            taken.append(log.take([incoming]))

    assert [(len(one.alerts), one.repeats) for one in taken] == [(0, 0), (0, 1), (0, 1)]
    with opened(GERMAN) as log:
        (event,) = log.history("main", "contact:crm:1").events
    assert event == replace(judged(incoming.envelope, GERMAN), type="crm.contact.added.v1")


def test_nothing_is_judged_before_it_is_known_to_be_a_field_with_a_value() -> None:
    asked: list[tuple[str, str]] = []

    def check(as_: str, value: str) -> Verdict:
        asked.append((as_, value))
        return Verdict(value)

    judged(given("contact:crm:1", ContactAdded(name="Ann", email="ann@example.org")), check)
    judged(given("deal:crm:1", DealOpened(title="Bridge")), check)

    assert asked == [("email", "ann@example.org")]
