"""The referee of subscription."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.subscriptions.events import SubscriptionStarted
from tests.properties.folds import subscription_history
from tests.properties.folds.people import Who, person_of
from tests.properties.history import Recorded, by_thing

_LAST = ("reference", "status", "plan", "amount", "currency", "every")


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per subscription."""
    persons = person_of(events)
    histories: dict[tuple[str, UUID], list[dict[str, Any]]] = {}
    for row in subscription_history.rows(events):
        histories.setdefault((row["tenant"], row["subscription_id"]), []).append(row)
    return [
        _row(history, sorted(histories[thing], key=lambda row: row["n"]), persons)
        for thing, history in by_thing(events, "subscription").items()
    ]


def _row(events: Sequence[Recorded], history: Sequence[dict[str, Any]], persons: dict[Who, UUID]) -> dict[str, Any]:
    last = history[-1]
    fitting = [event for event, row in zip(events, history, strict=True) if row["contradiction"] is None]
    started = [event for event in fitting if event.action == "started"]
    ended = [event for event in fitting if event.action == "ended"]
    return {
        "tenant": last["tenant"],
        "subscription_id": last["subscription_id"],
        **{name: last[name] for name in _LAST},
        **_of_start(started[-1] if started else None, persons),
        "ended_at": ended[-1].known_at if last["status"] == "ended" and ended else None,
        "events": len(history),
    }


def _of_start(start: Recorded | None, persons: dict[Who, UUID]) -> dict[str, Any]:
    if start is None or not isinstance(start.envelope.data, SubscriptionStarted):
        return dict.fromkeys(("contact_id", "account_id", "product_id", "owner", "started_at"))
    data = start.envelope.data
    return {
        "contact_id": persons[start.tenant, start.id_of(data.contacts[0])] if data.contacts else None,
        "account_id": start.id_of(data.account) if data.account else None,
        "product_id": start.id_of(data.product) if data.product else None,
        "owner": data.owner,
        "started_at": start.known_at,
    }
