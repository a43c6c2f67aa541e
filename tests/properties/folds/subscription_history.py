"""The referee of subscription_history: one event of a subscription after the other."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds.said import of_history
from tests.properties.history import Recorded, by_thing

TERMS = ("plan", "amount", "currency", "every")


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per event of a subscription."""
    return [row for history in by_thing(events, "subscription").values() for row in _rows_of_subscription(history)]


def _rows_of_subscription(history: Sequence[Recorded]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    terms: dict[str, Any] = dict.fromkeys(TERMS)
    status, started = "active", False
    for n, event in enumerate(history, start=1):
        before, data = status, event.envelope.data
        contradiction = _contradiction(event, status, started=started)
        if contradiction is None:
            status = {"started": "active", "ended": "ended"}.get(event.action, status)
            started |= event.action == "started"
            terms |= {name: value for name in TERMS if (value := getattr(data, name, None)) is not None}
        found.append(
            {
                **of_history(event, "subscription", n),
                "status": status,
                "changed": n == 1 or status != before,
                "contradiction": contradiction,
                **terms,
            }
        )
    return found


def _contradiction(event: Recorded, status: str, *, started: bool) -> str | None:
    if event.action == "started":
        return "already_started" if started and status == "active" else None
    return "ended" if status == "ended" else None
