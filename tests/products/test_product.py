"""A product's row shows of each detail the last fact that gives it."""

from decimal import Decimal

from domain.products.events import ProductListed, ProductPriced, ProductRenamed, ProductWithdrawn
from tests.properties.given import Given, event, id_of

MODELS = ("product",)
PUMP = "product:crm:pump"


def test_a_row_holds_what_is_known_of_the_product(given: Given) -> None:
    shown = given(event(PUMP, ProductListed(name="Pump", family="P", price=Decimal(550), currency="EUR")))
    assert shown.rows("product", "product_id", "reference", "name", "family", "price", "currency", "status") == [
        (id_of(PUMP), PUMP, "Pump", "P", Decimal("550.0000"), "EUR", "listed")
    ]


def test_a_price_and_its_currency_change_together(given: Given) -> None:
    shown = given(
        event(PUMP, ProductPriced(price=Decimal(0), currency="USD"), 2),
        event(PUMP, ProductListed(name="Pump", price=Decimal(550), currency="EUR"), 1),
        event(PUMP, ProductRenamed(name="Pump 2"), 3),
    )
    assert shown.rows("product", "name", "price", "currency") == [("Pump 2", Decimal("0.0000"), "USD")]


def test_a_product_is_withdrawn_until_it_is_listed_again(given: Given) -> None:
    listed, withdrawn = event(PUMP, ProductListed(name="Pump"), 1), event(PUMP, ProductWithdrawn(), 2)
    again = event(PUMP, ProductListed(name="Pump"), 3)
    assert given(withdrawn, listed).rows("product", "status") == [("withdrawn",)]
    assert given(listed, again, withdrawn).rows("product", "status") == [("listed",)]


def test_a_product_that_nobody_listed_has_no_known_status(given: Given) -> None:
    assert given(event(PUMP, ProductRenamed(name="Pump"))).rows("product", "status") == [("unknown",)]
