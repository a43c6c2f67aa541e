"""The base of all commands: frozen requests in the imperative, which can be refused.

A command carries the fields of the fact it asks for, and the thing it is about; so it is declared as both, as in
`class WinDeal(DealCommand, DealWon)`, and its fields are described in one place.
"""

from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from domain.catalog import BY_MODEL
from domain.shared.event import Event
from domain.shared.fields import (
    AccountRef,
    AgentRef,
    ContactRef,
    DealRef,
    MeetingRef,
    OrderRef,
    PipelineRef,
    ProductRef,
    SubscriptionRef,
    TaskRef,
    TicketRef,
)

SOURCE = "rapport"
E = TypeVar("E", bound=Event)
C = TypeVar("C", bound="Command")
_MADE = "its reference; without it, one is made from the command's id"


class Command(BaseModel):
    """A request `about` a thing of one kind, named by the field that is called like the kind."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    about: ClassVar[str]

    def subject(self, command_id: str) -> str:
        """The reference to what the command is about; a new thing without one is named by the command's id."""
        given: str | None = getattr(self, self.about, None)
        return given or f"{self.about}:{SOURCE}:{command_id}"

    def fact(self, model: type[E]) -> E:
        """The fact of this type that the command asks for."""
        return model.model_validate({name: getattr(self, name) for name in model.model_fields})

    def asked(self) -> Any:
        """The fact that the command asks for, of the type that it is declared as."""
        return self.fact(next(model for model in BY_MODEL if issubclass(type(self), model)))


class NewContact(Command):
    """A request for a contact that is not known yet."""

    about = "contact"
    contact: ContactRef | None = Field(None, description=_MADE)


class ContactCommand(Command):
    """A request about a contact."""

    about = "contact"
    contact: ContactRef = Field(description="the contact, such as contact:hubspot:4711")


class NewAccount(Command):
    """A request for an account that is not known yet."""

    about = "account"
    account: AccountRef | None = Field(None, description=_MADE)


class AccountCommand(Command):
    """A request about an account."""

    about = "account"
    account: AccountRef = Field(description="the account, such as account:hubspot:4711")


class NewAgent(Command):
    """A request for an agent who is not known yet."""

    about = "agent"
    agent: AgentRef | None = Field(None, description=_MADE)


class AgentCommand(Command):
    """A request about an agent."""

    about = "agent"
    agent: AgentRef = Field(description="the agent, such as agent:hubspot:4711")


class NewProduct(Command):
    """A request for a product that is not known yet."""

    about = "product"
    product: ProductRef | None = Field(None, description=_MADE)


class ProductCommand(Command):
    """A request about a product."""

    about = "product"
    product: ProductRef = Field(description="the product, such as product:hubspot:4711")


class PipelineCommand(Command):
    """A request about a pipeline."""

    about = "pipeline"
    pipeline: PipelineRef = Field(description="the pipeline, such as pipeline:hubspot:sales")


class NewDeal(Command):
    """A request for a deal that is not known yet."""

    about = "deal"
    deal: DealRef | None = Field(None, description=_MADE)


class DealCommand(Command):
    """A request about a deal."""

    about = "deal"
    deal: DealRef = Field(description="the deal, such as deal:hubspot:4711")


class NewTicket(Command):
    """A request for a ticket that is not known yet."""

    about = "ticket"
    ticket: TicketRef | None = Field(None, description=_MADE)


class TicketCommand(Command):
    """A request about a ticket."""

    about = "ticket"
    ticket: TicketRef = Field(description="the ticket, such as ticket:hubspot:4711")


class NewMeeting(Command):
    """A request for a meeting that is not known yet."""

    about = "meeting"
    meeting: MeetingRef | None = Field(None, description=_MADE)


class MeetingCommand(Command):
    """A request about a meeting."""

    about = "meeting"
    meeting: MeetingRef = Field(description="the meeting, such as meeting:hubspot:4711")


class NewTask(Command):
    """A request for a task that is not known yet."""

    about = "task"
    task: TaskRef | None = Field(None, description=_MADE)


class TaskCommand(Command):
    """A request about a task."""

    about = "task"
    task: TaskRef = Field(description="the task, such as task:hubspot:4711")


class NewOrder(Command):
    """A request for an order that is not known yet."""

    about = "order"
    order: OrderRef | None = Field(None, description=_MADE)


class OrderCommand(Command):
    """A request about an order."""

    about = "order"
    order: OrderRef = Field(description="the order, such as order:hubspot:4711")


class NewSubscription(Command):
    """A request for a subscription that is not known yet."""

    about = "subscription"
    subscription: SubscriptionRef | None = Field(None, description=_MADE)


class SubscriptionCommand(Command):
    """A request about a subscription."""

    about = "subscription"
    subscription: SubscriptionRef = Field(description="the subscription, such as subscription:hubspot:4711")


class ActivityCommand(Command):
    """A request to record what has happened. It is always something new, named by the command's id."""

    about = "activity"
