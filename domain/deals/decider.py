"""What is allowed with a deal: one function per decision.

Each takes what we know and the fact that is asked for, and returns the facts that follow, or refuses with what to do
instead. `pipeline` is the pipeline that counts for the deal, as it stands today.
"""

from domain.deals.events import (
    DealExpectedCloseChanged,
    DealLost,
    DealMovedToStage,
    DealOpened,
    DealOwnerChanged,
    DealReopened,
    DealValueChanged,
    DealWon,
)
from domain.deals.state import Deal, DealEvent
from domain.pipelines.state import Pipeline, PipelineStage
from domain.shared.errors import CommandRefused


def open_deal(deal: Deal, pipeline: Pipeline, wanted: DealOpened) -> list[DealEvent]:
    """A deal is opened once, in a live stage of kind open of a pipeline that is defined."""
    if deal.opened or deal.status != "open":
        raise CommandRefused(
            f"the deal is already {deal.status}; change it with change-deal-value, move-deal and the like"
        )
    if wanted.pipeline is None:
        raise CommandRefused("a deal goes through a pipeline; name it with --pipeline")
    if not pipeline.stages:
        raise CommandRefused(f"{wanted.pipeline} is not defined; define it first with define-pipeline")
    _refuse_half_a_value(wanted)
    stage = _open_stage(pipeline, wanted.stage) if wanted.stage else _first_open_stage(pipeline)
    return [wanted.model_copy(update={"stage": stage.key})]


def change_value(deal: Deal, wanted: DealValueChanged) -> list[DealEvent]:
    """The value can change as long as the deal is open, and only to another one."""
    _refuse_unless_open(deal)
    if (deal.amount, deal.currency) == (wanted.amount, wanted.currency):
        raise CommandRefused(
            f"the deal is worth {wanted.amount.normalize():f} {wanted.currency} already; nothing to change"
        )
    return [wanted]


def move(deal: Deal, pipeline: Pipeline, wanted: DealMovedToStage) -> list[DealEvent]:
    """An open deal moves to another live stage of kind open; winning and losing it are decisions of their own."""
    _refuse_unless_open(deal)
    if deal.pipeline is None:
        raise CommandRefused(
            "the deal goes through no pipeline, so it has no stages to move to; open it with open-deal"
        )
    stage = _open_stage(pipeline, wanted.stage)
    if stage.name == deal.stage:
        raise CommandRefused(f"the deal is in {stage.name} already; nothing to move")
    return [wanted.model_copy(update={"stage": stage.key, "from_stage": deal.stage})]


def change_owner(deal: Deal, wanted: DealOwnerChanged) -> list[DealEvent]:
    """Any deal we know can get another owner, a closed one too: its numbers count for whoever owns it."""
    _refuse_unless_known(deal)
    if deal.owner == wanted.owner:
        raise CommandRefused(f"{wanted.owner} owns the deal already; nothing to change")
    return [wanted]


def change_expected_close(deal: Deal, wanted: DealExpectedCloseChanged) -> list[DealEvent]:
    """The day the sale is expected can change as long as the deal is open."""
    _refuse_unless_open(deal)
    if deal.expected_close == wanted.expected_close:
        raise CommandRefused("the sale is expected on that day already; nothing to change")
    return [wanted]


def win(deal: Deal, wanted: DealWon) -> list[DealEvent]:
    """An open deal can be won."""
    _refuse_unless_open(deal)
    if wanted.amount is not None and wanted.currency is None and deal.currency is None:
        raise CommandRefused("an amount needs its currency; give it with --currency")
    if wanted.amount is None and wanted.currency not in {None, deal.currency}:
        raise CommandRefused("a currency needs its amount; give it with --amount")
    currency = wanted.currency if wanted.amount is None else wanted.currency or deal.currency
    return [wanted.model_copy(update={"currency": currency})]


def lose(deal: Deal, wanted: DealLost) -> list[DealEvent]:
    """An open deal can be lost, and the reason is said: it is what we learn from."""
    _refuse_unless_open(deal)
    if wanted.reason is None:
        raise CommandRefused("say why the deal is lost with --reason; `other` with an --explanation is a reason too")
    return [wanted]


def reopen(deal: Deal, pipeline: Pipeline, wanted: DealReopened) -> list[DealEvent]:
    """A closed deal can be reopened, in a live stage of kind open or in the stage it was in before."""
    _refuse_unless_known(deal)
    if deal.status == "open":
        raise CommandRefused("the deal is open; there is nothing to reopen")
    if wanted.stage is None:
        return [wanted]
    return [wanted.model_copy(update={"stage": _open_stage(pipeline, wanted.stage).key})]


def _refuse_unless_known(deal: Deal) -> None:
    if not deal.known:
        raise CommandRefused("the deal is not known; open it first with open-deal")


def _refuse_unless_open(deal: Deal) -> None:
    _refuse_unless_known(deal)
    if deal.status != "open":
        raise CommandRefused(f"the deal is {deal.status}; reopen it first with reopen-deal")


def _refuse_half_a_value(wanted: DealOpened) -> None:
    if (wanted.amount is None) != (wanted.currency is None):
        missing = "currency" if wanted.currency is None else "amount"
        raise CommandRefused(f"amount and currency go together; give the {missing} with --{missing}")


def _open_stage(pipeline: Pipeline, label: str) -> PipelineStage:
    stage = pipeline.stage(label)
    if stage is None or stage.retired:
        why = "is not a stage of the deal's pipeline" if stage is None else "is retired"
        raise CommandRefused(f"'{label}' {why}; deals go to {_names(pipeline)}")
    if stage.kind != "open":
        decision = "win-deal" if stage.kind == "won" else "lose-deal"
        raise CommandRefused(f"'{label}' closes a deal as {stage.kind}; use {decision} for that")
    return stage


def _first_open_stage(pipeline: Pipeline) -> PipelineStage:
    stage = next((s for s in pipeline.live if s.kind == "open"), None)
    if stage is None:
        raise CommandRefused("the pipeline has no open stage to begin in; add one with add-stage")
    return stage


def _names(pipeline: Pipeline) -> str:
    return ", ".join(s.name for s in pipeline.live if s.kind == "open") or "none: add a stage with add-stage"
