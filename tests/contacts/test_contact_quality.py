"""What is doubtful is listed by code, and the normal forms stand beside what was given, on both engines."""

from decimal import Decimal
from typing import Any

from consumers.ingest.quality import judged
from domain.accounts.events import AccountAdded
from domain.contacts.events import (
    ContactAdded,
    ContactEmailAdded,
    ContactLinked,
    ContactPhoneAdded,
    ContactPostalAddressAdded,
)
from domain.deals.events import DealOpened
from domain.shared.envelope import Envelope
from domain.shared.event import Event
from infra.quality import QualityCheck
from tests.properties.given import Given, at, id_of
from tests.properties.given import event as unjudged

MODELS = ("contact_quality", "contact_email", "contact_phone", "contact_address", "contact_identity")
ANN, BEA = "contact:crm:ann", "contact:mail:bea@example.org"


def event(subject: str, data: Event, hour: float = 0, country: str = "DE", **said: Any) -> Envelope:
    """An event as a log has it whose RAPPORT_COUNTRY is `country`."""
    return judged(unjudged(subject, data, hour, **said), QualityCheck(country))


def test_what_is_doubtful_is_listed_with_its_person(given: Given) -> None:
    shown = given(
        event(ANN, ContactAdded(name="Ann", email="ann@localhost", phone="+49 40 123456"), 1),
        event(BEA, ContactPhoneAdded(phone="+49 4012345678901234"), 2),
    )
    assert shown.rows("contact_quality", "contact_id", "about", "field", "doubt", "occurred_at", "position") == sorted(
        [
            (id_of(ANN), ANN, "email", "not_an_address", at(1), 1),
            (id_of(BEA), f"contact:id:{id_of(BEA)}", "phone", "not_a_possible_number", at(2), 2),
        ],
        key=lambda row: str(row[0]),
    )


def test_things_that_are_no_contacts_have_doubts_too(given: Given) -> None:
    shown = given(
        event("deal:crm:1", DealOpened(amount=Decimal(5), currency="ABC")),
        event("account:crm:1", AccountAdded(name="Nordwind", country="Atlantis")),
        event("account:crm:2", AccountAdded(name="Südwind", country="Germany")),
    )
    assert shown.rows("contact_quality", "about", "contact_id", "thing_id", "field", "doubt") == [
        ("account:crm:1", None, id_of("account:crm:1"), "country", "not_a_country"),
        ("deal:crm:1", None, id_of("deal:crm:1"), "currency", "not_a_currency"),
    ]


def test_doubts_of_linked_contacts_stand_under_the_person(given: Given) -> None:
    doubtful = event(BEA, ContactEmailAdded(email="bea@localhost"), 1)
    person = min(id_of(ANN), id_of(BEA))
    assert given(doubtful).rows("contact_quality", "contact_id", "thing_id") == [(id_of(BEA), id_of(BEA))]
    shown = given(doubtful, event(ANN, ContactLinked(other=BEA), 2))
    assert shown.rows("contact_quality", "contact_id", "thing_id") == [(person, id_of(BEA))]


def test_a_normal_form_stands_beside_what_was_given(given: Given) -> None:
    shown = given(
        event(ANN, ContactAdded(email="Ann@Example.ORG", phone="040 123456"), 1),
        event(ANN, ContactEmailAdded(email="ann@localhost"), 2),
        event(ANN, ContactPhoneAdded(phone="+4940654321"), 2),
        event(ANN, ContactPostalAddressAdded(country="Germany"), 1),
        event(ANN, ContactPostalAddressAdded(label="home", country="Atlantis"), 1),
        event(ANN, ContactPostalAddressAdded(label="work", country="DE"), 1),
        event(ANN, ContactPostalAddressAdded(label="beach", city="Sylt"), 1),
    )
    assert shown.rows("contact_email", "email", "normal") == [
        ("Ann@Example.ORG", "Ann@example.org"),
        ("ann@localhost", None),
    ]
    assert shown.rows("contact_phone", "phone", "normal") == [
        ("+4940654321", "+4940654321"),
        ("040 123456", "+4940123456"),
    ]
    assert shown.rows("contact_address", "label", "country", "normal") == [
        ("beach", None, None),
        ("home", "Atlantis", None),
        ("main", "Germany", "DE"),
        ("work", "DE", "DE"),
    ]


def test_the_normal_form_is_that_of_the_last_word(given: Given) -> None:
    before = event(ANN, ContactPhoneAdded(phone="040 123456"), 1, country="")
    after = event(ANN, ContactPhoneAdded(phone="040 123456", label="work"), 2)
    assert given(after, before).rows("contact_phone", "phone", "normal") == [("040 123456", "+4940123456")]
    assert given(before).rows("contact_phone", "phone", "normal") == [("040 123456", None)]
