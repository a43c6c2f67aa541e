"""The referee of pipeline_board."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds import deal_on_board, pipeline_stage
from tests.properties.history import Recorded

_SLOT = ("tenant", "pipeline_id", "stage_key", "stage_kind", "currency")


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per stage and currency in which deals are."""
    ordinals = {
        (stage["tenant"], stage["pipeline_id"], stage["stage_key"], stage["kind"]): stage["ordinal"]
        for stage in pipeline_stage.rows(events)
    }
    board: dict[tuple[Any, ...], dict[str, Any]] = {}
    for deal in deal_on_board.rows(events):
        slot = tuple(deal[name] for name in _SLOT)
        row = board.setdefault(
            slot,
            {name: deal[name] for name in (*_SLOT, "pipeline", "stage")}
            | {"ordinal": ordinals.get(slot[:4]), "deals": 0, "amount": 0, "weighted_amount": 0},
        )
        row["deals"] += 1
        row["amount"] += deal["amount"]
        row["weighted_amount"] += deal["weighted_amount"]
    return list(board.values())
