"""The referee of kpi_pipeline_daily."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tests.properties.folds import kpi_sales_daily
from tests.properties.folds.deal_flow import SLICE
from tests.properties.history import Recorded

_STOCK = ("open_deals", "open_amount", "open_weighted")


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """For each day of the calendar, and each slice: all that changed up to then."""
    flows = kpi_sales_daily.rows(events)
    found = []
    for tenant in {flow["tenant"] for flow in flows}:
        days = [flow["day"] for flow in flows if flow["tenant"] == tenant]
        for name in sorted({tuple(flow[part] for part in SLICE) for flow in flows if flow["tenant"] == tenant}):
            changes = [f for f in flows if f["tenant"] == tenant and tuple(f[part] for part in SLICE) == name]
            day = min(days)
            while day <= max(days):
                stock = {what: sum(f[what] for f in changes if f["day"] <= day) for what in _STOCK}
                if any(stock.values()):
                    found.append({"tenant": tenant, "day": day} | dict(zip(SLICE, name, strict=True)) | stock)
                day += timedelta(days=1)
    return found
