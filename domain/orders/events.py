"""What can happen to an order: something a customer has bought.

An order exists from its first event of any type. How much of it was paid or sent need not be said at once: both can
happen in parts.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.shared.event import Event
from domain.shared.fields import (
    AccountRef,
    Amount,
    ContactRef,
    Currency,
    DealRef,
    Name,
    Personal,
    Probability,
    ProductRef,
)


class OrderLine(BaseModel):
    """A line of an order or of a cart: so much of one thing. Amounts are in the currency of the whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    product: ProductRef | None = Field(None, description="the product")
    label: Name | None = Field(None, description="what the line says, if no product does; no personal words")
    quantity: Amount = Field(description="how much of it")
    unit_price: Amount | None = Field(None, description="what one costs before the discount")
    discount: Probability | None = Field(None, description="the share taken off, 0 to 1")
    amount: Amount = Field(description="what the line comes to, after the discount")


class OrderPlaced(Event):
    """A customer bought something."""

    contacts: list[ContactRef] = Field(
        default_factory=list, max_length=100, description="the people who bought, the main one first"
    )
    account: AccountRef | None = Field(None, description="the account that bought")
    deal: DealRef | None = Field(None, description="the deal it came from")
    owner: Name | None = Field(None, description="the agent who sold it, by name as the source gives it")
    amount: Amount | None = Field(None, description="what it comes to after discounts, in `currency`")
    currency: Currency | None = Field(None, description="ISO 4217 code of the amounts")
    number: Name | None = Field(None, description="the number it has with the customer")
    channel: Name | None = Field(None, description="where it was bought, such as shop or phone")
    lines: list[OrderLine] = Field(default_factory=list, max_length=1_000, description="what was bought")


class OrderPaid(Event):
    """The customer paid, all of it or a part."""

    amount: Amount | None = Field(None, description="what was paid, in `currency`; without it, all of it")
    currency: Currency | None = Field(None, description="ISO 4217 code of the amount; without it, the order's")
    method: Name | None = Field(None, description="how it was paid, such as card or invoice")


class OrderShipped(Event):
    """We sent the goods, all of them or a part."""

    carrier: Name | None = Field(None, description="who carries them")
    tracking: Annotated[Name, Personal(of="contacts")] | None = Field(
        None, description="the carrier's number or address to follow them by"
    )


class OrderCancelled(Event):
    """The order will not be carried out, or no further."""

    reason: Name | None = Field(None, description="why, as a category of the source's; no personal words")


class OrderRefunded(Event):
    """The customer got money back."""

    amount: Amount = Field(description="what was given back, in `currency`")
    currency: Currency | None = Field(None, description="ISO 4217 code of the amount; without it, the order's")
    reason: Name | None = Field(None, description="why, as a category of the source's; no personal words")
