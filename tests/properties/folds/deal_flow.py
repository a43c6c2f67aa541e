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
    """For each event with a known day: what happened, the open deal it left behind, and the one there was before.

    It left behind what stood before the next event with a known day, so that what happened at an unknown time in
    between is in.
    """
    history = {(row["tenant"], row["event_id"]): row for row in deal_history.rows(events)}
    found = []
    for (tenant, deal_id), story in deals(events).items():
        before: dict[str, Any] | None = None
        for told, last in _until_next_day(story):
            row, left = (history[tenant, one.event.event_id] for one in (told, last))
            common = {
                "tenant": tenant, "deal_id": deal_id, "event_id": told.event.event_id, "day": told.event.known_on
            }  # fmt: skip
            nothing = dict.fromkeys(COUNTS, 0)
            if counted := _counted(told):
                found.append(common | {"side": "event"} | _slice(row) | nothing | counted)
            if before is not None and before["status"] == "open":
                stock = {name: -value for name, value in _stock(before).items()}
                found.append(common | {"side": "out"} | _slice(before) | nothing | stock)
            if left["status"] == "open":
                found.append(common | {"side": "in"} | _slice(left) | nothing | _stock(left))
            before = left
    return found


def _until_next_day(story: Sequence[Told]) -> list[tuple[Told, Told]]:
    """Each event with a known day, and the last event before the next such one."""
    days: list[tuple[Told, Told]] = []
    for told in story:
        if told.event.known_on is not None:
            days.append((told, told))
        elif days:
            days[-1] = (days[-1][0], told)
    return days


def _slice(row: dict[str, Any]) -> dict[str, Any]:
    return {name: "(none)" if row[name] is None else row[name] for name in SLICE}


def _stock(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "open_deals": 1,
        "open_amount": row["amount"] or 0,
        "open_weighted": weighted(row["amount"], row["probability_then"]) or 0,
    }


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
