"""The referee of customer_order."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.orders.events import OrderPlaced, OrderRefunded
from tests.properties.folds import order_history
from tests.properties.folds.people import Who, person_of
from tests.properties.history import Recorded, by_thing

_LAST = ("reference", "status", "owner", "amount", "currency", "is_paid", "is_shipped", "paid_at", "shipped_at")


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per order."""
    persons = person_of(events)
    histories: dict[tuple[str, UUID], list[dict[str, Any]]] = {}
    for row in order_history.rows(events):
        histories.setdefault((row["tenant"], row["order_id"]), []).append(row)
    return [
        _row(history, sorted(histories[thing], key=lambda row: row["n"]), persons)
        for thing, history in by_thing(events, "order").items()
    ]


def _row(events: Sequence[Recorded], history: Sequence[dict[str, Any]], persons: dict[Who, UUID]) -> dict[str, Any]:
    last = history[-1]
    fitting = [event for event, row in zip(events, history, strict=True) if row["contradiction"] is None]
    placing = next((event for event in fitting if event.action == "placed"), None)
    cancelling = next((event for event in fitting if event.action == "cancelled"), None)
    return {
        "tenant": last["tenant"],
        "order_id": last["order_id"],
        **{name: last[name] for name in _LAST},
        **_of_placing(placing, persons),
        "cancelled_at": cancelling.known_at if cancelling else None,
        "refunded_amount": _refunded(fitting, last["currency"]),
        "events": len(history),
    }


def _of_placing(placing: Recorded | None, persons: dict[Who, UUID]) -> dict[str, Any]:
    names = ("number", "channel", "contact_id", "account_id", "deal_id", "placed_at", "placed_on")
    if placing is None or not isinstance(placing.envelope.data, OrderPlaced):
        return dict.fromkeys(names)
    data = placing.envelope.data
    return {
        "number": data.number,
        "channel": data.channel,
        "contact_id": persons[placing.tenant, placing.id_of(data.contacts[0])] if data.contacts else None,
        "account_id": placing.id_of(data.account) if data.account else None,
        "deal_id": placing.id_of(data.deal) if data.deal else None,
        "placed_at": placing.known_at,
        "placed_on": placing.known_on,
    }


def _refunded(fitting: Sequence[Recorded], currency: str | None) -> Decimal:
    refunds = [event.envelope.data for event in fitting if isinstance(event.envelope.data, OrderRefunded)]
    return sum((data.amount for data in refunds if (data.currency or currency) == currency), Decimal(0))
