"""An order's history: one row per event with the order's state after it, however the events came in."""

from decimal import Decimal

import pytest

from domain.orders.events import OrderCancelled, OrderPaid, OrderPlaced, OrderRefunded, OrderShipped
from domain.shared.event import Event
from tests.properties.given import UNKNOWN, Given, at, event

MODELS = ("order_history", "contradiction")
ORDER = "order:shop:1"
STEPS: dict[str, Event] = {
    "placed": OrderPlaced(amount=Decimal(10), currency="EUR", owner="Kim"),
    "paid": OrderPaid(amount=Decimal(4), currency="EUR"),
    "shipped": OrderShipped(),
    "cancelled": OrderCancelled(),
    "refunded": OrderRefunded(amount=Decimal(1), currency="EUR"),
}


def test_an_order_is_paid_and_shipped_from_the_first_part_on(given: Given) -> None:
    steps = ["placed", "paid", "shipped", "paid", "shipped"]
    shown = given(*(event(ORDER, STEPS[step], hour) for hour, step in enumerate(steps)))

    assert shown.rows("order_history", "n", "is_paid", "paid_at", "is_shipped", "shipped_at") == [
        (1, False, None, False, None),
        (2, True, at(1), False, None),
        (3, True, at(1), True, at(2)),
        (4, True, at(1), True, at(2)),
        (5, True, at(1), True, at(2)),
    ]
    assert shown.rows("contradiction", "reason") == []


def test_a_part_whose_time_is_not_known_was_paid_all_the_same(given: Given) -> None:
    shown = given(event(ORDER, STEPS["paid"], 0, **UNKNOWN), event(ORDER, STEPS["paid"], 1))
    assert shown.rows("order_history", "n", "is_paid", "paid_at") == [(1, True, None), (2, True, None)]


def test_its_placing_says_what_it_comes_to_from_then_on(given: Given) -> None:
    again = OrderPlaced(amount=Decimal(99), currency="USD", owner="Lee")
    shown = given(event(ORDER, STEPS["paid"], 0), event(ORDER, STEPS["placed"], 1), event(ORDER, again, 2))

    assert shown.rows("order_history", "n", "amount", "currency", "owner", "contradiction") == [
        (1, None, None, None, None),
        (2, Decimal(10), "EUR", "Kim", None),
        (3, Decimal(10), "EUR", "Kim", "already_placed"),
    ]


@pytest.mark.parametrize("step", ["paid", "shipped", "cancelled"])
def test_nothing_happens_to_a_cancelled_order(given: Given, step: str) -> None:
    shown = given(event(ORDER, STEPS["cancelled"], 0), event(ORDER, STEPS[step], 1))

    assert shown.rows("order_history", "status", "contradiction", "changed", "is_paid", "is_shipped", n=2) == [
        ("cancelled", "cancelled", False, False, False)
    ]
    assert shown.rows("contradiction", "thing", "reason", "occurred_at") == [(ORDER, "cancelled", at(1))]


def test_money_is_given_back_and_details_are_told_whenever_they_are(given: Given) -> None:
    shown = given(*(event(ORDER, STEPS[s], hour) for hour, s in enumerate(("cancelled", "refunded", "placed"))))
    assert shown.rows("order_history", "n", "status", "contradiction", "amount") == [
        (1, "cancelled", None, None), (2, "cancelled", None, None), (3, "cancelled", None, Decimal(10)),
    ]  # fmt: skip
