"""How the events of an order change it, in any order, and which of them contradict."""

from decimal import Decimal

import pytest

from domain.deals.events import DealWon
from domain.orders.events import OrderCancelled, OrderPaid, OrderPlaced, OrderRefunded, OrderShipped
from domain.orders.state import UNKNOWN, Order, OrderEvent, contradictions, fold
from domain.shared.envelope import TimePrecision
from domain.shared.event import Event
from tests.commands.given import at, happened

PLACED = OrderPlaced(account="account:crm:1", amount=Decimal(10), currency="EUR", owner="Kim")
PAID, SHIPPED, CANCELLED, REFUNDED = OrderPaid(), OrderShipped(), OrderCancelled(), OrderRefunded(amount=Decimal(1))


def order(*facts: Event) -> Order:
    return fold(happened("order:shop:1", *facts))


def test_an_order_exists_from_its_first_event_of_any_type() -> None:
    found = order(SHIPPED)

    assert (found.known, found.placed, found.status, found.shipped, found.events) == (True, False, "placed", True, 1)


def test_its_placing_says_what_it_comes_to_even_if_it_comes_later() -> None:
    found = order(PAID, PLACED)

    assert (found.placed, found.amount, found.currency, found.owner, found.paid_at) == (
        True, Decimal(10), "EUR", "Kim", at(0),
    )  # fmt: skip


def test_it_is_paid_and_shipped_from_the_first_part_on() -> None:
    found = order(PLACED, PAID, SHIPPED, PAID, SHIPPED)

    assert (found.paid, found.paid_at, found.shipped, found.shipped_at) == (True, at(1), True, at(2))
    assert contradictions(happened("order:shop:1", PLACED, PAID, SHIPPED, PAID, SHIPPED)) == []


def test_times_that_are_not_known_are_empty() -> None:
    found = fold(happened("order:shop:1", PLACED, PAID, SHIPPED, precision=TimePrecision.UNKNOWN))

    assert (found.paid, found.paid_at, found.shipped, found.shipped_at) == (True, None, True, None)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((PLACED, PLACED), ["already_placed"]),
        ((PLACED, CANCELLED, PAID, SHIPPED, CANCELLED, PLACED), ["cancelled"] * 3 + ["already_placed"]),
        ((PLACED, PAID, REFUNDED, CANCELLED, REFUNDED), []),
        ((CANCELLED, PLACED), []),
    ],
)
def test_facts_in_the_wrong_state_contradict_and_change_nothing(
    facts: tuple[OrderEvent, ...], expected: list[str]
) -> None:
    assert [reason for _, reason in contradictions(happened("order:shop:1", *facts))] == expected
    assert order(*facts).status == ("cancelled" if CANCELLED in facts else "placed")
    assert order(PLACED, CANCELLED, PAID, SHIPPED).paid is order(PLACED, CANCELLED, PAID, SHIPPED).shipped is False


def test_events_of_other_things_change_nothing() -> None:
    assert order(DealWon()) == UNKNOWN
