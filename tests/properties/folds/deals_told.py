"""Deals told one event after the other, as the rules say: what happens to a deal, and what does not fit.

Known and open from its first event of any type. The first opening says what the deal is about, whenever it stands;
stages are judged by that opening's pipeline as it is defined today. What does not fit changes no status and no stage.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.properties.folds.pipelines_today import Pipeline, Stage, pipelines
from tests.properties.history import Recorded, by_thing


@dataclass(frozen=True)
class In:
    """A stage a deal is in. `stage` is None where the pipeline has none to close a deal in."""

    key: str
    name: str
    kind: str
    probability: Decimal
    stage: Stage | None = None


@dataclass(frozen=True)
class Told:
    """A deal after an event, and what the event did."""

    event: Recorded
    n: int
    pipeline_id: UUID | None
    pipeline: Pipeline | None
    contradiction: str | None = None
    effect: str | None = None
    status: str = "open"
    stage: In | None = None
    last_open: In | None = None
    opening: Recorded | None = None
    opening_n: int | None = None
    closing: Recorded | None = None
    closing_n: int | None = None
    lost_reason: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


def deals(events: Sequence[Recorded]) -> dict[tuple[str, UUID], list[Told]]:
    """Every deal by (tenant, deal), as it stood after each of its events."""
    known = pipelines(events)
    return {
        (tenant, deal): _told(history, {p: k for (whose, p), k in known.items() if whose == tenant})
        for (tenant, deal), history in by_thing(events, "deal").items()
    }


def _told(history: list[Recorded], known: dict[UUID, Pipeline]) -> list[Told]:
    opening = next((event for event in history if event.action == "opened"), None)
    reference = getattr(opening.envelope.data, "pipeline", None) if opening else None
    pipeline_id = opening.id_of(reference) if opening and reference else None
    pipeline = known.get(pipeline_id) if pipeline_id else None
    told, last = [], Told(history[0], 0, pipeline_id, pipeline)
    for n, event in enumerate(history, start=1):
        last = replace(last, event=event, n=n, contradiction=None, effect=None)
        if event.action == "opened" and event is not opening:
            last = replace(last, contradiction="already_opened")
        else:
            if event is opening:
                last = replace(last, opening=event, opening_n=n)
            last = _happen(replace(last, details=last.details | _details(event)))
        told.append(last)
    return told


def _details(event: Recorded) -> dict[str, Any]:
    data = event.envelope.data
    found = {name: getattr(data, name, None) for name in ("title", "owner", "amount", "currency", "expected_close")} | {
        name: event.id_of(reference)
        for name in ("account", "product")
        if (reference := getattr(data, name, None)) is not None
    }
    if getattr(data, "contacts", None):
        found["contact"] = event.id_of(data.contacts[0])  # type: ignore[attr-defined]
    given = {name: value for name, value in found.items() if value is not None}
    # The one fact that can take a detail away.
    return {"expected_close": None} | given if event.action == "expected_close_changed" else given


def _happen(deal: Told) -> Told:
    data, is_open = deal.event.envelope.data, deal.status == "open"
    word = getattr(data, "stage", None)
    stage = _called(deal.pipeline, word)
    match deal.event.action:
        case "opened" | "moved_to_stage" if word and stage is None:
            return replace(deal, contradiction="unknown_stage")
        case "opened" | "moved_to_stage" | "won" | "lost" if not is_open:
            return replace(deal, contradiction="closed")
        case "opened" | "moved_to_stage":
            return _enter(deal, stage if word else _first(deal.pipeline))
        case "won" | "lost":
            return _close(deal, _closing_stage(deal.pipeline, deal.event.action), getattr(data, "reason", None))
        case "reopened" if is_open:
            return replace(deal, contradiction="open")
        case "reopened" if word and stage is None:
            return replace(deal, contradiction="unknown_stage")
        case "reopened":
            resumed = stage if stage and stage.kind == "open" else deal.last_open
            return replace(
                deal, status="open", effect="reopened", stage=resumed, last_open=resumed,
                closing=None, closing_n=None, lost_reason=None,
            )  # fmt: skip
    return deal


def _enter(deal: Told, stage: In | None) -> Told:
    if stage is None:
        return deal
    if stage.kind != "open":
        return _close(deal, stage, None)
    return replace(deal, stage=stage, last_open=stage)


def _close(deal: Told, stage: In, reason: str | None) -> Told:
    return replace(
        deal, status=stage.kind, effect="closed", stage=stage, closing=deal.event, closing_n=deal.n,
        lost_reason=reason if stage.kind == "lost" else None,
    )  # fmt: skip


def _in(pipeline: Pipeline, stage: Stage) -> In:
    return In(stage.key, pipeline.name_of(stage), stage.kind, stage.probability, stage)


def _called(pipeline: Pipeline | None, word: str | None) -> In | None:
    stage = pipeline.labels().get(word) if pipeline and word else None
    return _in(pipeline, stage) if pipeline and stage else None


def _first(pipeline: Pipeline | None) -> In | None:
    return _in(pipeline, pipeline.stages[0]) if pipeline and pipeline.stages else None


def _closing_stage(pipeline: Pipeline | None, kind: str) -> In:
    stage = pipeline.first_of(kind) if pipeline else None
    if pipeline and stage:
        return _in(pipeline, stage)
    return In(kind.capitalize(), kind.capitalize(), kind, Decimal(1 if kind == "won" else 0))
