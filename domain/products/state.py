"""What decisions need to know about a product."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import assert_never

from domain.products.events import ProductListed, ProductPriced, ProductRenamed, ProductWithdrawn
from domain.shared.envelope import Envelope

ProductEvent = ProductListed | ProductRenamed | ProductPriced | ProductWithdrawn


@dataclass(frozen=True, slots=True)
class Product:
    """A product as it stands. `known` from its first event of any type, `listed` once somebody listed it.

    `withdrawn` while we do not sell it any more.
    """

    known: bool = False
    listed: bool = False
    withdrawn: bool = False
    name: str | None = None
    family: str | None = None
    price: Decimal | None = None
    currency: str | None = None


UNKNOWN = Product()


def evolve(product: Product, event: ProductEvent) -> Product:
    """The product after an event: of each detail the last fact that gives it wins."""
    product = replace(product, known=True)
    match event:
        case ProductListed():
            return replace(
                product,
                listed=True,
                withdrawn=False,
                name=event.name,
                family=event.family or product.family,
                price=product.price if event.price is None else event.price,
                currency=event.currency or product.currency,
            )
        case ProductRenamed():
            return replace(product, name=event.name)
        case ProductPriced():
            return replace(product, price=event.price, currency=event.currency)
        case ProductWithdrawn():
            return replace(product, withdrawn=True)
        case _:
            assert_never(event)


def fold(envelopes: Iterable[Envelope]) -> Product:
    """The product after all its events, given in the models' order. Events of other things change nothing."""
    product = UNKNOWN
    for envelope in envelopes:
        if isinstance(envelope.data, ProductEvent):
            product = evolve(product, envelope.data)
    return product
