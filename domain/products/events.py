"""What can happen to a product: something we sell."""

from pydantic import Field

from domain.shared.event import Event
from domain.shared.fields import Amount, Currency, Name


class ProductListed(Event):
    """We sell this from now on."""

    name: Name = Field(description="the product's name")
    family: Name | None = Field(None, description="the series or family it belongs to")
    price: Amount | None = Field(None, description="list price of one unit, in `currency`")
    currency: Currency | None = Field(None, description="ISO 4217 code of the price")


class ProductRenamed(Event):
    """The product has another name."""

    name: Name = Field(description="the name from now on")


class ProductPriced(Event):
    """The list price has changed."""

    price: Amount = Field(description="list price of one unit from now on, in `currency`")
    currency: Currency = Field(description="ISO 4217 code of the price")


class ProductWithdrawn(Event):
    """We no longer sell it."""
