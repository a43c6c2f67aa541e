"""Messages to read, and what reads them."""

import json
from datetime import UTC, datetime
from typing import Any

from consumers.ingest.edge import Edge

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
OPENED = {
    "specversion": "1.0",
    "id": "evt-1",
    "source": "hubspot",
    "type": "crm.deal.opened.v1",
    "subject": "deal:hubspot:4711",
    "time": "2024-05-31T09:30:00Z",
    "data": {"title": "Fifty seats", "amount": 1200, "currency": "EUR"},
}
LEFT_OUT = object()


def edge(timezone: str = "UTC", tenant: str = "main", **options: Any) -> Edge:
    return Edge(tenant, timezone, lambda: NOW, **options)


def message(**changes: Any) -> bytes:
    """The opening of a deal, with some attributes changed or left out."""
    event = {**OPENED, **changes}
    return json.dumps({name: value for name, value in event.items() if value is not LEFT_OUT}).encode()


def with_data(**changes: Any) -> bytes:
    """The opening of a deal, with some fields of its data changed or left out."""
    data = {"title": "Fifty seats", "amount": 1200, "currency": "EUR", **changes}
    return message(data={name: value for name, value in data.items() if value is not LEFT_OUT})
