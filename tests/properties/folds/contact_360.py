"""The referee of contact_360: each person's events and things, taken from the folds of the tables under it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from tests.properties.folds import (
    contact,
    contact_consent,
    contact_timeline,
    customer_order,
    deal,
    meeting,
    subscription,
    task,
    thing_contact,
    ticket,
)
from tests.properties.history import Recorded

KINDS = (
    "call", "email", "chat", "social", "sms", "letter", "note", "presentation", "visit", "form", "document", "cart",
    "meeting", "task", "deal", "ticket", "order",
)  # fmt: skip
_OF_CONTACT = ("tenant", "contact_id", "reference", "owner", "account_id")
Row = dict[str, Any]
Of = dict[tuple[Any, Any], list[Row]]


def rows(events: Sequence[Recorded]) -> list[Row]:
    """One row per person."""
    touches, consents = _by_person(contact_timeline.rows(events)), _by_person(contact_consent.rows(events))
    things = _things(events)
    return [
        {name: person[name] for name in _OF_CONTACT}
        | _touched(touches[who])
        | _open({area: of[who] for area, of in things.items()})
        | {
            "consents_given": sum(row["given"] for row in consents[who]),
            "consents_withdrawn": sum(not row["given"] for row in consents[who]),
        }
        for person in contact.rows(events)
        for who in [(person["tenant"], person["contact_id"])]
    ]


def _by_person(found: Sequence[Row]) -> Of:
    people: Of = defaultdict(list)
    for row in found:
        people[row["tenant"], row["contact_id"]].append(row)
    return people


def _things(events: Sequence[Recorded]) -> dict[str, Of]:
    folds: dict[str, tuple[str, Callable[[Sequence[Recorded]], list[Row]]]] = {
        "deal": ("deal_id", deal.rows),
        "ticket": ("ticket_id", ticket.rows),
        "task": ("task_id", task.rows),
        "meeting": ("meeting_id", meeting.rows),
        "order": ("order_id", customer_order.rows),
        "subscription": ("subscription_id", subscription.rows),
    }
    found: dict[str, Of] = {area: defaultdict(list) for area in folds}
    known = {area: {(row["tenant"], row[key]): row for row in fold(events)} for area, (key, fold) in folds.items()}
    for link in thing_contact.rows(events):
        thing = known[link["area"]][link["tenant"], link["thing_id"]]
        found[link["area"]][link["tenant"], link["contact_id"]].append(thing)
    return found


def _touched(timeline: Sequence[Row]) -> Row:
    known = [row for row in timeline if row["time_precision"] != "unknown"]
    times: list[datetime] = [row["occurred_at"] for row in known]
    by_kind = {
        f"last_{kind}_at": max((row["occurred_at"] for row in known if row["kind"] == kind), default=None)
        for kind in KINDS
    }
    return {
        "events": len(timeline),
        "first_at": min(times, default=None),
        "last_at": max(times, default=None),
        **by_kind,
    }


def _open(things: dict[str, list[Row]]) -> Row:
    def having(area: str, *statuses: str) -> list[Row]:
        return [row for row in things[area] if row["status"] in statuses]

    tasks, orders = having("task", "open"), having("order", "placed")
    planned = having("meeting", "planned")
    return {
        "open_deals": len(having("deal", "open")),
        "won_deals": len(having("deal", "won")),
        "open_tickets": len(having("ticket", "open", "on_hold")),
        "open_tasks": len(tasks),
        "next_task_due_on": min((row["due_on"] for row in tasks if row["due_on"]), default=None),
        "next_task_due_at": min((row["due_at"] for row in tasks if row["due_at"]), default=None),
        "next_meeting_at": min((row["starts_at"] for row in planned if row["starts_at"]), default=None),
        "orders": len(orders),
        "last_ordered_on": max((row["placed_on"] for row in orders if row["placed_on"]), default=None),
        "active_subscriptions": len(having("subscription", "active")),
    }
