"""What can happen to a meeting: an appointment with people outside, from its planning to what came of it.

A meeting exists from its first event of any type; a calendar may tell of it only once it was held.
"""

from typing import Annotated, Literal

from pydantic import Field

from domain.shared.event import Event
from domain.shared.fields import (
    AccountRef,
    ContactRef,
    Count,
    DealRef,
    Instant,
    Name,
    Personal,
    Text,
    ThreadRef,
    TicketRef,
)

PersonalText = Annotated[Text, Personal(of="contacts")]
MeetingChannel = Literal["in_person", "phone", "video"]
MeetingOutcome = Literal["done", "no_show", "inconclusive"]
Side = Literal["us", "them"]


class MeetingScheduled(Event):
    """A meeting is planned. Scheduled again after it was cancelled, it stands again, as calendars do that."""

    starts_at: Instant = Field(description="when it begins")
    ends_at: Instant | None = Field(None, description="when it ends")
    subject_line: PersonalText | None = Field(None, description="what it is about, in a line")
    text: PersonalText | None = Field(None, description="what the invitation says")
    location: PersonalText | None = Field(None, description="where it is: a place, a number, an address on the web")
    channel: MeetingChannel | None = Field(None, description="how the people meet")
    contacts: list[ContactRef] = Field(
        default_factory=list, max_length=1_000, description="the people outside who are to come, the main one first"
    )
    agents: list[Name] = Field(
        default_factory=list, max_length=100, description="who of us is to come, by name as the source gives it"
    )
    owner: Name | None = Field(None, description="the agent who organises it, by name as the source gives it")
    account: AccountRef | None = Field(None, description="the account it concerns")
    deal: DealRef | None = Field(None, description="the deal it concerns")
    ticket: TicketRef | None = Field(None, description="the ticket it concerns")
    thread: ThreadRef | None = Field(None, description="the conversation it was arranged in, as the source tells")


class MeetingMoved(Event):
    """The meeting is at another time, and maybe at another place."""

    starts_at: Instant = Field(description="when it begins from now on")
    ends_at: Instant | None = Field(None, description="when it ends from now on; without it, no end is known")
    location: PersonalText | None = Field(None, description="where it is from now on; without it, where it was")


class MeetingHeld(Event):
    """The meeting took place, or the time for it has passed without anybody cancelling it."""

    outcome: MeetingOutcome | None = Field(None, description="what came of it")
    duration_seconds: Count | None = Field(None, description="how long it took, in seconds")
    contacts: list[ContactRef] = Field(
        default_factory=list, max_length=1_000, description="the people outside who came"
    )
    summary: PersonalText | None = Field(None, description="what was said")


class MeetingCancelled(Event):
    """The meeting will not take place."""

    by: Side | None = Field(None, description="who cancelled it: us, or the people outside")
    reason: Name | None = Field(None, description="why, as a category of the source's; no personal words")
    explanation: PersonalText | None = Field(None, description="why, in free words")
