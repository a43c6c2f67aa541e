"""The referee of deal_on_board."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tests.properties.folds import deal
from tests.properties.history import Recorded

_INSTEAD = {
    "pipeline_id": UUID(int=0),
    "pipeline": "(none)",
    "stage_key": "(none)",
    "stage": "(none)",
    "stage_kind": "open",
    "currency": "(none)",
    "amount": 0,
    "weighted_amount": 0,
}


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per deal, with a value where the deal has none."""
    return [
        {"tenant": row["tenant"], "deal_id": row["deal_id"]}
        | {name: instead if row[name] is None else row[name] for name, instead in _INSTEAD.items()}
        for row in deal.rows(events)
    ]
