"""What a decider knows of a deal or a ticket, beside the row that the tables have of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.deals import state as deals
from domain.pipelines import state as pipelines
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
}  # fmt: skip


def decider_differences(events: Sequence[Recorded], tables: Mapping[str, Rows]) -> list[str]:
    """Where what deciders know differs from the rows of deal and ticket.

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
    shown = {(row["tenant"], row["ticket_id"]): row for row in tables["ticket"]}
    for thing, history in by_thing(events, "ticket").items():
        ticket = tickets.fold(event.envelope for event in history)
        said += _compared("ticket", thing, ticket, shown[thing])
    return said


def contradictions_decided(events: Sequence[Recorded]) -> set[tuple[str, Any, str]]:
    """(tenant, event id, reason) of every event that deciders see as a contradiction."""
    found = set()
    for (tenant, _), history in by_thing(events, "deal").items():
        ids = {id(event.envelope): event.event_id for event in history}
        judged = deals.contradictions([e.envelope for e in history], _pipeline_of(events, history))
        found |= {(tenant, ids[id(envelope)], reason) for envelope, reason in judged}
    for (tenant, _), history in by_thing(events, "ticket").items():
        ids = {id(event.envelope): event.event_id for event in history}
        found |= {(tenant, ids[id(e)], reason) for e, reason in tickets.contradictions(e.envelope for e in history)}
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
