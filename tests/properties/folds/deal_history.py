"""The referee of deal_history."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds.deals_told import Told, deals
from tests.properties.folds.owners import TeamAt, team_at
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per event of a deal, with the deal as it stood after it."""
    team = team_at(events)
    return [
        {"tenant": tenant, "deal_id": deal_id, **_row(tenant, told, team)}
        for (tenant, deal_id), story in deals(events).items()
        for told in story
    ]


def _row(tenant: str, told: Told, team: TeamAt) -> dict[str, Any]:
    event, details, stage = told.event, told.details, told.stage
    time = event.envelope.time
    then = stage.stage.probability_at(time) if stage and stage.stage else stage.probability if stage else None
    return {
        "event_id": event.event_id,
        "position": event.position,
        "n": told.n,
        "reference": event.open_subject,
        "event_type": event.envelope.type,
        "actor": event.envelope.actor,
        "occurred_at": time,
        "time_precision": event.envelope.time_precision.value,
        "occurred_on": event.known_on,
        "contradiction": told.contradiction,
        "effect": told.effect,
        "status": told.status,
        "pipeline_id": told.pipeline_id,
        "pipeline": told.pipeline.name if told.pipeline else None,
        "stage_key": stage.key if stage else None,
        "stage": stage.name if stage else None,
        "stage_kind": stage.kind if stage else None,
        "probability": stage.probability if stage else None,
        "probability_then": then,
        "title": details.get("title"),
        "account_id": details.get("account"),
        "contact_id": details.get("contact"),
        "product_id": details.get("product"),
        "owner": details.get("owner"),
        "team": team(tenant, details.get("owner"), time),
        "amount": details.get("amount"),
        "currency": details.get("currency"),
        "expected_close": details.get("expected_close"),
        "lost_reason": told.lost_reason,
        "opening_n": told.opening_n,
        "closing_n": told.closing_n,
    }
