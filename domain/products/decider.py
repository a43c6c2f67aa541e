"""What is allowed with a product: one function per decision.

Each takes what we know and the fact that is asked for, and returns the facts that follow, or refuses with what to do
instead.
"""

from domain.products.events import ProductListed, ProductPriced, ProductRenamed, ProductWithdrawn
from domain.products.state import Product, ProductEvent
from domain.shared.errors import CommandRefused


def list_product(product: Product, wanted: ProductListed) -> list[ProductEvent]:
    """A product that we do not sell can be listed, again too."""
    if product.listed and not product.withdrawn:
        raise CommandRefused("the product is already listed; change it with rename-product or price-product")
    if (wanted.price is None) != (wanted.currency is None):
        missing = "currency" if wanted.currency is None else "price"
        raise CommandRefused(f"price and currency go together; give the {missing} with --{missing}")
    return [wanted]


def rename(product: Product, wanted: ProductRenamed) -> list[ProductEvent]:
    """A product that we sell can get another name."""
    _refuse_unless_listed(product)
    if product.name == wanted.name:
        raise CommandRefused(f"the product is called '{wanted.name}' already; nothing to rename")
    return [wanted]


def price(product: Product, wanted: ProductPriced) -> list[ProductEvent]:
    """A product that we sell can get another price."""
    _refuse_unless_listed(product)
    if (product.price, product.currency) == (wanted.price, wanted.currency):
        raise CommandRefused("the product has that price already; nothing to change")
    return [wanted]


def withdraw(product: Product, wanted: ProductWithdrawn) -> list[ProductEvent]:
    """A product that we sell can be withdrawn."""
    _refuse_unless_listed(product)
    return [wanted]


def _refuse_unless_listed(product: Product) -> None:
    if not product.known:
        raise CommandRefused("the product is not known; list it first with list-product")
    if product.withdrawn:
        raise CommandRefused("the product is withdrawn; list it again with list-product")
