"""What is allowed with an account, and how its events change it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts import decider
from domain.accounts.events import AccountAdded, AccountDetailsChanged, AccountParentSet, AccountRenamed
from domain.accounts.state import UNKNOWN, Account, AccountEvent, fold
from domain.catalog import EVENT_TYPES
from domain.examples import example_data
from tests.commands.given import happened, refused


def account(*facts: AccountEvent) -> Account:
    return fold(happened("account:crm:nord", *facts))


ADDED = AccountAdded(name="Nord", industry="energy", employees=5, parent="account:crm:holding")
NORD = account(ADDED)
NEW_PARENT = AccountParentSet(parent="account:crm:other")


def test_an_account_is_added_once() -> None:
    assert decider.add(UNKNOWN, ADDED) == [ADDED]
    with refused("already known; change it with rename-account"):
        decider.add(NORD, ADDED)


@pytest.mark.parametrize(
    ("decide", "wanted"),
    [
        (decider.rename, AccountRenamed(name="Nord GmbH")),
        (decider.change_details, AccountDetailsChanged(industry="energy", employees=6)),
        (decider.change_details, AccountDetailsChanged(custom={"tier": "A"})),
    ],
)
def test_what_is_asked_for_happens_and_only_to_an_account_we_know(
    decide: Callable[[Account, Any], list[AccountEvent]], wanted: AccountEvent
) -> None:
    assert decide(NORD, wanted) == [wanted]
    with refused("not known; add it first with add-account"):
        decide(UNKNOWN, wanted)


@pytest.mark.parametrize(
    ("decide", "wanted", "because"),
    [
        (decider.rename, AccountRenamed(name="Nord"), "called 'Nord' already"),
        (decider.change_details, AccountDetailsChanged(), "say what has changed"),
        (decider.change_details, AccountDetailsChanged(employees=5), "these already"),
    ],
)
def test_a_decision_is_refused(
    decide: Callable[[Account, Any], list[AccountEvent]], wanted: AccountEvent, because: str
) -> None:
    with refused(because):
        decide(NORD, wanted)


@pytest.mark.parametrize("wanted", [NEW_PARENT, AccountParentSet()])
def test_an_account_gets_another_parent_or_none(wanted: AccountParentSet) -> None:
    assert decider.set_parent(NORD, wanted, in_circle=False) == [wanted]


@pytest.mark.parametrize(
    ("given_", "wanted", "in_circle", "because"),
    [
        (UNKNOWN, NEW_PARENT, False, "not known"),
        (NORD, AccountParentSet(parent="account:crm:holding"), False, "is that already"),
        (NORD, NEW_PARENT, True, "nor to one that belongs to it"),
    ],
)
def test_setting_the_parent_is_refused(
    given_: Account,
    wanted: AccountParentSet,
    in_circle: bool,
    because: str,
) -> None:
    with refused(because):
        decider.set_parent(given_, wanted, in_circle=in_circle)


def test_of_each_detail_the_last_that_was_given_counts() -> None:
    found = account(ADDED, AccountDetailsChanged(employees=0, revenue=Decimal(1)), AccountAdded(name="Nord 2"))

    assert (found.name, found.industry, found.employees, found.revenue) == ("Nord 2", "energy", 0, Decimal(1))
    assert account(ADDED, AccountParentSet()).parent is None


examples = [t.model.model_validate(example_data(t)) for t in EVENT_TYPES if t.area == "account"]


@given(st.lists(st.sampled_from(examples), max_size=10))
def test_any_events_in_any_order_evolve(facts: list[AccountEvent]) -> None:
    found = account(*facts)

    named = [fact.name for fact in facts if isinstance(fact, AccountAdded | AccountRenamed)]
    assert found.name == (named[-1] if named else None)
    assert found.known == bool(facts)
