"""What changed in the open pipeline between two dates, deal by deal, so that the differences add up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

Row = dict[str, Any]
Deals = Mapping[UUID, Row]

COLUMNS = (
    *("kind", "also", "deal_id", "reference", "title", "owner", "pipeline", "stage_before", "stage", "status"),
    *("currency", "amount_before", "amount_after", "difference", "amount"),
    *("expected_close_before", "expected_close"),
)
# Of what happened to a deal the first of these is its row's kind, and the others stand beside it.
KINDS = ("added", "won", "lost", "reopened", "gone", "re-valued", "slipped", "moved")
_OF_DEAL = ("deal_id", "reference", "title", "owner", "pipeline", "status", "amount")
_NO_CURRENCY = "(none)"
_NOTHING = Decimal("0.0000")


def changes(before: Deals, after: Deals) -> list[Row]:
    """The deals that changed from `before` to `after`, a row each; two rows if the currency changed, one for either.

    `amount_before` and `amount_after` are what the deal was worth in the open pipeline: nothing while it is closed or
    not there. `difference` is the second less the first; over all rows of a currency that is how its pipeline changed.
    """
    rows = [row for id_ in dict.fromkeys((*before, *after)) for row in _changed(before.get(id_), after.get(id_))]
    return sorted(rows, key=_place)


def open_amounts(deals: Iterable[Row]) -> dict[str, Decimal]:
    """What the open deals are worth, by currency."""
    sums: dict[str, Decimal] = {}
    for deal in deals:
        for currency, amount in _open_amount(deal).items():
            sums[currency] = sums.get(currency, _NOTHING) + amount
    return sums


def _changed(before: Row | None, after: Row | None) -> Iterator[Row]:
    kinds = _kinds(before, after)
    if not kinds:
        return
    was, became = before or {}, after or {}
    known: Row = became or was
    worth, now_worth = _open_amount(was), _open_amount(became)
    for currency in sorted(worth.keys() | now_worth.keys()) or [known["currency"] or _NO_CURRENCY]:
        yield {
            **{name: known[name] for name in _OF_DEAL},
            "kind": kinds[0],
            "also": ", ".join(kinds[1:]) or None,
            "stage_before": was.get("stage"),
            "stage": became.get("stage"),
            "currency": currency,
            "amount_before": worth.get(currency),
            "amount_after": now_worth.get(currency),
            "difference": now_worth.get(currency, _NOTHING) - worth.get(currency, _NOTHING),
            "expected_close_before": was.get("expected_close"),
            "expected_close": became.get("expected_close"),
        }


def _kinds(before: Row | None, after: Row | None) -> Sequence[str]:
    """What happened to a deal, the most important first; nothing if it was closed and is closed in the same way."""
    if before is None or after is None:
        return _came_or_went(before, after)
    found = set()
    if before["status"] != after["status"]:
        found.add("reopened" if after["status"] == "open" else str(after["status"]))
    if "open" in {before["status"], after["status"]} and _worth(before) != _worth(after):
        found.add("re-valued")
    if before["status"] == after["status"] == "open":
        if _is_later(after["expected_close"], before["expected_close"]):
            found.add("slipped")
        if any(before[name] != after[name] for name in ("pipeline_id", "stage_key")):
            found.add("moved")
    return [kind for kind in KINDS if kind in found]


def _came_or_went(before: Row | None, after: Row | None) -> Sequence[str]:
    if after is None:
        return ["gone"] if before is not None and before["status"] == "open" else []
    return ["added"] if after["status"] == "open" else [str(after["status"]), "added"]


def _open_amount(deal: Row) -> dict[str, Decimal]:
    """What a deal adds to the open pipeline, by currency."""
    if deal.get("status") != "open" or deal["amount"] is None:
        return {}
    return {deal["currency"] or _NO_CURRENCY: deal["amount"]}


def _worth(deal: Row) -> tuple[Decimal | None, str | None]:
    return deal["amount"], deal["currency"]


def _is_later(day: date | None, than: date | None) -> bool:
    return day is not None and than is not None and day > than


def _place(row: Row) -> tuple[Any, ...]:
    """By kind, and then the largest differences first."""
    return KINDS.index(row["kind"]), row["currency"], -abs(row["difference"]), str(row["deal_id"])
