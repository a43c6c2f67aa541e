"""What can happen to a ticket: something a customer wants solved.

A ticket exists from its first event of any type; real logs often have no opening.
"""

from typing import Annotated, Literal

from pydantic import Field

from domain.shared.event import Event
from domain.shared.fields import AccountRef, ContactRef, Name, Personal, Text, Whole

PersonalText = Annotated[Text, Personal(of="contacts")]
Priority = Literal["low", "normal", "high", "urgent"]
ContactChannel = Literal["email", "phone", "chat", "web", "social", "in_person", "other"]
Rating = Annotated[Whole, Field(ge=1, le=5)]


class _TicketEvent(Event):
    """What every event of a ticket can say."""

    label: Name | None = Field(None, description="the source's own word for this step")
    owner: Name | None = Field(None, description="the agent who holds the ticket from now on, as the source names them")


class TicketOpened(_TicketEvent):
    """A customer asked for something."""

    channel: ContactChannel | None = Field(None, description="how the customer came to us")
    priority: Priority | None = Field(None, description="how urgent it is")
    subject_line: PersonalText | None = Field(None, description="what it is about, in a line")
    text: PersonalText | None = Field(None, description="what the customer wrote or said")
    contacts: list[ContactRef] = Field(
        default_factory=list, max_length=100, description="the people who ask, the main one first"
    )
    account: AccountRef | None = Field(None, description="the account they belong to")


class TicketAssigned(_TicketEvent):
    """An agent is responsible for the ticket."""

    owner: Name = Field(description="the agent responsible from now on, by name as the source gives it")


class TicketCustomerReplied(_TicketEvent):
    """The customer wrote or spoke again; a ticket on hold goes on."""

    text: PersonalText | None = Field(None, description="what the customer wrote or said")
    contacts: list[ContactRef] = Field(default_factory=list, max_length=100, description="who replied")


class TicketAgentReplied(_TicketEvent):
    """We answered the customer. The first answer ends the first-response time."""

    text: PersonalText | None = Field(None, description="what we wrote or said")
    agent: Name | None = Field(None, description="the agent who answered, by name as the source gives it")


class TicketPriorityChanged(_TicketEvent):
    """The ticket is more or less urgent than we thought."""

    priority: Priority = Field(description="how urgent it is from now on")


class TicketEscalated(_TicketEvent):
    """The ticket went to somebody with more authority or knowledge."""

    to: Name | None = Field(None, description="who or which group it went to")


class TicketPutOnHold(_TicketEvent):
    """We wait for somebody else; the next reply of the customer ends it."""

    waiting_for: Literal["customer", "third_party", "internal"] | None = Field(None, description="whom we wait for")


class TicketResolved(_TicketEvent):
    """We think it is solved."""


class TicketReopened(_TicketEvent):
    """It was not solved, or came back."""


class TicketClosed(_TicketEvent):
    """Nothing more is to be done."""


class TicketRated(_TicketEvent):
    """The customer said how satisfied they are (CSAT)."""

    score: Rating = Field(description="customer satisfaction, 1 (worst) to 5 (best)")
    comment: PersonalText | None = Field(None, description="what they said about it")


class TicketStepRecorded(_TicketEvent):
    """Something the source records and Rapport has no type for. It changes no status."""

    label: Name = Field(description="the source's own word for the step")
    state: Name | None = Field(None, description="the source's own word for the ticket's state after it")
