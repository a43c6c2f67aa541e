"""Given what was told of subscriptions, each has a row: who has it, what it costs, and whether it runs."""

from decimal import Decimal
from typing import Any

from domain.subscriptions.events import SubscriptionChanged, SubscriptionEnded, SubscriptionStarted
from tests.properties.given import UNKNOWN, Given, at, event, id_of

MODELS = ("subscription",)
THING, ANN = "subscription:shop:7", "contact:shop:ann"
COLUMNS = ("status", "plan", "amount", "every", "started_at", "ended_at", "events")


def started(**said: Any) -> SubscriptionStarted:
    whole = {"contacts": [ANN], "plan": "small", "amount": "9", "currency": "EUR", "every": "month", **said}
    return SubscriptionStarted.model_validate(whole)


def test_what_was_changed_last_is_what_it_costs(given: Given) -> None:
    shown = given(
        event(THING, started(), 1),
        event(THING, SubscriptionChanged(plan="large", amount=Decimal(19)), 2),
    )

    assert shown.rows("subscription", *COLUMNS) == [("active", "large", Decimal(19), "month", at(1), None, 2)]
    assert shown.rows("subscription", "contact_id", "currency") == [(id_of(ANN), "EUR")]


def test_one_that_starts_again_has_not_ended(given: Given) -> None:
    shown = given(event(THING, started(), 1), event(THING, SubscriptionEnded(reason="price"), 2))
    assert shown.rows("subscription", "status", "ended_at") == [("ended", at(2))]

    shown = given(
        event(THING, started(), 1),
        event(THING, SubscriptionEnded(reason="price"), 2),
        event(THING, started(contacts=["contact:shop:ben"]), 3),
    )
    assert shown.rows("subscription", "status", "contact_id", "started_at", "ended_at") == [
        ("active", id_of("contact:shop:ben"), at(3), None)
    ]


def test_when_it_started_need_not_be_known(given: Given) -> None:
    shown = given(event(THING, started(), 1, **UNKNOWN))

    assert shown.rows("subscription", "status", "started_at") == [("active", None)]
