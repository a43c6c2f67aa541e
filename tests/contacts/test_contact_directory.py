"""The directory: names, and the addresses that stand, in the schema `personal` alone."""

from domain.activities.events import NoteTaken
from domain.contacts.events import (
    ContactAdded,
    ContactEmailAdded,
    ContactEmailRemoved,
    ContactLinked,
    ContactNameCorrected,
    ContactPhoneAdded,
    ContactPhoneRemoved,
    ContactPostalAddressAdded,
    ContactPostalAddressRemoved,
    ContactSocialProfileAdded,
    ContactSocialProfileRemoved,
    ContactUnlinked,
)
from tests.properties.given import UNKNOWN, Given, at, event, id_of

MODELS = (
    "contact_directory", "contact_email", "contact_phone", "contact_address", "contact_profile", "contact_key",
)  # fmt: skip
ANN, BEA = "contact:crm:ann", "contact:mail:bea@example.org"


def test_the_directory_shows_who_a_person_is_and_how_to_reach_them(given: Given) -> None:
    shown = given(
        event(ANN, ContactAdded(name="Ann", job_title="Buyer", email="ann@example.org", phone="+49 40 1"), 1),
        event(ANN, ContactEmailAdded(email="a@example.com", label="private"), 2),
    )
    columns = ("contact_id", "name", "job_title", "email", "phone", "emails", "phones")
    assert shown.rows("contact_directory", *columns) == [
        (id_of(ANN), "Ann", "Buyer", "a@example.com", "+49 40 1", 2, 1)
    ]


def test_whoever_an_event_names_is_in_the_directory(given: Given) -> None:
    shown = given(event("activity:crm:1", NoteTaken(text="asked back", contacts=[BEA])))
    assert shown.rows("contact_directory", "contact_id", "name", "emails") == [(id_of(BEA), None, 0)]


def test_a_name_corrected_stays_so_when_older_news_come_in(given: Given) -> None:
    shown = given(event(ANN, ContactNameCorrected(name="Ann"), 2), event(ANN, ContactAdded(name="Anne"), 1))
    assert shown.rows("contact_directory", "name") == [("Ann",)]


def test_an_address_removed_is_gone_until_it_is_added_again(given: Given) -> None:
    added = event(ANN, ContactEmailAdded(email="ann@example.org", label="work"), 1)
    removed = event(ANN, ContactEmailRemoved(email="ann@example.org"), 2)
    again = event(ANN, ContactAdded(email="ann@example.org"), 3)
    assert given(removed, added).rows("contact_email", "email") == []
    shown = given(added, again, removed)
    assert shown.rows("contact_email", "email", "label", "added_at") == [("ann@example.org", None, at(3))]


def test_an_address_keeps_its_label_and_its_first_time(given: Given) -> None:
    shown = given(
        event(ANN, ContactPhoneAdded(phone="+49 40 1", label="mobile"), 1),
        event(ANN, ContactAdded(phone="+49 40 1"), 2),
        event(ANN, ContactPhoneAdded(phone="+49 40 2"), 1.5),
    )
    assert shown.rows("contact_phone", "phone", "label", "added_at", "is_primary") == [
        ("+49 40 1", "mobile", at(1), True),
        ("+49 40 2", None, at(1.5), False),
    ]


def test_a_number_that_is_no_longer_theirs_is_not_shown(given: Given) -> None:
    shown = given(event(ANN, ContactAdded(phone="+49 40 1"), 1), event(ANN, ContactPhoneRemoved(phone="+49 40 1"), 2))
    assert shown.rows("contact_directory", "phone", "phones") == [(None, 0)]


def test_a_postal_address_replaces_the_one_with_its_label(given: Given) -> None:
    shown = given(
        event(ANN, ContactPostalAddressAdded(street="Old Street 1", city="Hamburg"), 1),
        event(ANN, ContactPostalAddressAdded(city="Bremen"), 2),
        event(ANN, ContactPostalAddressAdded(label="home", city="Kiel"), 3),
        event(ANN, ContactPostalAddressAdded(label="beach", city="Sylt"), 1),
        event(ANN, ContactPostalAddressRemoved(label="beach"), 4),
    )
    assert shown.rows("contact_address", "label", "street", "city", "added_at") == [
        ("home", None, "Kiel", at(3)),
        ("main", None, "Bremen", at(2)),
    ]


def test_profiles_stand_by_network(given: Given) -> None:
    shown = given(
        event(ANN, ContactSocialProfileAdded(network="linkedin", profile="ann"), 1, **UNKNOWN),
        event(ANN, ContactSocialProfileAdded(network="xing", profile="ann"), 1),
        event(ANN, ContactSocialProfileRemoved(network="xing", profile="ann"), 2),
    )
    assert shown.rows("contact_profile", "network", "profile", "added_at") == [("linkedin", "ann", None)]


def test_custom_fields_are_kept(given: Given) -> None:
    shown = given(
        event(ANN, ContactAdded(custom={"shoe size": 38}), 1), event(ANN, ContactNameCorrected(name="Ann"), 2)
    )
    assert shown.rows("contact_directory", "custom") == [('{"shoe size":38}',)]


def test_linked_contacts_have_one_entry_until_they_are_unlinked(given: Given) -> None:
    facts = (
        event(ANN, ContactAdded(name="Ann", email="ann@example.org"), 1),
        event(BEA, ContactAdded(name="Ann B.", email="bea@example.org"), 2),
    )
    linked = event(BEA, ContactLinked(other=ANN), 3)
    person = min(id_of(ANN), id_of(BEA))
    assert given(*facts, linked).rows("contact_directory", "contact_id", "name", "emails") == [(person, "Ann B.", 2)]
    apart = given(*facts, linked, event(BEA, ContactUnlinked(other=ANN), 4))
    assert apart.rows("contact_directory", "name", "emails", contact_id=id_of(ANN)) == [("Ann", 1)]


def test_a_personal_key_stands_open_here_with_the_person_it_means(given: Given) -> None:
    note = event("activity:crm:1", NoteTaken(text="asked back", contacts=[BEA, ANN]), 1)
    person = min(id_of(ANN), id_of(BEA))
    shown = given(note, event(ANN, ContactLinked(other=BEA), 2))
    assert shown.rows("contact_key", "reference", "contact_id", "named_id") == [
        (ANN, person, id_of(ANN)),
        (BEA, person, id_of(BEA)),
    ]


def test_a_key_is_known_from_each_event_that_names_it(given: Given) -> None:
    early = event("activity:crm:1", NoteTaken(text="asked back", contacts=[BEA, BEA]), 1)
    shown = given(event("activity:crm:2", NoteTaken(text="called", contacts=[BEA]), 5), early)
    assert shown.rows("fact_contact_key", "reference", "position", "occurred_at") == [(BEA, 1, at(5)), (BEA, 2, at(1))]
    assert shown.rows("contact_key", "reference", "named_id") == [(BEA, id_of(BEA))]


def test_tenants_with_the_same_keys_have_directories_of_their_own(given: Given) -> None:
    shown = given(event(ANN, ContactAdded(name="Ann")), event(ANN, ContactAdded(name="Anna"), tenant="other"))
    assert shown.rows("contact_directory", "tenant", "name") == [("main", "Ann"), ("other", "Anna")]
    assert shown.rows("contact_key", "tenant", "named_id") == [("main", id_of(ANN)), ("other", id_of(ANN, "other"))]
