"""The referee of deal_flow: what each event of a deal adds to the numbers of its day."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds import deal_history
from tests.properties.folds.deal import cycle_of, weighted
from tests.properties.folds.deals_told import Told, deals
from tests.properties.history import Recorded

SLICE = ("owner", "team", "pipeline", "currency")
COUNTS = (
    "deals_opened", "deals_won", "deals_lost", "deals_reopened", "won_amount", "lost_amount", "won_cycle_seconds",
    "won_cycles", "lost_cycle_seconds", "lost_cycles", "open_deals", "open_amount", "open_weighted",
)  # fmt: skip


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """For each event with a known day what it brought, and (if the deal was open before) what it took away."""
    history = {(row["tenant"], row["event_id"]): row for row in deal_history.rows(events)}
    found = []
    for (tenant, deal_id), story in deals(events).items():
        before: dict[str, Any] | None = None
        for told in story:
            if told.event.known_on is None:
                continue
            row = history[tenant, told.event.event_id]
            common = {
                "tenant": tenant, "deal_id": deal_id, "event_id": told.event.event_id, "day": told.event.known_on
            }  # fmt: skip
            brought = _slice(row) | dict.fromkeys(COUNTS, 0) | _counted(told) | _stock(row)
            found.append(common | {"side": "in"} | brought)
            if before is not None and before["open_deals"]:
                found.append(common | {"side": "out"} | _taken(before))
            before = brought
    return found


def _slice(row: dict[str, Any]) -> dict[str, Any]:
    return {name: "(none)" if row[name] is None else row[name] for name in SLICE}


def _stock(row: dict[str, Any]) -> dict[str, Any]:
    if row["status"] != "open":
        return {}
    return {
        "open_deals": 1,
        "open_amount": row["amount"] or 0,
        "open_weighted": weighted(row["amount"], row["probability_then"]) or 0,
    }


def _taken(before: dict[str, Any]) -> dict[str, Any]:
    stock = {name: -before[name] for name in ("open_deals", "open_amount", "open_weighted")}
    return {name: before[name] for name in SLICE} | dict.fromkeys(COUNTS, 0) | stock


def _counted(told: Told) -> dict[str, Any]:
    counts: dict[str, Any] = {}
    if told.opening is told.event:
        counts["deals_opened"] = 1
    if told.effect == "reopened":
        counts["deals_reopened"] = 1
    if told.effect == "closed":
        cycle = cycle_of(told)
        counts[f"deals_{told.status}"] = 1
        counts[f"{told.status}_amount"] = told.details.get("amount") or 0
        counts[f"{told.status}_cycle_seconds"] = cycle or 0
        counts[f"{told.status}_cycles"] = 0 if cycle is None else 1
    return counts
