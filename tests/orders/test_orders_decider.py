"""What is allowed with an order."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from domain.orders import decider
from domain.orders.events import (
    OrderCancelled,
    OrderLine,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
    OrderShipped,
)
from domain.orders.state import UNKNOWN, Order, OrderEvent, fold
from tests.commands.given import happened, refused


def order(*facts: OrderEvent) -> Order:
    return fold(happened("order:shop:1", *facts))


ACME = "account:crm:acme"
LINE = OrderLine(quantity=Decimal(1), amount=Decimal(10))
PLACED = OrderPlaced(account=ACME, amount=Decimal(10), currency="EUR")
OPEN, CANCELLED = order(PLACED), order(PLACED, OrderCancelled())
Decide = Callable[[Order, Any], list[OrderEvent]]


@pytest.mark.parametrize("wanted", [PLACED, OrderPlaced(contacts=["contact:crm:ada"], lines=[LINE], currency="EUR")])
def test_an_order_is_placed_once_even_if_other_events_of_it_came_first(wanted: OrderPlaced) -> None:
    assert decider.place(UNKNOWN, wanted) == [wanted]
    assert decider.place(order(OrderPaid()), wanted) == [wanted]
    with refused("placed already; go on with pay-order, ship-order"):
        decider.place(OPEN, wanted)


@pytest.mark.parametrize(
    ("wanted", "because"),
    [
        (OrderPlaced(amount=Decimal(1), currency="EUR"), "say who bought: --contacts or --account"),
        (OrderPlaced(account=ACME, amount=Decimal(1)), "give it with --currency"),
        (OrderPlaced(account=ACME, lines=[LINE]), "give it with --currency"),
        (OrderPlaced(account=ACME, currency="EUR"), "give it with --amount"),
    ],
)
def test_an_order_has_a_buyer_and_its_amounts_a_currency(wanted: OrderPlaced, because: str) -> None:
    with refused(because):
        decider.place(UNKNOWN, wanted)


@pytest.mark.parametrize(
    ("decide", "wanted"),
    [
        (decider.pay, OrderPaid(amount=Decimal(4), currency="USD")),
        (decider.pay, OrderPaid()),
        (decider.ship, OrderShipped(carrier="Post")),
        (decider.cancel, OrderCancelled(reason="twice")),
    ],
)
def test_what_is_asked_for_happens_to_an_order_that_stands(decide: Decide, wanted: OrderEvent) -> None:
    assert decide(OPEN, wanted) == [wanted]
    with refused("not known; place it first with place-order"):
        decide(UNKNOWN, wanted)
    with refused("the order is cancelled; "):
        decide(CANCELLED, wanted)


def test_money_can_be_given_back_for_any_order_we_know() -> None:
    wanted = OrderRefunded(amount=Decimal(4), currency="EUR")
    for given in (OPEN, CANCELLED):
        assert decider.refund(given, wanted) == [wanted]
    with refused("not known"):
        decider.refund(UNKNOWN, wanted)
    with refused("more than nothing"):
        decider.refund(OPEN, OrderRefunded(amount=Decimal(0), currency="EUR"))


def test_money_is_in_the_currency_of_the_order_if_none_is_given() -> None:
    assert decider.pay(OPEN, OrderPaid(amount=Decimal(4))) == [OrderPaid(amount=Decimal(4), currency="EUR")]
    assert decider.refund(OPEN, OrderRefunded(amount=Decimal(4))) == [OrderRefunded(amount=Decimal(4), currency="EUR")]
    assert decider.pay(OPEN, OrderPaid(currency="EUR")) == [OrderPaid()]
    with refused("give it with --currency"):
        decider.pay(order(OrderShipped()), OrderPaid(amount=Decimal(4)))
    with refused("give it with --amount"):
        decider.pay(OPEN, OrderPaid(currency="USD"))
