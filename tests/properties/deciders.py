"""What a decider knows of a thing with a status, beside the row that the tables have of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from domain.deals import state as deals
from domain.meetings import state as meetings
from domain.orders import state as orders
from domain.pipelines import state as pipelines
from domain.shared.envelope import Envelope
from domain.subscriptions import state as subscriptions
from domain.tasks import state as tasks
from domain.tickets import state as tickets
from tests.properties.history import Recorded, by_thing

Rows = Sequence[Mapping[str, Any]]
_AS_IT_IS = {
    "deal": (
        "status", "stage", "title", "amount", "currency", "owner", "expected_close", "opened_at", "closed_at",
        "lost_reason",
    ),
    "ticket": (
        "status", "channel", "priority", "owner", "events", "opened_at", "first_response_at", "resolved_at",
        "closed_at",
    ),
    "meeting": ("status", "starts_at", "ends_at"),
    "task": ("status", "owner", "due_on", "due_at", "remind_at"),
    "order": ("status", "amount", "currency", "owner", "paid_at", "shipped_at"),
    "subscription": ("status", "plan", "amount", "currency", "every"),
}  # fmt: skip
Fold = Callable[[Iterable[Envelope]], object]
Contradictions = Callable[[Iterable[Envelope]], list[tuple[Envelope, str]]]
# The things that their own events alone decide on; a deal needs its pipeline too.
_FOLDS: Mapping[str, Fold] = {
    "ticket": tickets.fold, "meeting": meetings.fold, "task": tasks.fold, "order": orders.fold,
    "subscription": subscriptions.fold,
}  # fmt: skip
_CONTRADICTIONS: Mapping[str, Contradictions] = {
    "ticket": tickets.contradictions, "meeting": meetings.contradictions, "task": tasks.contradictions,
    "order": orders.contradictions, "subscription": subscriptions.contradictions,
}  # fmt: skip


def decider_differences(events: Sequence[Recorded], tables: Mapping[str, Rows]) -> list[str]:
    """Where what deciders know differs from the rows of deal and ticket, and from the last ones of the histories.

    The contact of a deal is compared with deal_history, which does not know who is linked with whom.
    """
    said = []
    rows = {(row["tenant"], row["deal_id"]): row for row in tables["deal"]}
    history_rows = sorted(tables["deal_history"], key=lambda row: row["n"])
    contacts = {(row["tenant"], row["deal_id"]): row["contact_id"] for row in history_rows}
    for thing, history in by_thing(events, "deal").items():
        known = _deal(events, history)
        references = {
            "pipeline_id": known.pipeline, "account_id": known.account, "product_id": known.product,
        }  # fmt: skip
        said += _compared("deal", thing, known, rows[thing])
        said += [
            f"deal {thing} {name}: {reference} decided on, {rows[thing][name]} shown"
            for name, reference in references.items()
            if (history[0].id_of(reference) if reference else None) != rows[thing][name]
        ]
        main = history[0].id_of(known.contacts[0]) if known.contacts else None
        said += [f"deal {thing}: another main contact"] * (main != contacts[thing])
    for area, fold in _FOLDS.items():
        shown = _shown(area, tables)
        for thing, history in by_thing(events, area).items():
            said += _compared(area, thing, fold(event.envelope for event in history), shown[thing])
    return said


def _shown(area: str, tables: Mapping[str, Rows]) -> dict[tuple[str, Any], Mapping[str, Any]]:
    """The row that says how each thing stands: its own, or else the last one of its history."""
    if area in tables:
        return {(row["tenant"], row[f"{area}_id"]): row for row in tables[area]}
    history = sorted(tables[f"{area}_history"], key=lambda row: row["n"])
    return {(row["tenant"], row[f"{area}_id"]): row for row in history}


def contradictions_decided(events: Sequence[Recorded]) -> set[tuple[str, Any, str]]:
    """(tenant, event id, reason) of every event that deciders see as a contradiction."""
    found = set()
    for (tenant, _), history in by_thing(events, "deal").items():
        ids = {id(event.envelope): event.event_id for event in history}
        judged = deals.contradictions([e.envelope for e in history], _pipeline_of(events, history))
        found |= {(tenant, ids[id(envelope)], reason) for envelope, reason in judged}
    for area, contradictions in _CONTRADICTIONS.items():
        for (tenant, _), history in by_thing(events, area).items():
            ids = {id(event.envelope): event.event_id for event in history}
            found |= {(tenant, ids[id(e)], reason) for e, reason in contradictions(e.envelope for e in history)}
    return found


def _deal(events: Sequence[Recorded], history: Sequence[Recorded]) -> deals.Deal:
    return deals.fold([event.envelope for event in history], _pipeline_of(events, history))


def _pipeline_of(events: Sequence[Recorded], history: Sequence[Recorded]) -> pipelines.Pipeline:
    """The pipeline that judges a deal, as a command's handler would load it."""
    reference = deals.pipeline_of(event.envelope for event in history)
    if reference is None:
        return pipelines.UNDEFINED
    thing = (history[0].tenant, history[0].id_of(reference))
    return pipelines.fold(event.envelope for event in by_thing(events, "pipeline").get(thing, []))


def _compared(area: str, thing: object, known: object, row: Mapping[str, Any]) -> list[str]:
    return [
        f"{area} {thing} {name}: {getattr(known, name)!r} decided on, {row[name]!r} shown"
        for name in _AS_IT_IS[area]
        if getattr(known, name) != row[name]
    ]
