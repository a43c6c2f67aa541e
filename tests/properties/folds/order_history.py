"""The referee of order_history: one event of an order after the other."""

from collections.abc import Sequence
from typing import Any

from domain.orders.events import OrderPlaced
from tests.properties.folds.said import of_history
from tests.properties.history import Recorded, by_thing


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per event of an order."""
    return [row for history in by_thing(events, "order").values() for row in _rows_of_order(history)]


def _rows_of_order(history: Sequence[Recorded]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    state: dict[str, Any] = dict.fromkeys(("amount", "currency", "owner", "paid_at", "shipped_at"))
    state |= {"is_paid": False, "is_shipped": False}
    seen: set[str] = set()  # what has happened, as far as it could be true
    for n, event in enumerate(history, start=1):
        was_cancelled = "cancelled" in seen
        contradiction = _contradiction(event, seen)
        if contradiction is None:
            _apply(event, state, seen)
        found.append(
            {
                **of_history(event, "order", n),
                "status": "cancelled" if "cancelled" in seen else "placed",
                "changed": n == 1 or was_cancelled != ("cancelled" in seen),
                "contradiction": contradiction,
                **state,
            }
        )
    return found


def _contradiction(event: Recorded, seen: set[str]) -> str | None:
    if event.action == "placed":
        return "already_placed" if "placed" in seen else None
    return "cancelled" if event.action != "refunded" and "cancelled" in seen else None


def _apply(event: Recorded, state: dict[str, Any], seen: set[str]) -> None:
    data = event.envelope.data
    if isinstance(data, OrderPlaced):
        state |= {"amount": data.amount, "currency": data.currency, "owner": data.owner}
    if event.action in {"paid", "shipped"} and event.action not in seen:
        state |= {f"is_{event.action}": True, f"{event.action}_at": event.known_at}
    seen.add(event.action)
