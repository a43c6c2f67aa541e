"""What is allowed with a ticket: one function per decision.

Each takes what we know and the fact that is asked for, and returns the facts that follow, or refuses with what to do
instead.
"""

from domain.shared.errors import CommandRefused
from domain.tickets.events import (
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
from domain.tickets.state import Ticket, TicketEvent


def open_ticket(ticket: Ticket, wanted: TicketOpened) -> list[TicketEvent]:
    """A ticket is opened once; one that we know from other events can still get its opening."""
    if ticket.opened:
        raise CommandRefused("the ticket is opened already; go on with reply-to-ticket, assign-ticket and the like")
    return [wanted]


def assign(ticket: Ticket, wanted: TicketAssigned) -> list[TicketEvent]:
    """A ticket that is not closed can go to another agent."""
    _refuse_closed(ticket)
    if ticket.owner == wanted.owner:
        raise CommandRefused(f"{wanted.owner} holds the ticket already; nothing to assign")
    return [wanted]


def record_customer_reply(ticket: Ticket, wanted: TicketCustomerReplied) -> list[TicketEvent]:
    """A customer can always reply, until the ticket is closed; a reply to a resolved ticket reopens it."""
    _refuse_closed(ticket)
    return [wanted, TicketReopened()] if ticket.status == "resolved" else [wanted]


def reply(ticket: Ticket, wanted: TicketAgentReplied) -> list[TicketEvent]:
    """We can answer as long as the ticket is not closed."""
    _refuse_closed(ticket)
    return [wanted]


def change_priority(ticket: Ticket, wanted: TicketPriorityChanged) -> list[TicketEvent]:
    """The priority of a ticket that waits to be solved can change."""
    _refuse_done(ticket)
    if ticket.priority == wanted.priority:
        raise CommandRefused(f"the ticket's priority is {wanted.priority} already; nothing to change")
    return [wanted]


def escalate(ticket: Ticket, wanted: TicketEscalated) -> list[TicketEvent]:
    """A ticket that waits to be solved can be escalated, more than once."""
    _refuse_done(ticket)
    return [wanted]


def put_on_hold(ticket: Ticket, wanted: TicketPutOnHold) -> list[TicketEvent]:
    """An open ticket can be put on hold."""
    _refuse_done(ticket)
    if ticket.status == "on_hold":
        raise CommandRefused("the ticket is on hold already; the customer's next reply ends it")
    return [wanted]


def resolve(ticket: Ticket, wanted: TicketResolved) -> list[TicketEvent]:
    """A ticket that is open or on hold can be resolved."""
    _refuse_done(ticket)
    return [wanted]


def reopen(ticket: Ticket, wanted: TicketReopened) -> list[TicketEvent]:
    """A ticket that is resolved or closed can be reopened."""
    _refuse_unless_known(ticket)
    if ticket.status in {"open", "on_hold"}:
        raise CommandRefused(f"the ticket is {_words(ticket)}; there is nothing to reopen")
    return [wanted]


def close(ticket: Ticket, wanted: TicketClosed) -> list[TicketEvent]:
    """Any ticket can be closed once, resolved or not."""
    _refuse_closed(ticket, "nothing to close")
    return [wanted]


def rate(ticket: Ticket, wanted: TicketRated) -> list[TicketEvent]:
    """A customer rates what was done: the ticket is resolved or closed."""
    _refuse_unless_known(ticket)
    if ticket.status in {"open", "on_hold"}:
        raise CommandRefused(f"the ticket is {_words(ticket)}; resolve it with resolve-ticket before it is rated")
    return [wanted]


def record_step(ticket: Ticket, wanted: TicketStepRecorded) -> list[TicketEvent]:
    """A step of any kind can be recorded for any ticket we know."""
    _refuse_unless_known(ticket)
    return [wanted]


def _refuse_unless_known(ticket: Ticket) -> None:
    if not ticket.known:
        raise CommandRefused("the ticket is not known; open it first with open-ticket")


def _refuse_closed(ticket: Ticket, instead: str = "reopen it first with reopen-ticket") -> None:
    _refuse_unless_known(ticket)
    if ticket.status == "closed":
        raise CommandRefused(f"the ticket is closed; {instead}")


def _refuse_done(ticket: Ticket) -> None:
    _refuse_closed(ticket)
    if ticket.status == "resolved":
        raise CommandRefused("the ticket is resolved; reopen it first with reopen-ticket")


def _words(ticket: Ticket) -> str:
    return ticket.status.replace("_", " ")
