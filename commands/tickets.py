"""Commands about tickets."""

from collections.abc import Callable, Sequence

from commands.case import Case, Handler
from commands.command import C, NewTicket, TicketCommand
from domain.tickets import events
from domain.tickets.state import Ticket, TicketEvent, contradictions, fold


class OpenTicket(NewTicket, events.TicketOpened):
    """Open a ticket: a customer asked for something."""


class AssignTicket(TicketCommand, events.TicketAssigned):
    """Make an agent responsible for a ticket."""


class RecordCustomerReply(TicketCommand, events.TicketCustomerReplied):
    """Record that the customer replied; a resolved ticket is open again."""


class ReplyToTicket(TicketCommand, events.TicketAgentReplied):
    """Record that we answered the customer."""


class ChangeTicketPriority(TicketCommand, events.TicketPriorityChanged):
    """Change how urgent a ticket is."""


class EscalateTicket(TicketCommand, events.TicketEscalated):
    """Escalate a ticket to somebody with more authority or knowledge."""


class PutTicketOnHold(TicketCommand, events.TicketPutOnHold):
    """Put a ticket on hold until somebody else has done their part."""


class ResolveTicket(TicketCommand, events.TicketResolved):
    """Resolve a ticket: we think it is solved."""


class ReopenTicket(TicketCommand, events.TicketReopened):
    """Reopen a ticket that is resolved or closed."""


class CloseTicket(TicketCommand, events.TicketClosed):
    """Close a ticket: nothing more is to be done."""


class RateTicket(TicketCommand, events.TicketRated):
    """Record how satisfied the customer is (CSAT)."""


class RecordTicketStep(TicketCommand, events.TicketStepRecorded):
    """Record a step that Rapport has no command for."""


def on_ticket(command: type[C], decide: Callable[[Ticket, C], Sequence[TicketEvent]]) -> Handler:
    """A command about one ticket as it stands at the command's time."""

    def handle(wanted: C, case: Case) -> Sequence[TicketEvent]:
        facts = decide(fold(case.past), wanted.asked())
        case.refuse_if_later_contradicts(facts, contradictions)
        return facts

    return Handler(command, handle)
