"""What decisions need to know about an account."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, assert_never

from domain.accounts.events import AccountAdded, AccountDetailsChanged, AccountParentSet, AccountRenamed
from domain.shared.envelope import Envelope

AccountEvent = AccountAdded | AccountRenamed | AccountDetailsChanged | AccountParentSet


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it stands. `known` from its first event of any type, `added` once somebody added it."""

    known: bool = False
    added: bool = False
    name: str | None = None
    industry: str | None = None
    employees: int | None = None
    revenue: Decimal | None = None
    country: str | None = None
    founded: int | None = None
    website: str | None = None
    parent: str | None = None
    owner: str | None = None


UNKNOWN = Account()


def evolve(account: Account, event: AccountEvent) -> Account:
    """The account after an event: of each detail the last fact that gives it wins."""
    account = replace(account, known=True)
    match event:
        case AccountAdded():
            return replace(account, added=True, **given(event))
        case AccountRenamed():
            return replace(account, name=event.name)
        case AccountDetailsChanged():
            return replace(account, **given(event))
        case AccountParentSet():
            return replace(account, parent=event.parent)
        case _:
            assert_never(event)


def fold(envelopes: Iterable[Envelope]) -> Account:
    """The account after all its events, given in the models' order. Events of other things change nothing."""
    account = UNKNOWN
    for envelope in envelopes:
        if isinstance(envelope.data, AccountEvent):
            account = evolve(account, envelope.data)
    return account


def given(event: AccountAdded | AccountDetailsChanged) -> dict[str, Any]:
    """The details that an event gives."""
    return event.model_dump(exclude_none=True, exclude={"custom"})
