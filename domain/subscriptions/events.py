"""What can happen to a subscription: something a customer pays for again and again.

A subscription exists, and is active, from its first event of any type.
"""

from typing import Annotated, Literal

from pydantic import Field

from domain.shared.event import Event
from domain.shared.fields import AccountRef, Amount, ContactRef, Currency, Name, Personal, ProductRef, Text

Interval = Literal["week", "month", "quarter", "year"]


class _Terms(Event):
    """What is paid for what, and how often."""

    plan: Name | None = Field(None, description="the plan, by the source's own name")
    amount: Amount | None = Field(None, description="what is paid each time, in `currency`")
    currency: Currency | None = Field(None, description="ISO 4217 code of the amount")
    every: Interval | None = Field(None, description="how often it is paid")


class SubscriptionStarted(_Terms):
    """A customer subscribed; after an end, again. Terms that are not given stay as they were."""

    contacts: list[ContactRef] = Field(
        default_factory=list, max_length=100, description="the people who subscribed, the main one first"
    )
    account: AccountRef | None = Field(None, description="the account that pays")
    product: ProductRef | None = Field(None, description="what was subscribed to")
    owner: Name | None = Field(None, description="the agent responsible, by name as the source gives it")


class SubscriptionChanged(_Terms):
    """The terms are others from now on. What is not given stays."""


class SubscriptionEnded(Event):
    """Nothing more is paid or delivered; whether the customer left or we stopped, the reason says."""

    reason: Name | None = Field(None, description="why, as a category of the source's; no personal words")
    explanation: Annotated[Text, Personal(of="contacts")] | None = Field(None, description="why, in free words")
