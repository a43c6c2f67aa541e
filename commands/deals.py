"""Commands about deals."""

from collections.abc import Callable, Sequence
from functools import partial

from commands.case import Case, Handler
from commands.command import C, DealCommand, NewDeal
from domain.deals import decider, events
from domain.deals.state import Deal, DealEvent, contradictions, fold, pipeline_of
from domain.pipelines import state as pipelines
from domain.pipelines.state import Pipeline


class OpenDeal(NewDeal, events.DealOpened):
    """Open a deal: a sale became possible."""


class ChangeDealValue(DealCommand, events.DealValueChanged):
    """Change what a deal is worth."""


class MoveDeal(DealCommand, events.DealMovedToStage):
    """Move a deal to another open stage of its pipeline."""


class ChangeDealOwner(DealCommand, events.DealOwnerChanged):
    """Make another agent responsible for a deal."""


class ChangeDealExpectedClose(DealCommand, events.DealExpectedCloseChanged):
    """Change the day a sale is expected; without --expected-close, to none we know."""


class WinDeal(DealCommand, events.DealWon):
    """Win a deal: the sale was made."""


class LoseDeal(DealCommand, events.DealLost):
    """Lose a deal: the sale will not be made."""


class ReopenDeal(DealCommand, events.DealReopened):
    """Reopen a closed deal, in --stage or where it was before."""


def on_deal(command: type[C], decide: Callable[[Deal, C], Sequence[DealEvent]]) -> Handler:
    """A command about one deal as it stands at the command's time."""
    return on_deal_in_pipeline(command, lambda deal, _, wanted: decide(deal, wanted))


def on_deal_in_pipeline(command: type[C], decide: Callable[[Deal, Pipeline, C], Sequence[DealEvent]]) -> Handler:
    """A command about one deal that depends on the stages of its pipeline."""

    def handle(wanted: C, case: Case) -> Sequence[DealEvent]:
        pipeline = _pipeline(case, pipeline_of([*case.past, *case.later]))
        facts = decide(fold(case.past, pipeline), pipeline, wanted.asked())
        case.refuse_if_later_contradicts(facts, partial(contradictions, pipeline=pipeline))
        return facts

    return Handler(command, handle)


def open_deal(command: OpenDeal, case: Case) -> Sequence[DealEvent]:
    """Open a deal: the pipeline that counts is the one it is opened in."""
    wanted = command.fact(events.DealOpened)
    pipeline = _pipeline(case, wanted.pipeline)
    facts = decider.open_deal(fold(case.past, pipeline), pipeline, wanted)
    case.refuse_if_later_contradicts(facts, partial(contradictions, pipeline=pipeline))
    return facts


def _pipeline(case: Case, reference: str | None) -> Pipeline:
    return pipelines.fold(case.history(reference)) if reference else pipelines.UNDEFINED
