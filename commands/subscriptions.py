"""Commands about subscriptions."""

from collections.abc import Callable, Sequence

from commands.case import Case, Handler
from commands.command import C, NewSubscription, SubscriptionCommand
from domain.subscriptions import events
from domain.subscriptions.state import Subscription, SubscriptionEvent, contradictions, fold


class StartSubscription(NewSubscription, events.SubscriptionStarted):
    """Start a subscription, or one again that has ended."""


class ChangeSubscription(SubscriptionCommand, events.SubscriptionChanged):
    """Change the terms of a subscription."""


class EndSubscription(SubscriptionCommand, events.SubscriptionEnded):
    """End a subscription."""


def on_subscription(command: type[C], decide: Callable[[Subscription, C], Sequence[SubscriptionEvent]]) -> Handler:
    """A command about one subscription as it stands at the command's time."""

    def handle(wanted: C, case: Case) -> Sequence[SubscriptionEvent]:
        facts = decide(fold(case.past), wanted.asked())
        case.refuse_if_later_contradicts(facts, contradictions)
        return facts

    return Handler(command, handle)
