"""What happens between people: calls, e-mails, notes. Each can concern contacts, an account, a deal and a ticket."""

from typing import Annotated, Literal

from pydantic import Field

from domain.shared.event import Event
from domain.shared.fields import AccountRef, ContactRef, Count, DealRef, Name, Personal, Text, TicketRef

PersonalText = Annotated[Text, Personal(of="contacts")]


class _Activity(Event):
    """What an activity concerns; all at once if need be."""

    contacts: list[ContactRef] = Field(default_factory=list, max_length=100, description="the people it concerns")
    account: AccountRef | None = Field(None, description="the account it concerns")
    deal: DealRef | None = Field(None, description="the deal it concerns")
    ticket: TicketRef | None = Field(None, description="the ticket it concerns")
    agent: Name | None = Field(None, description="the agent who took part, by name as the source gives it")


class CallLogged(_Activity):
    """Somebody telephoned with somebody."""

    direction: Literal["inbound", "outbound"] = Field(description="who called: inbound is to us, outbound from us")
    duration_seconds: Count | None = Field(None, description="how long they spoke, in seconds")
    outcome: Literal["connected", "no_answer", "busy", "voicemail", "wrong_number", "failed"] | None = Field(
        None, description="what came of it"
    )
    summary: PersonalText | None = Field(None, description="what was said")


class EmailReceived(_Activity):
    """A message reached us."""

    subject_line: PersonalText | None = Field(None, description="the message's subject")
    body: PersonalText | None = Field(None, description="the message's text")


class EmailSent(_Activity):
    """We sent a message."""

    subject_line: PersonalText | None = Field(None, description="the message's subject")
    body: PersonalText | None = Field(None, description="the message's text")


class NoteTaken(_Activity):
    """Somebody here wrote something down."""

    text: PersonalText = Field(description="the note")
