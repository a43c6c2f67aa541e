"""The referee of deal."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.properties.folds import agent_history, product
from tests.properties.folds.deals_told import Told, deals
from tests.properties.folds.people import linked_persons
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per deal, as after its last event."""
    person_of = linked_persons(events)
    products = {(row["tenant"], row["product_id"]): row["name"] for row in product.rows(events)}
    teams = _teams_now(events)
    found = []
    for (tenant, deal_id), story in deals(events).items():
        last = story[-1]
        details = last.details
        contact, sold = details.get("contact"), details.get("product")
        found.append(
            {
                "tenant": tenant,
                "deal_id": deal_id,
                "contact_id": person_of.get((tenant, contact), contact) if contact else None,
                "product_id": sold,
                "product": products.get((tenant, sold)),
                "team": teams.get((tenant, details.get("owner"))),
                **_of_last(last),
            }
        )
    return found


def weighted(amount: Decimal | None, probability: Decimal | None) -> Decimal | None:
    """Amount times probability to six places, halves away from zero."""
    if amount is None or probability is None:
        return None
    return (amount * probability).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def seconds_between(begin: datetime, end: datetime) -> Decimal:
    """From one time to another in seconds, to the microsecond."""
    return Decimal((end - begin) // timedelta(microseconds=1)).scaleb(-6)


def cycle_of(told: Told) -> Decimal | None:
    """From opening to closing, if the deal was closed after it was opened and both times are known."""
    if told.opening is None or told.closing is None or told.opening.order > told.closing.order:
        return None
    begin, end = told.opening.known_at, told.closing.known_at
    return seconds_between(begin, end) if begin and end else None


def _of_last(last: Told) -> dict[str, Any]:
    details, stage = last.details, last.stage
    probability = stage.probability if stage else None
    return {
        "reference": last.event.open_subject,
        "title": details.get("title"),
        "account_id": details.get("account"),
        "pipeline_id": last.pipeline_id,
        "pipeline": last.pipeline.name if last.pipeline else None,
        "stage_key": stage.key if stage else None,
        "stage": stage.name if stage else None,
        "stage_kind": stage.kind if stage else None,
        "status": last.status,
        "amount": details.get("amount"),
        "currency": details.get("currency"),
        "probability": probability,
        "weighted_amount": weighted(details.get("amount"), probability),
        "owner": details.get("owner"),
        "expected_close": details.get("expected_close"),
        "opened_at": last.opening.known_at if last.opening else None,
        "closed_at": last.closing.known_at if last.closing else None,
        "cycle_seconds": cycle_of(last),
        "lost_reason": last.lost_reason,
        "events": last.n,
        "last_event_at": last.event.envelope.time,
    }


def _teams_now(events: Sequence[Recorded]) -> dict[tuple[str, str | None], str | None]:
    """The team each name stands for now: of the agent who had it first, as after their last event under it."""
    rows_of_agents = agent_history.rows(events)
    first: dict[tuple[str, str | None], dict[str, Any]] = {}
    for row in sorted(rows_of_agents, key=lambda row: (row["occurred_at"], row["agent_id"])):
        first.setdefault((row["tenant"], row["name"]), row)
    return {
        (row["tenant"], row["name"]): row["team"]
        for row in rows_of_agents
        if row["name"] is not None and first[row["tenant"], row["name"]]["agent_id"] == row["agent_id"]
    }
