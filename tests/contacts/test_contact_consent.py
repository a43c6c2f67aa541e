"""What people agreed to: the last word on each purpose and channel."""

from domain.contacts.events import ContactConsentGiven, ContactConsentWithdrawn, ContactLinked
from tests.properties.engines import IDENTITIES
from tests.properties.given import UNKNOWN, Given, at, event, id_of

MODELS = ("contact_consent", "contact")
ANN, MAIL = "contact:crm:ann", "contact:mail:ann@example.org"
YES = ContactConsentGiven(purpose="newsletter", channel="email", obtained="web form", wording="Yes, write to me.")
NO = ContactConsentWithdrawn(purpose="newsletter", channel="email", obtained="link")


def test_a_consent_shows_since_when_and_what_proves_it(given: Given) -> None:
    said = event(ANN, YES, 1)
    shown = given(said)

    columns = ("contact_id", "purpose", "channel", "given", "since", "obtained", "wording", "source", "event_id")
    assert shown.rows("contact_consent", *columns) == [
        (
            *(id_of(ANN), "newsletter", "email", True, at(1), "web form", "Yes, write to me.", "crm"),
            IDENTITIES["main"].event(said.source, said.id),
        )
    ]


def test_the_last_word_counts_however_late_it_is_heard(given: Given) -> None:
    again = ContactConsentGiven(purpose="newsletter", channel="email", obtained="phone")
    shown = given(event(ANN, again, 3), event(ANN, YES, 1), event(ANN, NO, 2))
    assert shown.rows("contact_consent", "given", "since", "obtained", "wording") == [(True, at(3), "phone", None)]

    shown = given(event(ANN, NO, 5), event(ANN, YES, 1), event(ANN, NO, 2))
    assert shown.rows("contact_consent", "given", "since", "obtained") == [(False, at(5), "link")]


def test_each_purpose_and_channel_has_a_word_of_its_own_and_so_have_all_channels(given: Given) -> None:
    shown = given(
        event(ANN, YES, 1),
        event(ANN, ContactConsentGiven(purpose="profiling"), 2),
        event(ANN, ContactConsentWithdrawn(purpose="newsletter"), 3),
    )
    assert shown.rows("contact_consent", "purpose", "channel", "given") == [
        ("newsletter", "all", False),
        ("newsletter", "email", True),
        ("profiling", "all", True),
    ]


def test_linked_contacts_are_one_person_who_said_the_last_word(given: Given) -> None:
    shown = given(event(ANN, YES, 1), event(MAIL, NO, 2), event(ANN, ContactLinked(other=MAIL), 3))
    assert shown.rows("contact_consent", "contact_id", "given") == [(min(id_of(ANN), id_of(MAIL)), False)]


def test_a_word_whose_time_is_not_known_counts_in_its_place(given: Given) -> None:
    shown = given(event(ANN, YES, 1), event(ANN, NO, 2, **UNKNOWN))
    assert shown.rows("contact_consent", "given", "since") == [(False, None)]
