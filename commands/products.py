"""Commands about products."""

from collections.abc import Callable, Sequence

from commands.case import Handler
from commands.command import C, NewProduct, ProductCommand
from domain.products import events
from domain.products.state import Product, ProductEvent, fold


class ListProduct(NewProduct, events.ProductListed):
    """List a product that we sell."""


class RenameProduct(ProductCommand, events.ProductRenamed):
    """Give a product another name."""


class PriceProduct(ProductCommand, events.ProductPriced):
    """Set a product's list price."""


class WithdrawProduct(ProductCommand, events.ProductWithdrawn):
    """Stop selling a product."""


def on_product(command: type[C], decide: Callable[[Product, C], Sequence[ProductEvent]]) -> Handler:
    """A command about one product as it stands at the command's time."""
    return Handler(command, lambda wanted, case: decide(fold(case.past), wanted.asked()))
