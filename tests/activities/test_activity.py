"""Given what happened between people, the table says of each what it was, with whom, and what came of it."""

from domain.activities.events import CallLogged, CartAbandoned, EmailReceived, FormSubmitted, NoteTaken
from domain.contacts.events import ContactLinked
from tests.properties.given import UNKNOWN, Given, at, event, id_of

MODELS = ("activity",)
ANN, BEN = "contact:crm:ann", "contact:crm:ben"


def test_each_activity_is_a_row_of_its_kind(given: Given) -> None:
    shown = given(
        event("activity:crm:1", CallLogged(direction="outbound", outcome="connected", result="sold"), 1),
        event("activity:crm:2", EmailReceived(contacts=[ANN]), 2),
        event("activity:crm:3", NoteTaken(text="She is away.", contacts=[ANN]), 3),
        event("activity:crm:4", FormSubmitted(form="newsletter", page="/news"), 4),
        event("activity:crm:5", CartAbandoned(cart="c-17", amount="12.50", currency="EUR"), 5),  # type: ignore[arg-type]
    )

    found = shown.rows("activity", "reference", "kind", "direction", "outcome", "result", "about")
    assert found == [
        ("activity:crm:1", "call", "outbound", "connected", "sold", None),
        ("activity:crm:2", "email", "inbound", None, None, None),
        ("activity:crm:3", "note", None, None, None, None),
        ("activity:crm:4", "form", None, None, None, "newsletter"),
        ("activity:crm:5", "cart", None, None, None, "c-17"),
    ]


def test_it_concerns_the_person_that_its_first_contact_is(given: Given) -> None:
    shown = given(
        event("activity:crm:1", NoteTaken(text="One", contacts=[BEN, "contact:crm:cleo"]), 1),
        event(ANN, ContactLinked(other=BEN), 2),
    )

    person = min(id_of(ANN), id_of(BEN))
    assert shown.rows("activity", "contact_id") == [(person,)]


def test_a_time_that_is_not_known_is_on_no_day(given: Given) -> None:
    shown = given(event("activity:crm:1", NoteTaken(text="Once"), 1, **UNKNOWN))

    assert shown.rows("activity", "occurred_at", "occurred_on") == [(at(1), None)]
