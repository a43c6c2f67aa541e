"""What is allowed with a product, and how its events change it."""

from decimal import Decimal
from itertools import permutations

import pytest

from domain.products import decider
from domain.products.events import ProductListed, ProductPriced, ProductRenamed, ProductWithdrawn
from domain.products.state import UNKNOWN, Product, ProductEvent, fold
from tests.commands.given import happened, refused


def product(*facts: ProductEvent) -> Product:
    return fold(happened("product:crm:400", *facts))


LISTED = ProductListed(name="Turbine", price=Decimal(10), currency="EUR")
TURBINE = product(LISTED)
WITHDRAWN = product(LISTED, ProductWithdrawn())


@pytest.mark.parametrize("given", [UNKNOWN, WITHDRAWN, product(ProductRenamed(name="T"))])
def test_a_product_is_listed_and_can_be_listed_again(given: Product) -> None:
    assert decider.list_product(given, LISTED) == [LISTED]


@pytest.mark.parametrize(
    ("given", "wanted", "because"),
    [
        (TURBINE, LISTED, "already listed"),
        (UNKNOWN, ProductListed(name="T", price=Decimal(1)), "--currency"),
        (UNKNOWN, ProductListed(name="T", currency="EUR"), "--price"),
    ],
)
def test_listing_is_refused(given: Product, wanted: ProductListed, because: str) -> None:
    with refused(because):
        decider.list_product(given, wanted)


def test_a_product_is_renamed_priced_and_withdrawn() -> None:
    renamed, priced = ProductRenamed(name="T 400"), ProductPriced(price=Decimal(11), currency="EUR")

    assert decider.rename(TURBINE, renamed) == [renamed]
    assert decider.price(TURBINE, priced) == [priced]
    assert decider.withdraw(TURBINE, ProductWithdrawn()) == [ProductWithdrawn()]


@pytest.mark.parametrize(("given", "because"), [(UNKNOWN, "list it first"), (WITHDRAWN, "list it again")])
def test_what_we_do_not_sell_is_not_changed(given: Product, because: str) -> None:
    with refused(because):
        decider.rename(given, ProductRenamed(name="T"))
    with refused(because):
        decider.price(given, ProductPriced(price=Decimal(1), currency="EUR"))
    with refused(because):
        decider.withdraw(given, ProductWithdrawn())


def test_what_is_so_already_is_refused() -> None:
    with refused("called 'Turbine' already"):
        decider.rename(TURBINE, ProductRenamed(name="Turbine"))
    with refused("that price already"):
        decider.price(TURBINE, ProductPriced(price=Decimal("10.00"), currency="EUR"))


def test_any_events_in_any_order_evolve() -> None:
    each: list[ProductEvent] = [LISTED, ProductRenamed(name="T 400"), ProductWithdrawn(), ProductListed(name="New")]
    for facts in permutations(each):
        found = product(*facts)
        on_offer = [f for f in facts if isinstance(f, ProductListed | ProductWithdrawn)]
        assert found.withdrawn == isinstance(on_offer[-1], ProductWithdrawn)
        assert found.name == next(f.name for f in reversed(facts) if isinstance(f, ProductListed | ProductRenamed))
        assert (found.price, found.currency) == (Decimal(10), "EUR")
