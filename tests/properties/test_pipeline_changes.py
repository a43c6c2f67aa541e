"""For all histories and any two dates: the changes of the pipeline add up to how it changed, currency by currency."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given, note, settings

from infra.cli.pipeline_changes import KINDS, changes, open_amounts
from tests.properties.folds import deal
from tests.properties.histories import BEGIN, History, histories
from tests.properties.history import Recorded
from tests.properties.logs import logged

EXAMPLES = (settings.default or settings()).max_examples
OVER_TIME = set(KINDS) - {"gone"}  # what is known of a past does not vanish
HOURS = (-1, 6, 18, 30, 42, 60)
Deals = dict[Any, dict[str, Any]]


def test_the_differences_of_the_rows_add_up_to_that_of_the_open_amounts() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES)
    @given(histories())
    def add_up(history: History) -> None:
        note(str(history))
        events = logged(history).events
        happened = [_deals([e for e in events if e.envelope.time <= BEGIN + timedelta(hours=h)]) for h in HOURS]
        known = [_deals(events[: len(events) * quarter // 4]) for quarter in range(5)]

        for before, after in (*pairwise(happened), *pairwise(known), (happened[0], known[-1]), (known[1], known[-1])):
            rows = changes(before, after)
            seen.update(row["kind"] for row in rows)
            _hold(rows, before, after)

    add_up()
    assert OVER_TIME - seen.keys() == set()


def _hold(rows: Sequence[dict[str, Any]], before: Deals, after: Deals) -> None:
    """Check that the rows add up, that each deal has one for each of its currencies, and that no other one changed."""
    assert _summed(rows) == _less(open_amounts(after.values()), open_amounts(before.values()))
    places = [(row["deal_id"], row["currency"]) for row in rows]
    assert len(places) == len(set(places))
    for id_ in (before.keys() | after.keys()) - {row["deal_id"] for row in rows}:
        assert _open(before, id_) == _open(after, id_)


def _deals(events: Sequence[Recorded]) -> Deals:
    return {row["deal_id"]: row for row in deal.rows(events) if row["tenant"] == "main"}


def _open(deals: Deals, id_: Any) -> dict[str, Decimal]:
    return open_amounts([deals[id_]] if id_ in deals else [])


def _summed(rows: Sequence[dict[str, Any]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        assert row["difference"] == (row["amount_after"] or 0) - (row["amount_before"] or 0)
        sums[row["currency"]] = sums.get(row["currency"], Decimal(0)) + row["difference"]
    return {currency: amount for currency, amount in sums.items() if amount}


def _less(amounts: dict[str, Decimal], others: dict[str, Decimal]) -> dict[str, Decimal]:
    nothing = Decimal(0)
    found = {currency: amounts.get(currency, nothing) - others.get(currency, nothing) for currency in amounts | others}
    return {currency: amount for currency, amount in found.items() if amount}
