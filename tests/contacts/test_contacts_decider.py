"""What is allowed with a contact, and how its events change it."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalog import EVENT_TYPES
from domain.contacts import decider
from domain.contacts.events import (
    ContactAdded,
    ContactCommunicationPreferencesSet,
    ContactConsentGiven,
    ContactConsentWithdrawn,
    ContactEmailAdded,
    ContactEmailRemoved,
    ContactJoinedAccount,
    ContactLeftAccount,
    ContactLinked,
    ContactNameCorrected,
    ContactOwnerChanged,
    ContactPhoneAdded,
    ContactPhoneRemoved,
    ContactPostalAddressAdded,
    ContactPostalAddressRemoved,
    ContactSocialProfileAdded,
    ContactSocialProfileRemoved,
    ContactTagged,
    ContactUnlinked,
    ContactUntagged,
)
from domain.contacts.state import UNKNOWN, Contact, ContactEvent, fold, fold_link
from domain.examples import example_data
from tests.commands.given import happened, refused


def contact(*facts: ContactEvent) -> Contact:
    return fold(happened("contact:crm:ada", *facts))


ADDED = ContactAdded(name="Ada", email="Ada@example.org", phone="+49 40 123", account="account:crm:nord", owner="Kim")
ADA = contact(ADDED)
Decide = Callable[[Contact, Any], list[ContactEvent]]


def test_a_contact_is_added_once_even_if_other_events_of_it_came_first() -> None:
    assert decider.add(UNKNOWN, ADDED) == [ADDED]
    assert decider.add(contact(ContactTagged(tag="vip")), ADDED) == [ADDED]
    with refused("already known"):
        decider.add(ADA, ADDED)


@pytest.mark.parametrize(
    ("decide", "wanted"),
    [
        (decider.correct_name, ContactNameCorrected(name="Ada L.")),
        (decider.add_email, ContactEmailAdded(email="ada@work.example")),
        (decider.remove_email, ContactEmailRemoved(email="Ada@example.org")),
        (decider.add_phone, ContactPhoneAdded(phone="+49 40 456")),
        (decider.remove_phone, ContactPhoneRemoved(phone="+49 40 123")),
        (decider.add_postal_address, ContactPostalAddressAdded(city="Hamburg")),
        (decider.add_social_profile, ContactSocialProfileAdded(network="linkedin", profile="ada")),
        (decider.join_account, ContactJoinedAccount(account="account:crm:sued")),
        (decider.leave_account, ContactLeftAccount(account="account:crm:nord")),
        (decider.change_owner, ContactOwnerChanged(owner="Robin")),
        (decider.tag, ContactTagged(tag="vip")),
        (decider.set_preferences, ContactCommunicationPreferencesSet(preferred="email", avoid=["phone"])),
        (decider.give_consent, ContactConsentGiven(purpose="newsletter", channel="email", obtained="web form")),
        (decider.withdraw_consent, ContactConsentWithdrawn(purpose="newsletter")),
    ],
)
def test_what_is_asked_for_happens_and_only_to_a_contact_we_know(decide: Decide, wanted: ContactEvent) -> None:
    assert decide(ADA, wanted) == [wanted]
    with refused("not known; add it first with add-contact"):
        decide(UNKNOWN, wanted)


@pytest.mark.parametrize(
    ("given_", "decide", "wanted"),
    [
        (
            ContactPostalAddressAdded(label="work", city="Bonn"),
            decider.remove_postal_address,
            ContactPostalAddressRemoved(label="work"),
        ),
        (
            ContactSocialProfileAdded(network="linkedin", profile="ada"),
            decider.remove_social_profile,
            ContactSocialProfileRemoved(network="linkedin", profile="ada"),
        ),
        (ContactTagged(tag="vip"), decider.untag, ContactUntagged(tag="vip")),
    ],
)
def test_what_was_added_can_be_removed_once(given_: ContactEvent, decide: Decide, wanted: ContactEvent) -> None:
    assert decide(contact(ADDED, given_), wanted) == [wanted]
    with refused("there is none"):
        decide(contact(ADDED, given_, wanted), wanted)


def test_an_address_is_the_same_however_its_letters_are_written() -> None:
    twice = contact(ADDED, ContactEmailAdded(email="ada@example.org"))

    assert decider.remove_email(twice, ContactEmailRemoved(email="ADA@example.org")) == [
        ContactEmailRemoved(email="Ada@example.org"),
        ContactEmailRemoved(email="ada@example.org"),
    ]
    with refused("that e-mail address already"):
        decider.add_email(ADA, ContactEmailAdded(email="ada@EXAMPLE.org"))


def test_a_number_is_the_same_however_its_digits_are_grouped() -> None:
    assert decider.remove_phone(ADA, ContactPhoneRemoved(phone="+4940123")) == [ContactPhoneRemoved(phone="+49 40 123")]
    with refused("that number already"):
        decider.add_phone(ADA, ContactPhoneAdded(phone="+49 (40) 123"))


@pytest.mark.parametrize(
    ("decide", "wanted", "because"),
    [
        (decider.correct_name, ContactNameCorrected(name="Ada"), "that name already"),
        (decider.remove_email, ContactEmailRemoved(email="x@example.org"), "does not have that e-mail address"),
        (decider.remove_phone, ContactPhoneRemoved(phone="+1 555"), "does not have that number"),
        (decider.add_postal_address, ContactPostalAddressAdded(label="work"), "give one"),
        (decider.leave_account, ContactLeftAccount(account="account:crm:x"), "there is account:crm:nord"),
        (decider.join_account, ContactJoinedAccount(account="account:crm:nord"), "account:crm:nord already"),
        (decider.change_owner, ContactOwnerChanged(owner="Kim"), "Kim is responsible"),
        (
            decider.set_preferences,
            ContactCommunicationPreferencesSet(preferred="email", avoid=["email"]),
            "both preferred and avoided",
        ),
    ],
)
def test_a_decision_is_refused(decide: Decide, wanted: ContactEvent, because: str) -> None:
    with refused(because):
        decide(ADA, wanted)


@pytest.mark.parametrize(
    ("decide", "fact", "because"),
    [
        (decider.add_postal_address, ContactPostalAddressAdded(city="Bonn"), "remove-contact-address"),
        (
            decider.add_social_profile,
            ContactSocialProfileAdded(network="x", profile="ada"),
            "that profile on x already",
        ),
        (decider.tag, ContactTagged(tag="vip"), "carries the tag 'vip' already"),
        (decider.set_preferences, ContactCommunicationPreferencesSet(language="de"), "these already"),
    ],
)
def test_what_is_so_already_is_refused(decide: Decide, fact: ContactEvent, because: str) -> None:
    with refused(because):
        decide(contact(ADDED, fact), fact)


def test_refusals_repeat_no_personal_value() -> None:
    with pytest.raises(Exception, match="already") as error:
        decider.add_email(ADA, ContactEmailAdded(email="ada@example.org"))

    assert "example.org" not in str(error.value)


LINK, UNLINK = ContactLinked(other="contact:crm:al"), ContactUnlinked(other="contact:crm:al")


def test_two_contacts_are_linked_and_unlinked() -> None:
    assert decider.link(ADA, LINK, same=False, linked=False) == [LINK]
    assert decider.unlink(ADA, UNLINK, linked=True) == [UNLINK]


@pytest.mark.parametrize(
    ("given_", "same", "linked", "because"),
    [
        (UNKNOWN, False, False, "not known"),
        (ADA, True, False, "with itself"),
        (ADA, False, True, "linked already"),
    ],
)
def test_linking_is_refused(given_: Contact, same: bool, linked: bool, because: str) -> None:
    with refused(because):
        decider.link(given_, LINK, same=same, linked=linked)


@pytest.mark.parametrize(("given_", "because"), [(UNKNOWN, "not known"), (ADA, "not linked with each other")])
def test_unlinking_is_refused(given_: Contact, because: str) -> None:
    with refused(because):
        decider.unlink(given_, UNLINK, linked=False)


@pytest.mark.parametrize(
    ("facts", "linked"), [((), False), ((LINK,), True), ((LINK, UNLINK), False), ((UNLINK, LINK), True)]
)
def test_the_last_word_on_a_pair_counts(facts: tuple[ContactEvent, ...], linked: bool) -> None:
    assert fold_link(happened("contact:crm:ada", *facts)) is linked


def test_added_again_by_a_source_a_contact_is_stated_anew_in_what_is_given() -> None:
    again = contact(ADDED, ContactAdded(name="Ada Lindgren", email="ada@work.example"))

    assert (again.name, again.owner) == ("Ada Lindgren", "Kim")
    assert again.emails == {"Ada@example.org", "ada@work.example"}


def test_the_last_word_on_a_purpose_and_a_channel_counts_and_may_be_said_twice() -> None:
    by_mail, by_phone = ("newsletter", "email"), ("newsletter", "phone")
    yes = ContactConsentGiven(purpose="newsletter", channel="email")
    no = ContactConsentWithdrawn(purpose="newsletter", channel="email")
    on_all = ContactConsentWithdrawn(purpose="newsletter")

    assert contact(yes).consents == {by_mail: True}
    assert contact(yes, yes, no, no).consents == {by_mail: False}
    assert contact(no, yes).consents == {by_mail: True}
    # A word for all channels stands beside those for one: which came later, the table says.
    assert contact(yes, on_all).consents == {by_mail: True, ("newsletter", None): False}
    assert by_phone not in contact(yes).consents


def test_a_contact_can_always_agree_again_and_always_say_no() -> None:
    yes, no = ContactConsentGiven(purpose="newsletter"), ContactConsentWithdrawn(purpose="newsletter")

    assert decider.give_consent(contact(ADDED, yes), yes) == [yes]
    assert decider.withdraw_consent(contact(ADDED, no), no) == [no]


examples = [t.model.model_validate(example_data(t)) for t in EVENT_TYPES if t.area == "contact"]


@given(st.lists(st.sampled_from(examples), max_size=20))
def test_any_events_in_any_order_evolve(facts: list[ContactEvent]) -> None:
    found = contact(*facts)

    assert found.known == bool(facts)
    assert found.tags == ({"newsletter"} if _last(facts, ContactTagged, ContactUntagged) else set())
    assert found.addresses == (
        {"work"} if _last(facts, ContactPostalAddressAdded, ContactPostalAddressRemoved) else set()
    )


def _last(facts: list[ContactEvent], added: type, removed: type) -> bool:
    about = [fact for fact in facts if isinstance(fact, added | removed)]
    return bool(about) and isinstance(about[-1], added)
