"""The referee of order_line."""

from collections.abc import Sequence
from typing import Any

from domain.orders.events import OrderLine, OrderPlaced
from tests.properties.history import Recorded, by_thing


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per line of each order's first placing."""
    found = []
    for history in by_thing(events, "order").values():
        placing = next((event for event in history if event.action == "placed"), None)
        if placing is not None and isinstance(placing.envelope.data, OrderPlaced):
            data = placing.envelope.data
            found += [_row(placing, n, line, data.currency) for n, line in enumerate(data.lines, start=1)]
    return found


def _row(placing: Recorded, n: int, line: OrderLine, currency: str | None) -> dict[str, Any]:
    return {
        "tenant": placing.tenant,
        "order_id": placing.subject_id,
        "n": n,
        "placed_on": placing.known_on,
        "product_id": placing.id_of(line.product) if line.product else None,
        "currency": currency,
        **{name: getattr(line, name) for name in ("label", "quantity", "unit_price", "discount", "amount")},
    }
