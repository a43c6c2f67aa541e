"""The referee of kpi_sales_daily."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds import deal_flow
from tests.properties.folds.deal_flow import COUNTS, SLICE
from tests.properties.history import Recorded

_KEY = ("tenant", "day", *SLICE)
_SAYS_SOMETHING = (
    "deals_opened", "deals_won", "deals_lost", "deals_reopened", "open_deals", "open_amount", "open_weighted"
)  # fmt: skip


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """What happened on each day, in each slice in which anything did."""
    days: dict[tuple[Any, ...], dict[str, Any]] = {}
    for flow in deal_flow.rows(events):
        key = tuple(flow[name] for name in _KEY)
        row = days.setdefault(key, dict(zip(_KEY, key, strict=True)) | dict.fromkeys(COUNTS, 0))
        for name in COUNTS:
            row[name] += flow[name]
    return [row for row in days.values() if any(row[name] for name in _SAYS_SOMETHING)]
