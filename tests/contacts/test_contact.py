"""A person's row: business data only, of several linked contacts the last fact of each kind."""

from domain.activities.events import CallLogged
from domain.contacts.events import (
    ContactAdded,
    ContactCommunicationPreferencesSet,
    ContactJoinedAccount,
    ContactLeftAccount,
    ContactLinked,
    ContactNameCorrected,
    ContactOwnerChanged,
    ContactTagged,
    ContactUnlinked,
    ContactUntagged,
)
from tests.properties.given import UNKNOWN, Given, at, event, id_of

MODELS = ("contact", "contact_account", "contact_tag")
ANN, BEA = "contact:crm:ann", "contact:mail:bea@example.org"
ACME, BOLT = "account:crm:acme", "account:crm:bolt"


def test_whoever_an_event_names_has_a_row(given: Given) -> None:
    shown = given(
        event("activity:crm:1", CallLogged(direction="inbound", contacts=[ANN])),
        event(BEA, ContactNameCorrected(name="Bea")),
    )
    ids = sorted([id_of(ANN), id_of(BEA)])
    assert shown.rows("contact", "contact_id") == [(one,) for one in ids]


def test_a_row_holds_what_is_known_of_the_person(given: Given) -> None:
    shown = given(
        event(ANN, ContactAdded(name="Ann", account=ACME, owner="Kim"), 1),
        event(ANN, ContactJoinedAccount(account=ACME, role="buyer"), 2),
        event(ANN, ContactCommunicationPreferencesSet(preferred="email", avoid=["sms", "post"], language="de"), 3),
    )
    columns = ("reference", "account_id", "role", "owner", "preferred_channel", "avoid", "language", "added_at")
    assert shown.rows("contact", *columns) == [(ANN, id_of(ACME), "buyer", "Kim", "email", "sms,post", "de", at(1))]


def test_the_outside_key_stands_open_whatever_event_names_it(given: Given) -> None:
    shown = given(event("activity:crm:1", CallLogged(direction="inbound", contacts=[BEA, ANN])))
    assert shown.rows("contact", "contact_id", "reference", contact_id=id_of(ANN)) == [(id_of(ANN), ANN)]
    assert shown.rows("contact", "reference", contact_id=id_of(BEA)) == [(None,)]


def test_of_the_keys_of_linked_contacts_the_first_of_the_alphabet_is_shown(given: Given) -> None:
    shown = given(event("contact:hub:7", ContactLinked(other=ANN)), event(BEA, ContactLinked(other=ANN), 1))
    assert shown.rows("contact", "reference", "linked_contacts") == [(ANN, 3)]


def test_a_personal_key_is_no_reference(given: Given) -> None:
    assert given(event(BEA, ContactAdded(name="Bea"))).rows("contact", "reference") == [(None,)]


def test_the_last_owner_counts_and_not_the_one_heard_of_last(given: Given) -> None:
    shown = given(event(ANN, ContactOwnerChanged(owner="Lee"), 5), event(ANN, ContactOwnerChanged(owner="Kim"), 1))
    assert shown.rows("contact", "owner") == [("Lee",)]


def test_preferences_are_replaced_as_a_whole(given: Given) -> None:
    shown = given(
        event(ANN, ContactCommunicationPreferencesSet(preferred="email", avoid=["sms"], language="de"), 1),
        event(ANN, ContactCommunicationPreferencesSet(language="en"), 2),
    )
    assert shown.rows("contact", "preferred_channel", "avoid", "language") == [(None, None, "en")]


def test_a_contact_added_at_an_unknown_time_has_none(given: Given) -> None:
    shown = given(event(ANN, ContactAdded(name="Ann"), 1, **UNKNOWN), event(ANN, ContactAdded(name="Ann"), 2))
    assert shown.rows("contact", "added_at") == [(None,)]


def test_the_account_joined_last_is_the_current_one_until_it_is_left(given: Given) -> None:
    joined = (event(ANN, ContactJoinedAccount(account=ACME), 1), event(ANN, ContactJoinedAccount(account=BOLT), 2))
    assert given(*joined).rows("contact", "account_id") == [(id_of(BOLT),)]
    left = given(*joined, event(ANN, ContactLeftAccount(account=BOLT), 3))
    assert left.rows("contact", "account_id") == [(id_of(ACME),)]
    assert left.rows("contact_account", "account", "joined_at", "is_current") == [(ACME, at(1), True)]


def test_who_comes_back_to_an_account_begins_there_anew(given: Given) -> None:
    shown = given(
        event(ANN, ContactJoinedAccount(account=ACME, role="buyer"), 1),
        event(ANN, ContactLeftAccount(account=ACME), 2),
        event(ANN, ContactJoinedAccount(account=ACME), 3),
    )
    assert shown.rows("contact_account", "role", "joined_at") == [(None, at(3))]


def test_leaving_an_account_that_was_never_joined_changes_nothing(given: Given) -> None:
    shown = given(event(ANN, ContactLeftAccount(account=BOLT), 2), event(ANN, ContactJoinedAccount(account=ACME), 1))
    assert shown.rows("contact_account", "account_id") == [(id_of(ACME),)]


def test_a_tag_stands_since_it_was_first_given_after_it_was_last_taken(given: Given) -> None:
    shown = given(
        event(ANN, ContactTagged(tag="vip"), 4),
        event(ANN, ContactTagged(tag="vip"), 3),
        event(ANN, ContactUntagged(tag="vip"), 2),
        event(ANN, ContactTagged(tag="vip"), 1),
        event(ANN, ContactTagged(tag="old"), 1),
        event(ANN, ContactUntagged(tag="old"), 5),
    )
    assert shown.rows("contact_tag", "tag", "tagged_at") == [("vip", at(3))]


def test_of_linked_contacts_the_last_fact_counts(given: Given) -> None:
    facts = (
        event(ANN, ContactAdded(owner="Kim", account=ACME), 1),
        event(BEA, ContactOwnerChanged(owner="Lee"), 2),
        event(BEA, ContactLeftAccount(account=ACME), 3),
    )
    linked = event(ANN, ContactLinked(other=BEA), 4)
    shown = given(*facts, linked)
    assert shown.rows("contact", "reference", "owner", "account_id") == [(ANN, "Lee", None)]
    apart = given(*facts, linked, event(ANN, ContactUnlinked(other=BEA), 5))
    assert apart.rows("contact", "owner", contact_id=id_of(ANN)) == [("Kim",)]
    assert apart.rows("contact", "account_id", contact_id=id_of(ANN)) == [(id_of(ACME),)]


def test_a_repeat_of_a_fact_under_its_id_changes_nothing(given: Given) -> None:
    fact = event(ANN, ContactAdded(owner="Kim"), 1)
    assert given(fact, fact).all() == given(fact).all()
