"""What comes together too rarely by chance: events that have to meet their like before they show anything."""

from typing import Any

from tests.properties.pool import CONTACTS

Rare = tuple[str, str, dict[str, Any], int]  # area and action, subject, data, how many times six hours after the begin

_ADA, _BY_MAIL, _BY_PHONE, _BOB, _CLEO = CONTACTS
_LINKS: list[Rare] = [
    ("contact.linked", _ADA, {"other": _BY_MAIL}, 0),
    ("contact.linked", _BY_MAIL, {"other": _BY_PHONE}, 0),
    ("contact.linked", _BY_PHONE, {"other": _ADA}, 0),
    ("contact.linked", _BOB, {"other": _CLEO}, 0),
    ("contact.unlinked", _CLEO, {"other": _BOB}, 1),
]
_TWO_CURRENCIES: list[Rare] = [
    ("deal.opened", f"deal:crm:{money}", {"amount": 7, "currency": money}, 2) for money in ("EUR", "USD")
]
# What is begun twice, and an order that is paid in parts.
_TWICE: list[Rare] = [
    (action, subject, data, hours)
    for hours in (0, 1)
    for action, subject, data in (
        ("meeting.scheduled", "meeting:crm:twice", {"starts_at": "2026-03-07T09:00:00Z"}),
        ("task.planned", "task:crm:twice", {"subject_line": "call"}),
        ("order.placed", "order:crm:twice", {}),
        ("subscription.started", "subscription:crm:twice", {}),
        ("order.paid", "order:crm:twice", {"amount": 7, "currency": "EUR"}),
    )
]
# What ended and goes on.
_AGAIN: list[Rare] = [
    ("meeting.scheduled", "meeting:crm:again", {"starts_at": "2026-03-07T09:00:00Z"}, 0),
    ("meeting.cancelled", "meeting:crm:again", {}, 1),
    ("meeting.scheduled", "meeting:crm:again", {"starts_at": "2026-03-08T09:00:00Z"}, 2),
    ("task.planned", "task:crm:again", {"subject_line": "call"}, 0),
    ("task.completed", "task:crm:again", {}, 1),
    ("task.completed", "task:crm:again", {}, 2),
    ("task.reopened", "task:crm:again", {}, 3),
    ("subscription.started", "subscription:crm:again", {}, 0),
    ("subscription.ended", "subscription:crm:again", {}, 1),
    ("subscription.started", "subscription:crm:again", {}, 2),
]
# What comes too late: each contradicts what was said before.
_TOO_LATE: list[Rare] = [
    ("meeting.held", "meeting:crm:late", {}, 0),
    ("meeting.moved", "meeting:crm:late", {"starts_at": "2026-03-07T09:00:00Z"}, 1),
    ("meeting.cancelled", "meeting:crm:called-off", {}, 0),
    ("meeting.held", "meeting:crm:called-off", {}, 1),
    ("task.cancelled", "task:crm:late", {}, 0),
    ("task.completed", "task:crm:late", {}, 1),
    ("task.planned", "task:crm:early", {"subject_line": "call"}, 0),
    ("task.reopened", "task:crm:early", {}, 1),
    ("order.cancelled", "order:crm:late", {}, 0),
    ("order.paid", "order:crm:late", {"amount": 7, "currency": "EUR"}, 1),
    ("subscription.ended", "subscription:crm:late", {}, 0),
    ("subscription.changed", "subscription:crm:late", {"plan": "large"}, 1),
]
_MAIL = "activity.email_received"
_CONVERSATIONS: list[Rare] = [
    # a loop
    *((_MAIL, "", {"message": f"message:loop:{n}", "in_reply_to": f"message:loop:{n % 3 + 1}"}, n) for n in (1, 2, 3)),
    # a chat that goes on by mail
    ("activity.chat_message_logged", "", {"direction": "inbound", "thread": "thread:chat:1"}, 1),
    ("activity.email_sent", "", {"thread": "thread:chat:1", "message": "message:chat:2"}, 2),
    # a message in two mailboxes, and one alone
    ("activity.email_sent", "", {"message": "message:copied:1"}, 1),
    (_MAIL, "", {"message": "message:copied:1"}, 1),
    ("activity.sms_logged", "", {"direction": "outbound"}, 3),
    # conversations that a message joins, if it comes last
    *(
        step
        for key in ("a", "b", "c")
        for step in (
            (_MAIL, "", {"message": f"message:{key}:1", "references": [f"message:{key}:0"]}, 1),
            (_MAIL, "", {"message": f"message:{key}:3", "references": [f"message:{key}:2"]}, 3),
            (_MAIL, "", {"message": f"message:{key}:4", "references": [f"message:{key}:0", f"message:{key}:2"]}, 4),
        )
    ),
]
# Deals to which nothing happens but a move, or a later close.
_ONLY: list[Rare] = [
    (
        "pipeline.defined",
        "pipeline:crm:only",
        {"name": "Only", "stages": [{"stage": "First", "probability": "0.1"}, {"stage": "Next", "probability": "0.5"}]},
        0,
    ),
    ("deal.opened", "deal:crm:only-moved", {"pipeline": "pipeline:crm:only", "amount": 7, "currency": "EUR"}, 0),
    ("deal.moved_to_stage", "deal:crm:only-moved", {"stage": "Next"}, 2),
    ("deal.opened", "deal:crm:only-later", {"amount": 7, "currency": "EUR", "expected_close": "2026-04-01"}, 0),
    ("deal.expected_close_changed", "deal:crm:only-later", {"expected_close": "2026-05-01"}, 2),
]
RARE = (*_LINKS, *_TWO_CURRENCIES, *_ONLY, *_TWICE, *_AGAIN, *_TOO_LATE, *_CONVERSATIONS)
