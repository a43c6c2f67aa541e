"""What decisions need to know about an order, and how each event changes it: the rules the tables follow too.

The events of an order are taken in the models' order. An order exists, and is placed, from its first event of any type.
It can be paid and shipped in parts. An event in the wrong state is a contradiction, which changes nothing but the count
of events. Money can be given back at any time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal, assert_never

from domain.orders.events import OrderCancelled, OrderPaid, OrderPlaced, OrderRefunded, OrderShipped
from domain.shared.envelope import Envelope, TimePrecision

OrderEvent = OrderPlaced | OrderPaid | OrderShipped | OrderCancelled | OrderRefunded
OrderStatus = Literal["placed", "cancelled"]
OrderContradiction = Literal["already_placed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands. `placed` says that there was a placing at all, `paid` and `shipped` that a part was.

    Times are those of the first part, in UTC, and None where they are not known.
    """

    events: int = 0
    placed: bool = False
    status: OrderStatus = "placed"
    amount: Decimal | None = None
    currency: str | None = None
    owner: str | None = None
    paid: bool = False
    paid_at: datetime | None = None
    shipped: bool = False
    shipped_at: datetime | None = None

    @property
    def known(self) -> bool:
        """Whether anything was ever said about the order."""
        return self.events > 0


UNKNOWN = Order()


def judge(order: Order, envelope: Envelope) -> OrderContradiction | None:
    """Why an event contradicts what we know of the order, or None."""
    return _judge(order, envelope.data) if isinstance(envelope.data, OrderEvent) else None


def evolve(order: Order, envelope: Envelope) -> Order:
    """The order after an event. An event of another thing changes nothing."""
    event = envelope.data
    if not isinstance(event, OrderEvent):
        return order
    at = None if envelope.time_precision is TimePrecision.UNKNOWN else envelope.time
    counted = replace(order, events=order.events + 1)
    return counted if _judge(order, event) else _apply(counted, event, at)


def fold(envelopes: Iterable[Envelope]) -> Order:
    """The order after all its events, given in the models' order."""
    order = UNKNOWN
    for envelope in envelopes:
        order = evolve(order, envelope)
    return order


def contradictions(envelopes: Iterable[Envelope]) -> list[tuple[Envelope, str]]:
    """The events of an order, given in the models' order, that contradict those before them, each with the reason."""
    found, order = list[tuple[Envelope, str]](), UNKNOWN
    for envelope in envelopes:
        reason = judge(order, envelope)
        if reason:
            found.append((envelope, reason))
        order = evolve(order, envelope)
    return found


def _judge(order: Order, event: OrderEvent) -> OrderContradiction | None:
    match event:
        case OrderPlaced():
            return "already_placed" if order.placed else None
        case OrderPaid() | OrderShipped() | OrderCancelled():
            return "cancelled" if order.status == "cancelled" else None
        case OrderRefunded():
            return None
        case _:
            assert_never(event)


def _apply(order: Order, event: OrderEvent, at: datetime | None) -> Order:
    match event:
        case OrderPlaced():
            return replace(order, placed=True, amount=event.amount, currency=event.currency, owner=event.owner)
        case OrderPaid():
            return order if order.paid else replace(order, paid=True, paid_at=at)
        case OrderShipped():
            return order if order.shipped else replace(order, shipped=True, shipped_at=at)
        case OrderCancelled():
            return replace(order, status="cancelled")
        case OrderRefunded():
            return order
        case _:
            assert_never(event)
