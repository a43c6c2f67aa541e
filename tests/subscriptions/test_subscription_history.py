"""A subscription's history: one row per event with its state after it, however the events came in."""

from decimal import Decimal

import pytest

from domain.shared.event import Event
from domain.subscriptions.events import SubscriptionChanged, SubscriptionEnded, SubscriptionStarted
from tests.properties.given import Given, at, event

MODELS = ("subscription_history", "contradiction")
SUBSCRIPTION = "subscription:shop:1"
STEPS: dict[str, Event] = {
    "started": SubscriptionStarted(plan="Basic", amount=Decimal(5), currency="EUR", every="month"),
    "dearer": SubscriptionChanged(amount=Decimal(7)),
    "yearly": SubscriptionChanged(plan="Plus", every="year"),
    "ended": SubscriptionEnded(),
}


def test_of_the_terms_the_last_word_counts_and_what_is_not_given_stays(given: Given) -> None:
    steps = ["started", "dearer", "yearly", "ended", "started"]
    shown = given(*(event(SUBSCRIPTION, STEPS[step], hour) for hour, step in enumerate(steps)))

    assert shown.rows("subscription_history", "n", "status", "plan", "amount", "currency", "every") == [
        (1, "active", "Basic", Decimal(5), "EUR", "month"),
        (2, "active", "Basic", Decimal(7), "EUR", "month"),
        (3, "active", "Plus", Decimal(7), "EUR", "year"),
        (4, "ended", "Plus", Decimal(7), "EUR", "year"),
        (5, "active", "Basic", Decimal(5), "EUR", "month"),
    ]
    assert shown.rows("contradiction", "reason") == []


@pytest.mark.parametrize(
    ("steps", "status", "reason"),
    [
        ("started started", "active", "already_started"),
        ("started ended started started", "active", "already_started"),
        ("started ended dearer", "ended", "ended"),
        ("ended ended", "ended", "ended"),
    ],
)
def test_a_fact_in_the_wrong_state_is_a_contradiction_and_changes_nothing(
    given: Given, steps: str, status: str, reason: str
) -> None:
    shown = given(*(event(SUBSCRIPTION, STEPS[step], hour) for hour, step in enumerate(steps.split())))
    last = len(steps.split())
    assert shown.rows("subscription_history", "status", "contradiction", "changed", n=last) == [(status, reason, False)]
    assert shown.rows("contradiction", "thing", "reason", "occurred_at") == [(SUBSCRIPTION, reason, at(last - 1))]
    assert Decimal(7) not in [amount for (amount,) in shown.rows("subscription_history", "amount")]


def test_a_subscription_that_was_changed_before_it_started_is_no_contradiction(given: Given) -> None:
    shown = given(event(SUBSCRIPTION, STEPS["dearer"], 0), event(SUBSCRIPTION, STEPS["started"], 1))
    assert shown.rows("subscription_history", "n", "amount", "plan", "contradiction") == [
        (1, Decimal(7), None, None), (2, Decimal(5), "Basic", None),
    ]  # fmt: skip
