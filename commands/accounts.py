"""Commands about accounts."""

from collections.abc import Callable, Sequence

from commands.case import Case, Handler
from commands.command import AccountCommand, C, NewAccount
from domain.accounts import decider, events
from domain.accounts.state import Account, AccountEvent, fold


class AddAccount(NewAccount, events.AccountAdded):
    """Add an organisation we deal with."""


class RenameAccount(AccountCommand, events.AccountRenamed):
    """Give an account another name."""


class ChangeAccountDetails(AccountCommand, events.AccountDetailsChanged):
    """Change what we know about an account."""


class SetAccountParent(AccountCommand, events.AccountParentSet):
    """Set the account that an account belongs to; without --parent, none."""


def on_account(command: type[C], decide: Callable[[Account, C], Sequence[AccountEvent]]) -> Handler:
    """A command about one account as it stands at the command's time."""
    return Handler(command, lambda wanted, case: decide(fold(case.past), wanted.asked()))


def set_parent(command: SetAccountParent, case: Case) -> Sequence[AccountEvent]:
    """Set an account's parent, unless the accounts would stand in a circle."""
    wanted = command.fact(events.AccountParentSet)
    return decider.set_parent(fold(case.past), wanted, in_circle=_in_circle(case, command.account, wanted.parent))


def _in_circle(case: Case, account: str, parent: str | None) -> bool:
    here, seen = case.id_of(account), set[object]()
    while parent is not None and case.id_of(parent) not in seen:
        if case.id_of(parent) == here:
            return True
        seen.add(case.id_of(parent))
        parent = fold(case.history(parent)).parent
    return False
