"""The referee of account."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.accounts.events import AccountAdded, AccountParentSet
from tests.properties.folds.said import in_order
from tests.properties.history import Recorded

DETAILS = ("name", "industry", "employees", "revenue", "country", "founded", "website", "owner")


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per account that has events of its own."""
    accounts: dict[tuple[str, UUID], dict[str, Any]] = {}
    added: set[tuple[str, UUID]] = set()
    for event in in_order(events):
        if event.area != "account":
            continue
        key = (event.tenant, event.subject_id)
        account = accounts.setdefault(key, _unknown(event))
        if not event.open_subject.startswith("account:id:"):
            account["reference"] = event.open_subject
        for detail in DETAILS:
            if (value := getattr(event.envelope.data, detail, None)) is not None:
                account[detail] = value
        parent = getattr(event.envelope.data, "parent", None)
        if parent is not None or isinstance(event.envelope.data, AccountParentSet):
            account["parent_id"] = event.id_of(parent) if parent else None
        if isinstance(event.envelope.data, AccountAdded) and key not in added:
            added.add(key)
            account["added_at"] = event.known_at
    return list(accounts.values())


def _unknown(event: Recorded) -> dict[str, Any]:
    known = {"tenant": event.tenant, "account_id": event.subject_id}
    return known | dict.fromkeys(("reference", *DETAILS, "parent_id", "added_at"))
