"""The referee of contact_account."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.contacts.events import ContactAdded, ContactJoinedAccount, ContactLeftAccount
from tests.properties.folds.people import Who, person_of
from tests.properties.folds.said import in_order, open_form
from tests.properties.history import Recorded

Memberships = dict[UUID, dict[str, Any]]  # by account, the one stated last at the end


def memberships(events: Sequence[Recorded]) -> dict[Who, Memberships]:
    """The accounts that each person belongs to after all events."""
    persons = person_of(events)
    found: dict[Who, Memberships] = {}
    for event in in_order(events):
        data = event.envelope.data
        if not isinstance(data, ContactAdded | ContactJoinedAccount | ContactLeftAccount) or data.account is None:
            continue
        account_id = event.id_of(data.account)
        accounts = found.setdefault((event.tenant, persons[event.tenant, event.subject_id]), {})
        present = accounts.pop(account_id, None)
        if not isinstance(data, ContactLeftAccount):
            role = getattr(data, "role", None)
            accounts[account_id] = _joined(event, data.account, role, present)
    return found


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per person and account they belong to."""
    return [
        {
            "tenant": tenant,
            "contact_id": person,
            "account_id": account_id,
            **account,
            "is_current": account_id == list(accounts)[-1],
        }
        for (tenant, person), accounts in memberships(events).items()
        for account_id, account in accounts.items()
    ]


def _joined(event: Recorded, account: str, role: str | None, present: dict[str, Any] | None) -> dict[str, Any]:
    if present is None:
        return {"account": open_form(event, account), "role": role, "joined_at": event.known_at}
    shown = min(present["account"], open_form(event, account), key=lambda form: form.startswith("account:id:"))
    return {"account": shown, "role": role or present["role"], "joined_at": present["joined_at"]}
