"""What is allowed with a subscription."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from domain.subscriptions import decider
from domain.subscriptions.events import SubscriptionChanged, SubscriptionEnded, SubscriptionStarted
from domain.subscriptions.state import UNKNOWN, Subscription, SubscriptionEvent, fold
from tests.commands.given import happened, refused


def subscription(*facts: SubscriptionEvent) -> Subscription:
    return fold(happened("subscription:shop:1", *facts))


ACME = "account:crm:acme"
STARTED = SubscriptionStarted(account=ACME, plan="Basic", amount=Decimal(5), currency="EUR", every="month")
ACTIVE, ENDED = subscription(STARTED), subscription(STARTED, SubscriptionEnded())


@pytest.mark.parametrize("given", [UNKNOWN, ENDED, subscription(SubscriptionChanged(plan="Plus"))])
def test_a_subscription_is_started_once_or_again_after_its_end(given: Subscription) -> None:
    assert decider.start(given, STARTED) == [STARTED]


def test_a_subscription_that_runs_is_not_started() -> None:
    with refused("runs already; change it with change-subscription"):
        decider.start(ACTIVE, STARTED)


def test_somebody_subscribes_and_the_amount_has_a_currency() -> None:
    with refused("say who subscribed: --contacts or --account"):
        decider.start(UNKNOWN, SubscriptionStarted(plan="Basic"))
    with refused("give it with --currency"):
        decider.start(UNKNOWN, SubscriptionStarted(account=ACME, amount=Decimal(5)))
    with refused("give it with --amount"):
        decider.start(UNKNOWN, SubscriptionStarted(account=ACME, currency="EUR"))
    # Who and in which currency is known already where it starts again.
    assert decider.start(ENDED, SubscriptionStarted(amount=Decimal(9)))


@pytest.mark.parametrize(
    ("decide", "wanted"),
    [
        (decider.change, SubscriptionChanged(amount=Decimal(7))),
        (decider.change, SubscriptionChanged(custom={"Seats": 3})),
        (decider.end, SubscriptionEnded(reason="price")),
    ],
)
def test_what_is_asked_for_happens_to_a_subscription_that_runs(
    decide: Callable[[Subscription, Any], list[SubscriptionEvent]], wanted: SubscriptionEvent
) -> None:
    assert decide(ACTIVE, wanted) == [wanted]
    with refused("not known; start it first with start-subscription"):
        decide(UNKNOWN, wanted)
    with refused("the subscription has ended; "):
        decide(ENDED, wanted)


def test_a_change_changes_something() -> None:
    with refused("say what changes: --plan, --amount, --currency or --every"):
        decider.change(ACTIVE, SubscriptionChanged())
    with refused("has these terms already"):
        decider.change(ACTIVE, SubscriptionChanged(plan="Basic", amount=Decimal(5)))
