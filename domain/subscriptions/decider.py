"""What is allowed with a subscription: one function per decision.

Each takes what we know and the fact that is asked for, and returns the facts that follow, or refuses with what to do
instead.
"""

from domain.shared.errors import CommandRefused
from domain.subscriptions.events import SubscriptionChanged, SubscriptionEnded, SubscriptionStarted
from domain.subscriptions.state import Subscription, SubscriptionEvent

_TERMS = ("plan", "amount", "currency", "every")


def start(subscription: Subscription, wanted: SubscriptionStarted) -> list[SubscriptionEvent]:
    """A subscription is started once, and again after it has ended; somebody has it."""
    if subscription.started and subscription.status == "active":
        raise CommandRefused("the subscription runs already; change it with change-subscription")
    if not (subscription.started or wanted.contacts or wanted.account):
        raise CommandRefused("say who subscribed: --contacts or --account")
    _refuse_without_currency(subscription, wanted)
    return [wanted]


def change(subscription: Subscription, wanted: SubscriptionChanged) -> list[SubscriptionEvent]:
    """The terms of a subscription can change as long as it runs."""
    _refuse_unless_active(subscription)
    changed = {name: value for name in _TERMS if (value := getattr(wanted, name)) is not None}
    if not changed and not wanted.custom:
        raise CommandRefused("say what changes: --plan, --amount, --currency or --every")
    if not wanted.custom and all(getattr(subscription, name) == value for name, value in changed.items()):
        raise CommandRefused("the subscription has these terms already; nothing to change")
    _refuse_without_currency(subscription, wanted)
    return [wanted]


def end(subscription: Subscription, wanted: SubscriptionEnded) -> list[SubscriptionEvent]:
    """A subscription that runs can end."""
    _refuse_unless_active(subscription, "nothing to end")
    return [wanted]


def _refuse_unless_active(subscription: Subscription, instead: str = "start it again with start-subscription") -> None:
    if not subscription.known:
        raise CommandRefused("the subscription is not known; start it first with start-subscription")
    if subscription.status == "ended":
        raise CommandRefused(f"the subscription has ended; {instead}")


def _refuse_without_currency(subscription: Subscription, wanted: SubscriptionStarted | SubscriptionChanged) -> None:
    if wanted.amount is not None and (wanted.currency or subscription.currency) is None:
        raise CommandRefused("an amount needs its currency; give it with --currency")
    if wanted.currency is not None and wanted.amount is None and subscription.amount is None:
        raise CommandRefused("a currency needs its amount; give it with --amount")
