"""An account's row shows of each detail the last fact that gives it."""

from decimal import Decimal
from uuid import UUID

from domain.accounts.events import AccountAdded, AccountDetailsChanged, AccountParentSet, AccountRenamed
from domain.contacts.events import ContactJoinedAccount
from tests.properties.engines import IDENTITIES
from tests.properties.given import UNKNOWN, Given, at, event, id_of

MODELS = ("account",)
ACME, BOLT = "account:crm:acme", "account:domain:bolt.example"


def test_a_row_holds_what_is_known_of_the_account(given: Given) -> None:
    added = AccountAdded(
        name="Acme", industry="tools", employees=12, revenue=Decimal("1100.04"), country="DE", founded=1998,
        website="acme.example", parent=BOLT, owner="Kim",
    )  # fmt: skip
    columns = (
        "account_id", "reference", "name", "industry", "employees", "revenue", "country", "founded", "website",
        "parent_id", "owner", "added_at",
    )  # fmt: skip
    assert given(event(ACME, added, 1)).rows("account", *columns) == [
        (
            id_of(ACME), ACME, "Acme", "tools", 12, Decimal("1100.0400"), "DE", 1998, "acme.example", id_of(BOLT),
            "Kim", at(1),
        )
    ]  # fmt: skip


def test_details_change_one_by_one_and_late_news_change_only_what_nobody_said_since(given: Given) -> None:
    shown = given(
        event(ACME, AccountAdded(name="Acme", employees=12), 1),
        event(ACME, AccountDetailsChanged(employees=0), 3),
        event(ACME, AccountRenamed(name="Acme Group"), 4),
        event(ACME, AccountDetailsChanged(employees=20, country="DE"), 2),
    )
    assert shown.rows("account", "name", "employees", "country") == [("Acme Group", 0, "DE")]


def test_a_parent_is_taken_away_by_one_that_is_not_given(given: Given) -> None:
    shown = given(
        event(ACME, AccountAdded(name="Acme", parent=BOLT), 1),
        event(ACME, AccountParentSet(), 2),
        event(ACME, AccountRenamed(name="Acme Group"), 3),
    )
    assert shown.rows("account", "parent_id") == [(None,)]


def test_an_account_is_known_from_its_first_event_of_any_type(given: Given) -> None:
    assert given(event(ACME, AccountDetailsChanged(country="DE"))).rows("account", "name", "added_at") == [(None, None)]


def test_an_account_that_others_only_mention_has_no_row(given: Given) -> None:
    shown = given(
        event("contact:crm:ann", ContactJoinedAccount(account=ACME)), event(BOLT, AccountParentSet(parent=ACME))
    )
    assert shown.rows("account", "account_id") == [(id_of(BOLT),)]


def test_an_unknown_time_is_not_shown(given: Given) -> None:
    assert given(event(ACME, AccountAdded(name="Acme"), **UNKNOWN)).rows("account", "added_at") == [(None,)]


def test_of_equal_times_the_larger_event_id_comes_last(given: Given) -> None:
    names = [event(ACME, AccountRenamed(name=name), id=name) for name in ("Acme", "Bolt", "Coil")]
    last = max(("Acme", "Bolt", "Coil"), key=event_id)
    assert given(*names).rows("account", "name") == [(last,)]
    assert given(*reversed(names)).rows("account", "name") == [(last,)]


def event_id(key: str) -> UUID:
    return IDENTITIES["main"].event("crm", key)


def test_tenants_with_the_same_keys_have_accounts_of_their_own(given: Given) -> None:
    shown = given(
        event(ACME, AccountAdded(name="Acme")), event(ACME, AccountRenamed(name="Other Acme"), 1, tenant="other")
    )
    assert shown.rows("account", "tenant", "name") == [("main", "Acme"), ("other", "Other Acme")]
