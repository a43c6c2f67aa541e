"""The referee of deal_stage_history."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from tests.properties.folds.deal import seconds_between
from tests.properties.folds.deals_told import In, Told, deals
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per stay of a deal in a stage."""
    return [
        {"tenant": tenant, "deal_id": deal_id, **row}
        for (tenant, deal_id), story in deals(events).items()
        for row in _stays(story)
    ]


def _stays(story: list[Told]) -> list[dict[str, Any]]:
    stays = [list(stay) for _, stay in groupby(story, key=_where)]
    found, before = [], None
    for stay, after in zip(stays, [*stays[1:], None], strict=True):
        if stay[0].stage is not None:
            found.append(_row(stay, stay[0].stage, before, after))
        before = stay[0].stage
    return found


def _where(told: Told) -> tuple[str, str] | None:
    return (told.stage.key, told.stage.kind) if told.stage else None


def _row(stay: list[Told], stage: In, before: In | None, after: list[Told] | None) -> dict[str, Any]:
    entered, details = stay[0].event, stay[-1].details
    left_at = after[0].event.known_at if after else None
    known = entered.known_at is not None and left_at is not None
    return {
        "entered_event_id": entered.event_id,
        "pipeline": stay[0].pipeline.name if stay[0].pipeline else None,
        "stage_key": stage.key,
        "stage": stage.name,
        "stage_kind": stage.kind,
        "entered_at": entered.known_at,
        "entered_on": entered.known_on,
        "left_at": left_at,
        "seconds": seconds_between(entered.known_at, left_at) if known else None,  # type: ignore[arg-type]
        "is_current": after is None,
        "from_stage": before.name if before else None,
        "moved_by": entered.envelope.actor,
        "amount": details.get("amount"),
        "currency": details.get("currency"),
        "owner": details.get("owner"),
    }
