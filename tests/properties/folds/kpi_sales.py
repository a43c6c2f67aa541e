"""The referee of kpi_sales."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds import kpi_sales_daily
from tests.properties.history import Recorded

_SHOWN = (
    "tenant", "day", "owner", "team", "pipeline", "currency", "deals_opened", "deals_won", "deals_lost", "won_amount"
)  # fmt: skip


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """The days with their rates and means; empty where there is nothing to divide by."""
    return [
        {name: row[name] for name in _SHOWN}
        | {
            "win_rate": row["deals_won"] / closed if (closed := row["deals_won"] + row["deals_lost"]) else None,
            "average_deal_size": float(row["won_amount"]) / row["deals_won"] if row["deals_won"] else None,
            "sales_cycle_days": float(row["won_cycle_seconds"]) / 86400 / row["won_cycles"]
            if row["won_cycles"]
            else None,
        }
        for row in kpi_sales_daily.rows(events)
    ]
