"""What decisions need to know about a ticket, and how each event changes it: the rules the tables follow too.

The events of a ticket are taken in the models' order. A ticket exists, and is open, from its first event of any type.
An event in the wrong state is a contradiction, which changes nothing but the count of events.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never

from domain.shared.envelope import Envelope, TimePrecision
from domain.tickets.events import (
    ContactChannel,
    Priority,
    TicketAgentReplied,
    TicketAssigned,
    TicketClosed,
    TicketCustomerReplied,
    TicketEscalated,
    TicketOpened,
    TicketPriorityChanged,
    TicketPutOnHold,
    TicketRated,
    TicketReopened,
    TicketResolved,
    TicketStepRecorded,
)

TicketEvent = (
    TicketOpened
    | TicketAssigned
    | TicketCustomerReplied
    | TicketAgentReplied
    | TicketPriorityChanged
    | TicketEscalated
    | TicketPutOnHold
    | TicketResolved
    | TicketReopened
    | TicketClosed
    | TicketRated
    | TicketStepRecorded
)
TicketStatus = Literal["open", "on_hold", "resolved", "closed"]
TicketContradiction = Literal["already_opened", "open", "resolved", "closed"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as it stands. `opened` and `answered` say that there was an opening and an answer at all.

    Times are in UTC, and None where they are not known.
    """

    events: int = 0
    opened: bool = False
    answered: bool = False
    status: TicketStatus = "open"
    channel: ContactChannel | None = None
    priority: Priority | None = None
    owner: str | None = None
    contacts: tuple[str, ...] = ()
    account: str | None = None
    opened_at: datetime | None = None
    first_response_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def known(self) -> bool:
        """Whether anything was ever said about the ticket."""
        return self.events > 0


UNKNOWN = Ticket()


def judge(ticket: Ticket, envelope: Envelope) -> TicketContradiction | None:
    """Why an event contradicts what we know of the ticket, or None."""
    return _judge(ticket, envelope.data) if isinstance(envelope.data, TicketEvent) else None


def evolve(ticket: Ticket, envelope: Envelope) -> Ticket:
    """The ticket after an event. An event of another thing changes nothing."""
    event = envelope.data
    if not isinstance(event, TicketEvent):
        return ticket
    contradiction = _judge(ticket, event)
    at = None if envelope.time_precision is TimePrecision.UNKNOWN else envelope.time
    if not ticket.known:
        ticket = replace(ticket, opened_at=at)
    ticket = replace(ticket, events=ticket.events + 1)
    return ticket if contradiction else _apply(replace(ticket, owner=event.owner or ticket.owner), event, at)


def fold(envelopes: Iterable[Envelope]) -> Ticket:
    """The ticket after all its events, given in the models' order."""
    ticket = UNKNOWN
    for envelope in envelopes:
        ticket = evolve(ticket, envelope)
    return ticket


def contradictions(envelopes: Iterable[Envelope]) -> list[tuple[Envelope, str]]:
    """The events of a ticket, given in the models' order, that contradict those before them, each with the reason."""
    found, ticket = list[tuple[Envelope, str]](), UNKNOWN
    for envelope in envelopes:
        reason = judge(ticket, envelope)
        if reason:
            found.append((envelope, reason))
        ticket = evolve(ticket, envelope)
    return found


def _judge(ticket: Ticket, event: TicketEvent) -> TicketContradiction | None:
    match event:
        case TicketOpened():
            return "already_opened" if ticket.opened else None
        case TicketPutOnHold() | TicketResolved():
            return ticket.status if ticket.status in {"resolved", "closed"} else None
        case TicketClosed():
            return "closed" if ticket.status == "closed" else None
        case TicketReopened():
            return "open" if ticket.status in {"open", "on_hold"} else None
        case (
            TicketAssigned()
            | TicketCustomerReplied()
            | TicketAgentReplied()
            | TicketPriorityChanged()
            | TicketEscalated()
            | TicketRated()
            | TicketStepRecorded()
        ):
            return None
        case _:
            assert_never(event)


def _apply(ticket: Ticket, event: TicketEvent, at: datetime | None) -> Ticket:
    match event:
        case TicketOpened():
            return _open(ticket, event, at)
        case TicketPriorityChanged():
            return replace(ticket, priority=event.priority)
        case TicketAgentReplied():
            return ticket if ticket.answered else replace(ticket, answered=True, first_response_at=at)
        case TicketPutOnHold():
            return replace(ticket, status="on_hold")
        case TicketCustomerReplied():
            return replace(ticket, status="open") if ticket.status == "on_hold" else ticket
        case TicketResolved():
            return replace(ticket, status="resolved", resolved_at=at)
        case TicketClosed():
            return replace(ticket, status="closed", closed_at=at)
        case TicketReopened():
            return replace(ticket, status="open", resolved_at=None, closed_at=None)
        case TicketAssigned() | TicketEscalated() | TicketRated() | TicketStepRecorded():
            return ticket
        case _:
            assert_never(event)


def _open(ticket: Ticket, event: TicketOpened, at: datetime | None) -> Ticket:
    return replace(
        ticket,
        opened=True,
        opened_at=at,
        channel=event.channel,
        priority=event.priority or ticket.priority,
        contacts=tuple(event.contacts),
        account=event.account,
    )
