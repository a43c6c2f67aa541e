"""What is allowed with an account: one function per decision.

Each takes what we know and the fact that is asked for, and returns the facts that follow, or refuses with what to do
instead.
"""

from domain.accounts.events import AccountAdded, AccountDetailsChanged, AccountParentSet, AccountRenamed
from domain.accounts.state import Account, AccountEvent, given
from domain.shared.errors import CommandRefused


def add(account: Account, wanted: AccountAdded) -> list[AccountEvent]:
    """An account is added once."""
    if account.added:
        raise CommandRefused("the account is already known; change it with rename-account or change-account-details")
    return [wanted]


def rename(account: Account, wanted: AccountRenamed) -> list[AccountEvent]:
    """An account we know can get another name."""
    _refuse_unless_known(account)
    if account.name == wanted.name:
        raise CommandRefused(f"the account is called '{wanted.name}' already; nothing to rename")
    return [wanted]


def change_details(account: Account, wanted: AccountDetailsChanged) -> list[AccountEvent]:
    """What is given has to differ from what we know, in one detail at least."""
    _refuse_unless_known(account)
    details = given(wanted)
    if not details and not wanted.custom:
        raise CommandRefused("say what has changed, such as --industry or --employees")
    if not wanted.custom and all(getattr(account, name) == value for name, value in details.items()):
        raise CommandRefused("the account's details are these already; nothing to change")
    return [wanted]


def set_parent(account: Account, wanted: AccountParentSet, *, in_circle: bool) -> list[AccountEvent]:
    """An account can belong to any that does not belong to it; `in_circle` says that the new parent does."""
    _refuse_unless_known(account)
    if account.parent == wanted.parent:
        raise CommandRefused("the account's parent is that already; nothing to change")
    if in_circle:
        raise CommandRefused("an account can't belong to itself, nor to one that belongs to it; name another parent")
    return [wanted]


def _refuse_unless_known(account: Account) -> None:
    if not account.known:
        raise CommandRefused("the account is not known; add it first with add-account")
