"""The referee of deal_funnel: the stages that a deal went through since its opening."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tests.properties.folds.deal import seconds_between
from tests.properties.folds.deals_told import In, Told, deals
from tests.properties.history import Recorded

Stage = tuple[str, str]  # key and kind
NOWHERE: Stage = ("(none)", "open")


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per deal and stage it has been in, of deals whose opening has a known day."""
    found = []
    for (tenant, deal_id), story in deals(events).items():
        last = story[-1]
        if last.opening is not None and last.opening.known_on is not None:
            common = {"tenant": tenant, "deal_id": deal_id, **_of_deal(last)}
            since = story[(last.opening_n or 0) - 1 :]
            found += [common | _of_stage(stage, since) for stage in dict.fromkeys(map(_where, since))]
    return found


def _where(told: Told) -> Stage:
    return (told.stage.key, told.stage.kind) if told.stage else NOWHERE


def _of_deal(last: Told) -> dict[str, Any]:
    return {
        "month": last.opening.known_on.replace(day=1),  # type: ignore[union-attr]
        "pipeline_id": last.pipeline_id or UUID(int=0),
        "pipeline": last.pipeline.name if last.pipeline else "(none)",
        "status": last.status,
    }


def _of_stage(stage: Stage, since: list[Told]) -> dict[str, Any]:
    places = [place for place, told in enumerate(since) if _where(told) == stage]
    entered, after = since[places[0]], since[places[-1] + 1 :]
    entered_at, left_at = entered.event.known_at, after[0].event.known_at if after else None
    opened_at, closed = since[0].event.known_at, since[-1].closing_n
    before_closing = [told for told in since if closed and told.n == closed - 1]
    return {
        "stage_key": stage[0],
        "stage": entered.stage.name if entered.stage else "(none)",
        "stage_kind": stage[1],
        "entered_at": entered_at,
        "left_at": left_at,
        "seconds_to_enter": seconds_between(opened_at, entered_at) if opened_at and entered_at else None,
        "seconds_inside": seconds_between(entered_at, left_at) if entered_at and left_at else None,
        "moved_on": stage[1] == "open" and any(_is_further(told, entered.stage) for told in since[places[0] + 1 :]),
        "is_current": not after,
        "closed_from_here": any(_where(told) == stage for told in before_closing),
    }


def _is_further(told: Told, than: In | None) -> bool:
    """Whether a deal has got further than it was in this open stage."""
    if told.stage is None or told.stage.kind != "open":
        return told.stage is not None and told.stage.kind == "won"
    if than is None or told.pipeline is None:
        return True  # any stage of the pipeline is further than none
    stages = told.pipeline.stages
    return stages.index(told.stage.stage) > stages.index(than.stage)  # type: ignore[arg-type]
