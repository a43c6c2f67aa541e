"""What can happen to a deal: a sale we hope to make."""

from typing import Annotated, Literal

from pydantic import Field

from domain.shared.event import Event
from domain.shared.fields import (
    AccountRef,
    Amount,
    ContactRef,
    Currency,
    Day,
    Name,
    Personal,
    PipelineRef,
    ProductRef,
    Text,
)

LostReason = Literal[
    "price", "competitor", "no_budget", "no_decision", "no_need", "timing", "product_fit", "relationship", "other"
]


class DealOpened(Event):
    """A sale became possible. A deal is known from its first event of any type; this one says when and how it began."""

    title: Name | None = Field(None, description="what the deal is called")
    pipeline: PipelineRef | None = Field(None, description="the pipeline it goes through")
    stage: Name | None = Field(None, description="the stage it begins in; without it, the pipeline's first")
    account: AccountRef | None = Field(None, description="the account that would buy")
    contacts: list[ContactRef] = Field(
        default_factory=list, max_length=100, description="the people on the other side, the main one first"
    )
    amount: Amount | None = Field(None, description="what the deal is worth, in `currency`")
    currency: Currency | None = Field(None, description="ISO 4217 code of the amount")
    owner: Name | None = Field(None, description="the agent responsible, by name as the source gives it")
    product: ProductRef | None = Field(None, description="what is to be sold")
    expected_close: Day | None = Field(None, description="the day the sale is expected")


class DealValueChanged(Event):
    """The deal is worth more or less than we thought."""

    amount: Amount = Field(description="what the deal is worth from now on, in `currency`")
    currency: Currency = Field(description="ISO 4217 code of the amount")


class DealMovedToStage(Event):
    """The deal went on, or back, to another stage of its pipeline. A stage of kind won or lost closes it."""

    stage: Name = Field(description="the stage the deal is in from now on")
    from_stage: Name | None = Field(None, description="the stage it came from, as the source says")


class DealOwnerChanged(Event):
    """Another agent is responsible for the deal."""

    owner: Name = Field(description="the agent responsible from now on, by name as the source gives it")


class DealExpectedCloseChanged(Event):
    """The sale is expected on another day, or (without `expected_close`) on none we know."""

    expected_close: Day | None = Field(None, description="the day the sale is expected from now on")


class DealWon(Event):
    """The sale was made."""

    amount: Amount | None = Field(None, description="what it was sold for, if that differs from the deal's value")
    currency: Currency | None = Field(None, description="ISO 4217 code of the amount")


class DealLost(Event):
    """The sale will not be made."""

    reason: LostReason | None = Field(None, description="why, as a category")
    explanation: Annotated[Text, Personal(of="contacts")] | None = Field(None, description="why, in free words")


class DealReopened(Event):
    """A closed deal is open again, in `stage` or in the stage it was in before it was closed."""

    stage: Name | None = Field(None, description="the stage it is in from now on")
