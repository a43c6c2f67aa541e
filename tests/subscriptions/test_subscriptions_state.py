"""How the events of a subscription change it, in any order, and which of them contradict."""

from decimal import Decimal

import pytest

from domain.deals.events import DealWon
from domain.shared.event import Event
from domain.subscriptions.events import SubscriptionChanged, SubscriptionEnded, SubscriptionStarted
from domain.subscriptions.state import UNKNOWN, Subscription, SubscriptionEvent, contradictions, fold
from tests.commands.given import happened

STARTED = SubscriptionStarted(plan="Basic", amount=Decimal(5), currency="EUR", every="month")
DEARER = SubscriptionChanged(amount=Decimal(7))
ENDED = SubscriptionEnded(reason="price")


def subscription(*facts: Event) -> Subscription:
    return fold(happened("subscription:shop:1", *facts))


def terms(*facts: Event) -> tuple[object, ...]:
    found = subscription(*facts)
    return (found.status, found.plan, found.amount, found.currency, found.every)


def test_a_subscription_exists_and_is_active_from_its_first_event_of_any_type() -> None:
    found = subscription(DEARER)

    assert (found.known, found.started, found.status, found.amount) == (True, False, "active", Decimal(7))


def test_of_the_terms_the_last_word_counts_and_what_is_not_given_stays() -> None:
    assert terms(STARTED, DEARER) == ("active", "Basic", Decimal(7), "EUR", "month")
    assert terms(STARTED, SubscriptionChanged(plan="Plus", every="year")) == (
        "active", "Plus", Decimal(5), "EUR", "year",
    )  # fmt: skip
    assert terms(STARTED, SubscriptionChanged(amount=Decimal(0)))[2] == 0


def test_after_its_end_it_can_start_again() -> None:
    assert terms(STARTED, ENDED)[0] == "ended"
    assert terms(STARTED, ENDED, SubscriptionStarted(plan="Plus")) == ("active", "Plus", Decimal(5), "EUR", "month")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((STARTED, STARTED), ["already_started"]),
        ((STARTED, ENDED, DEARER, ENDED), ["ended"] * 2),
        ((STARTED, ENDED, STARTED, STARTED), ["already_started"]),
        ((DEARER, STARTED), []),
        ((ENDED, STARTED, ENDED), []),
    ],
)
def test_facts_in_the_wrong_state_contradict(facts: tuple[SubscriptionEvent, ...], expected: list[str]) -> None:
    assert [reason for _, reason in contradictions(happened("subscription:shop:1", *facts))] == expected


def test_what_contradicts_changes_no_terms() -> None:
    assert terms(STARTED, SubscriptionStarted(plan="Plus")) == terms(STARTED)
    assert terms(STARTED, ENDED, DEARER) == terms(STARTED, ENDED)


def test_events_of_other_things_change_nothing() -> None:
    assert subscription(DealWon()) == UNKNOWN
