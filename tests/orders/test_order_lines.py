"""Each line of an order and of a cart is a fact of its own."""

from decimal import Decimal

from domain.activities.events import CartAbandoned
from domain.orders.events import OrderLine, OrderPaid, OrderPlaced
from tests.properties.given import Given, event, id_of

MODELS = ("fact_order_line",)
TURBINE = "product:crm:turbine"
LINES = [
    OrderLine(
        product=TURBINE,
        quantity=Decimal(2),
        unit_price=Decimal("12500.5"),
        discount=Decimal("0.1"),
        amount=Decimal("22500.9"),
    ),
    OrderLine(label="Delivery", quantity=Decimal(1), amount=Decimal(-1)),
]


def test_a_line_has_its_number_and_all_that_was_said_of_it(given: Given) -> None:
    shown = given(event("order:shop:1", OrderPlaced(account="account:crm:1", lines=LINES)))

    names = ("ordinal", "product", "product_id", "label", "quantity", "unit_price", "discount", "amount")
    assert shown.rows("fact_order_line", *names) == [
        (1, TURBINE, id_of(TURBINE), None, Decimal(2), Decimal("12500.5"), Decimal("0.1"), Decimal("22500.9")),
        (2, None, None, "Delivery", Decimal(1), None, None, Decimal(-1)),
    ]


def test_the_lines_of_a_cart_stand_beside_those_of_orders(given: Given) -> None:
    shown = given(
        event("order:shop:1", OrderPlaced(lines=LINES[1:]), 1),
        event("activity:shop:2", CartAbandoned(contacts=["contact:crm:ann"], lines=LINES[:1]), 2),
        event("order:shop:1", OrderPaid(), 3),
        event("activity:shop:3", CartAbandoned(contacts=["contact:crm:ann"]), 4),
    )

    assert shown.rows("fact_order_line", "thing_id", "area", "action", "ordinal") == sorted(
        [
            (id_of("order:shop:1"), "order", "placed", 1),
            (id_of("activity:shop:2"), "activity", "cart_abandoned", 1),
        ],
        key=str,
    )


def test_a_product_by_a_personal_key_stands_open_by_its_id_alone(given: Given) -> None:
    line = OrderLine(product="product:mail:ann@example.org", quantity=Decimal(1), amount=Decimal(1))
    product = id_of("product:mail:ann@example.org")

    shown = given(event("order:shop:1", OrderPlaced(lines=[line])))

    assert shown.rows("fact_order_line", "product", "product_id") == [(f"product:id:{product}", product)]
