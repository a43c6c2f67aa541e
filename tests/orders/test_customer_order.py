"""Given what was told of orders, each has a row: who bought, what it comes to, and how far it is; and its lines."""

from decimal import Decimal
from typing import Any

from domain.contacts.events import ContactLinked
from domain.orders.events import OrderCancelled, OrderPaid, OrderPlaced, OrderRefunded, OrderShipped
from domain.shared.event import Event
from tests.properties.given import Given, at, event, id_of

MODELS = ("customer_order", "order_line")
ORDER, ANN = "order:shop:17", "contact:shop:ann"


def told(data: Event, hour: float, **said: Any) -> Any:
    return event(ORDER, data, hour, **said)


def placed(**said: Any) -> OrderPlaced:
    return OrderPlaced.model_validate({"contacts": [ANN], "amount": "50", "currency": "EUR", "number": "A-17", **said})


def test_an_order_is_what_its_placing_says_and_how_far_it_is(given: Given) -> None:
    shown = given(
        told(placed(account="account:shop:nord", owner="Kim", channel="web"), 1),
        told(OrderPaid(), 3),
        told(OrderShipped(carrier="Post"), 5),
        told(OrderPaid(), 7),
    )

    columns = ("number", "status", "contact_id", "account_id", "owner", "channel", "amount", "is_paid", "events")
    assert shown.rows("customer_order", *columns) == [
        ("A-17", "placed", id_of(ANN), id_of("account:shop:nord"), "Kim", "web", Decimal(50), True, 4)
    ]
    # The first payment and the first parcel count.
    assert shown.rows("customer_order", "placed_at", "paid_at", "shipped_at") == [(at(1), at(3), at(5))]


def test_what_is_given_back_is_summed_in_the_orders_currency(given: Given) -> None:
    shown = given(
        told(placed(), 1),
        told(OrderRefunded(amount=Decimal(5)), 2),
        told(OrderRefunded(amount=Decimal(7), currency="EUR"), 3),
        told(OrderRefunded(amount=Decimal(9), currency="USD"), 4),
    )

    assert shown.rows("customer_order", "amount", "refunded_amount") == [(Decimal(50), Decimal(12))]


def test_an_order_that_was_cancelled_is_not_paid_later(given: Given) -> None:
    shown = given(told(placed(), 1), told(OrderCancelled(), 2), told(OrderPaid(), 3))

    assert shown.rows("customer_order", "status", "cancelled_at", "is_paid", "events") == [
        ("cancelled", at(2), False, 3)
    ]


def test_it_belongs_to_the_person_that_the_contact_is(given: Given) -> None:
    shown = given(told(placed(), 1), event(ANN, ContactLinked(other="contact:crm:ann"), 2))

    assert shown.rows("customer_order", "contact_id") == [(min(id_of(ANN), id_of("contact:crm:ann")),)]


def test_the_lines_are_those_of_the_first_placing_with_its_currency(given: Given) -> None:
    line = {"product": "product:shop:7", "quantity": 2, "unit_price": "10", "discount": "0.25", "amount": "15"}
    shown = given(
        told(placed(lines=[line, {"label": "postage", "quantity": 1, "amount": "4.5"}]), 1),
        told(placed(lines=[{"quantity": 9, "amount": 9}]), 2),
    )

    assert shown.rows("order_line", "n", "product_id", "label", "quantity", "discount", "amount", "currency") == [
        (1, id_of("product:shop:7"), None, Decimal(2), Decimal("0.25"), Decimal(15), "EUR"),
        (2, None, "postage", Decimal(1), None, Decimal("4.5"), "EUR"),
    ]
