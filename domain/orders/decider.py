"""What is allowed with an order: one function per decision.

Each takes what we know and the fact that is asked for, and returns the facts that follow, or refuses with what to do
instead.
"""

from domain.orders.events import OrderCancelled, OrderPaid, OrderPlaced, OrderRefunded, OrderShipped
from domain.orders.state import Order, OrderEvent
from domain.shared.errors import CommandRefused


def place(order: Order, wanted: OrderPlaced) -> list[OrderEvent]:
    """An order is placed once, by somebody; its amounts have a currency."""
    if order.placed:
        raise CommandRefused("the order is placed already; go on with pay-order, ship-order and the like")
    if not (wanted.contacts or wanted.account):
        raise CommandRefused("say who bought: --contacts or --account")
    if wanted.currency is None and (wanted.amount is not None or wanted.lines):
        raise CommandRefused("amounts need their currency; give it with --currency")
    if wanted.currency is not None and wanted.amount is None and not wanted.lines:
        raise CommandRefused("a currency needs its amount; give it with --amount")
    return [wanted]


def pay(order: Order, wanted: OrderPaid) -> list[OrderEvent]:
    """An order that is not cancelled can be paid, in parts too."""
    _refuse_cancelled(order)
    if wanted.amount is None:
        if wanted.currency not in {None, order.currency}:
            raise CommandRefused("a currency needs its amount; give it with --amount")
        return [wanted.model_copy(update={"currency": None})]
    return [wanted.model_copy(update={"currency": _currency(order, wanted.currency)})]


def ship(order: Order, wanted: OrderShipped) -> list[OrderEvent]:
    """An order that is not cancelled can be shipped, in parts too."""
    _refuse_cancelled(order)
    return [wanted]


def cancel(order: Order, wanted: OrderCancelled) -> list[OrderEvent]:
    """An order can be cancelled once."""
    _refuse_cancelled(order, "nothing to cancel")
    return [wanted]


def refund(order: Order, wanted: OrderRefunded) -> list[OrderEvent]:
    """Money can be given back for any order we know, a cancelled one too."""
    _refuse_unless_known(order)
    if wanted.amount <= 0:
        raise CommandRefused("what is given back is more than nothing; give another --amount")
    return [wanted.model_copy(update={"currency": _currency(order, wanted.currency)})]


def _refuse_unless_known(order: Order) -> None:
    if not order.known:
        raise CommandRefused("the order is not known; place it first with place-order")


def _refuse_cancelled(order: Order, instead: str = "place another one with place-order") -> None:
    _refuse_unless_known(order)
    if order.status == "cancelled":
        raise CommandRefused(f"the order is cancelled; {instead}")


def _currency(order: Order, given: str | None) -> str:
    currency = given or order.currency
    if currency is None:
        raise CommandRefused("an amount needs its currency; give it with --currency")
    return currency
