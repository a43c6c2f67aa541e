"""What decisions need to know about a subscription, and how each event changes it: the rules the tables follow too.

The events of a subscription are taken in the models' order. A subscription exists, and is active, from its first event
of any type. Of its terms the last word counts, whichever event said it. An event in the wrong state is a contradiction,
which changes nothing but the count of events.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, assert_never

from domain.shared.envelope import Envelope
from domain.subscriptions.events import Interval, SubscriptionChanged, SubscriptionEnded, SubscriptionStarted

SubscriptionEvent = SubscriptionStarted | SubscriptionChanged | SubscriptionEnded
SubscriptionStatus = Literal["active", "ended"]
SubscriptionContradiction = Literal["already_started", "ended"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription as it stands. `started` says that there was a start at all."""

    events: int = 0
    started: bool = False
    status: SubscriptionStatus = "active"
    plan: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    every: Interval | None = None

    @property
    def known(self) -> bool:
        """Whether anything was ever said about the subscription."""
        return self.events > 0


UNKNOWN = Subscription()


def judge(subscription: Subscription, envelope: Envelope) -> SubscriptionContradiction | None:
    """Why an event contradicts what we know of the subscription, or None."""
    return _judge(subscription, envelope.data) if isinstance(envelope.data, SubscriptionEvent) else None


def evolve(subscription: Subscription, envelope: Envelope) -> Subscription:
    """The subscription after an event. An event of another thing changes nothing."""
    event = envelope.data
    if not isinstance(event, SubscriptionEvent):
        return subscription
    counted = replace(subscription, events=subscription.events + 1)
    return counted if _judge(subscription, event) else _apply(counted, event)


def fold(envelopes: Iterable[Envelope]) -> Subscription:
    """The subscription after all its events, given in the models' order."""
    subscription = UNKNOWN
    for envelope in envelopes:
        subscription = evolve(subscription, envelope)
    return subscription


def contradictions(envelopes: Iterable[Envelope]) -> list[tuple[Envelope, str]]:
    """The events of a subscription, in the models' order, that contradict those before them, each with the reason."""
    found, subscription = list[tuple[Envelope, str]](), UNKNOWN
    for envelope in envelopes:
        reason = judge(subscription, envelope)
        if reason:
            found.append((envelope, reason))
        subscription = evolve(subscription, envelope)
    return found


def _judge(subscription: Subscription, event: SubscriptionEvent) -> SubscriptionContradiction | None:
    match event:
        case SubscriptionStarted():
            return "already_started" if subscription.started and subscription.status == "active" else None
        case SubscriptionChanged() | SubscriptionEnded():
            return "ended" if subscription.status == "ended" else None
        case _:
            assert_never(event)


def _apply(subscription: Subscription, event: SubscriptionEvent) -> Subscription:
    match event:
        case SubscriptionStarted():
            return replace(_agree(subscription, event), started=True, status="active")
        case SubscriptionChanged():
            return _agree(subscription, event)
        case SubscriptionEnded():
            return replace(subscription, status="ended")
        case _:
            assert_never(event)


def _agree(subscription: Subscription, event: SubscriptionStarted | SubscriptionChanged) -> Subscription:
    return replace(
        subscription,
        plan=event.plan or subscription.plan,
        amount=subscription.amount if event.amount is None else event.amount,
        currency=event.currency or subscription.currency,
        every=event.every or subscription.every,
    )
