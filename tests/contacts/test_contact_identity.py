"""Contacts that are linked are one person, for as long as they are linked."""

from domain.contacts.events import ContactLinked, ContactTagged, ContactUnlinked
from domain.shared.envelope import Envelope
from tests.properties.given import Given, event, id_of

MODELS = ("contact_identity", "contact_person", "contact_tag", "contact")
ANN, BEA, CAT = "contact:crm:ann", "contact:mail:bea@example.org", "contact:hub:cat"


def linked(one: str, other: str, hour: float = 0, **said: object) -> Envelope:
    return event(one, ContactLinked(other=other), hour, **said)


def unlinked(one: str, other: str, hour: float = 0, **said: object) -> Envelope:
    return event(one, ContactUnlinked(other=other), hour, **said)


def smallest(*references: str) -> object:
    return min(id_of(reference) for reference in references)


def persons(given: Given, *events: Envelope) -> dict[object, object]:
    return dict(given(*events).rows("contact_identity", "contact_id", "person_id"))


def test_two_linked_contacts_are_the_one_with_the_smaller_id(given: Given) -> None:
    person = smallest(ANN, BEA)
    assert persons(given, linked(ANN, BEA)) == {id_of(ANN): person, id_of(BEA): person}


def test_links_go_over_others(given: Given) -> None:
    found = persons(given, linked(ANN, BEA), linked(CAT, BEA, 1))
    assert found == dict.fromkeys([id_of(ANN), id_of(BEA), id_of(CAT)], smallest(ANN, BEA, CAT))


def test_unlinking_from_either_side_takes_them_apart(given: Given) -> None:
    assert persons(given, linked(ANN, BEA), unlinked(BEA, ANN, 1)) == {}


def test_unlinking_one_of_two_ways_between_people_leaves_them_one_person(given: Given) -> None:
    ring = (linked(ANN, BEA), linked(BEA, CAT), linked(CAT, ANN))
    assert persons(given, *ring, unlinked(ANN, BEA, 1)) == dict.fromkeys(
        [id_of(ANN), id_of(BEA), id_of(CAT)], smallest(ANN, BEA, CAT)
    )


def test_taking_the_middle_of_a_chain_out_leaves_nobody_linked(given: Given) -> None:
    chain = (linked(ANN, BEA), linked(BEA, CAT))
    assert persons(given, *chain, unlinked(ANN, BEA, 1), unlinked(CAT, BEA, 2)) == {}


def test_what_happened_last_counts_whenever_it_comes_in(given: Given) -> None:
    assert persons(given, unlinked(ANN, BEA, 5), linked(ANN, BEA, 1)) == {}


def test_at_equal_times_the_senders_order_decides(given: Given) -> None:
    assert persons(given, unlinked(ANN, BEA, sequence=2), linked(ANN, BEA, sequence=1)) == {}
    assert len(persons(given, unlinked(ANN, BEA, sequence=1), linked(ANN, BEA, sequence=2))) == 2


def test_at_equal_times_an_event_without_the_senders_order_comes_last(given: Given) -> None:
    assert persons(given, unlinked(ANN, BEA), linked(ANN, BEA, sequence=9)) == {}


def test_a_contact_linked_with_itself_is_linked_with_nobody(given: Given) -> None:
    shown = given(linked(ANN, ANN))
    assert shown.rows("contact_identity", "contact_id") == []
    assert shown.rows("contact_person", "contact_id", "person_id") == [(id_of(ANN), id_of(ANN))]


def test_tenants_with_the_same_keys_never_meet(given: Given) -> None:
    shown = given(linked(ANN, BEA), event(ANN, ContactTagged(tag="vip"), 1, tenant="other"))
    assert shown.rows("contact_identity", "tenant") == [("main",), ("main",)]
    assert shown.rows("contact_person", "contact_id", "person_id", tenant="other") == [
        (id_of(ANN, "other"), id_of(ANN, "other"))
    ]


def test_contacts_linked_and_unlinked_again_stand_as_before(given: Given) -> None:
    facts = (event(ANN, ContactTagged(tag="vip")), event(BEA, ContactTagged(tag="new")))
    before = given(*facts).all()
    assert given(*facts, linked(ANN, BEA, 1), unlinked(ANN, BEA, 2)).all() == before


def test_linked_contacts_share_what_is_known_of_each(given: Given) -> None:
    shown = given(event(ANN, ContactTagged(tag="vip")), event(BEA, ContactTagged(tag="new")), linked(ANN, BEA, 1))
    person = smallest(ANN, BEA)
    assert shown.rows("contact_tag", "contact_id", "tag") == [(person, "new"), (person, "vip")]
    assert shown.rows("contact", "contact_id", "linked_contacts") == [(person, 2)]
