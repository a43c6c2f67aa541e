"""Commands about orders."""

from collections.abc import Callable, Sequence

from commands.case import Case, Handler
from commands.command import C, NewOrder, OrderCommand
from domain.orders import events
from domain.orders.state import Order, OrderEvent, contradictions, fold


class PlaceOrder(NewOrder, events.OrderPlaced):
    """Place an order: a customer bought something."""


class PayOrder(OrderCommand, events.OrderPaid):
    """Record that an order was paid, all of it or a part."""


class ShipOrder(OrderCommand, events.OrderShipped):
    """Record that an order was sent, all of it or a part."""


class CancelOrder(OrderCommand, events.OrderCancelled):
    """Cancel an order."""


class RefundOrder(OrderCommand, events.OrderRefunded):
    """Record that a customer got money back."""


def on_order(command: type[C], decide: Callable[[Order, C], Sequence[OrderEvent]]) -> Handler:
    """A command about one order as it stands at the command's time."""

    def handle(wanted: C, case: Case) -> Sequence[OrderEvent]:
        facts = decide(fold(case.past), wanted.asked())
        case.refuse_if_later_contradicts(facts, contradictions)
        return facts

    return Handler(command, handle)
