"""What a contact's page is made of: each part a query over the tables, of one person.

`$1` is the tenant, `$2` the person. What a deal, ticket, task, meeting, order or subscription has to do with people
stands in thing_contact, in which linked contacts are one.
"""

from typing import Any
from uuid import UUID

from infra.cli.reading import Readers

_THEIRS = "INNER JOIN thing_contact AS p ON t.tenant = p.tenant AND t.{0}_id = p.thing_id AND p.contact_id = $2"
_OPEN_PARTS: dict[str, str] = {
    "accounts": """
        SELECT coalesce(a.name, c.account) AS account, c.account_id, c.role, c.joined_at
        FROM contact_account AS c LEFT JOIN account AS a ON c.tenant = a.tenant AND c.account_id = a.account_id
        WHERE c.tenant = $1 AND c.contact_id = $2 AND c.is_current ORDER BY c.joined_at NULLS LAST, 1
    """,
    "tags": "SELECT tag FROM contact_tag WHERE tenant = $1 AND contact_id = $2 ORDER BY tag",
    "consents": """
        SELECT purpose, channel, given, since FROM contact_consent
        WHERE tenant = $1 AND contact_id = $2 ORDER BY purpose, channel
    """,
    "deals": f"""
        SELECT t.deal_id, t.reference, t.title, t.pipeline, t.stage, t.amount, t.currency, t.owner, t.expected_close
        FROM deal AS t {_THEIRS.format("deal")}
        WHERE t.tenant = $1 AND t.status = 'open' ORDER BY t.expected_close NULLS LAST, t.opened_at, t.deal_id
    """,
    "tickets": f"""
        SELECT t.ticket_id, t.reference, t.status, t.priority, t.owner, t.opened_at
        FROM ticket AS t {_THEIRS.format("ticket")}
        WHERE t.tenant = $1 AND t.status IN ('open', 'on_hold') ORDER BY t.opened_at, t.ticket_id
    """,
    "tasks": f"""
        SELECT t.task_id, t.reference, t.priority, t.owner, t.due_on, t.due_at
        FROM task AS t {_THEIRS.format("task")}
        WHERE t.tenant = $1 AND t.status = 'open' ORDER BY t.due_on NULLS LAST, t.due_at NULLS LAST, t.task_id
    """,
    "meetings": f"""
        SELECT t.meeting_id, t.reference, t.starts_at, t.ends_at, t.channel, t.owner
        FROM meeting AS t {_THEIRS.format("meeting")}
        WHERE t.tenant = $1 AND t.status = 'planned' ORDER BY t.starts_at NULLS LAST, t.meeting_id
    """,
    "orders": f"""
        SELECT t.order_id, t.reference, t.number, t.status, t.amount, t.currency, t.placed_at
        FROM customer_order AS t {_THEIRS.format("order")}
        WHERE t.tenant = $1 ORDER BY t.placed_at DESC NULLS LAST, t.order_id LIMIT 5
    """,
    "subscriptions": f"""
        SELECT t.subscription_id, t.reference, t.plan, t.amount, t.currency, t.every, t.started_at
        FROM subscription AS t {_THEIRS.format("subscription")}
        WHERE t.tenant = $1 AND t.status = 'active' ORDER BY t.started_at, t.subscription_id
    """,
}
_PERSONAL_PARTS: dict[str, str] = {
    "emails": """
        SELECT email, label, is_primary FROM personal.contact_email
        WHERE tenant = $1 AND contact_id = $2 ORDER BY is_primary DESC, email
    """,
    "phones": """
        SELECT phone, label, is_primary FROM personal.contact_phone
        WHERE tenant = $1 AND contact_id = $2 ORDER BY is_primary DESC, phone
    """,
    "addresses": """
        SELECT label, street, postal_code, city, region, country FROM personal.contact_address
        WHERE tenant = $1 AND contact_id = $2 ORDER BY label
    """,
    "profiles": """
        SELECT network, profile FROM personal.contact_profile
        WHERE tenant = $1 AND contact_id = $2 ORDER BY network, profile
    """,
}
_CONTACT = """
    SELECT contact_id, reference, owner, preferred_channel, avoid, language, linked_contacts
    FROM contact WHERE tenant = $1 AND contact_id = $2
"""
_DIRECTORY = "SELECT name, job_title FROM personal.contact WHERE tenant = $1 AND contact_id = $2"
_TOUCHED = "SELECT * FROM contact_360 WHERE tenant = $1 AND contact_id = $2"
_SUBJECTS = """
    SELECT DISTINCT ON (about_id) about_id, subject_line FROM personal.message
    WHERE tenant = $1 AND subject_line IS NOT NULL AND about_id IN ({})
    ORDER BY about_id, occurred_at DESC, event_id
"""
_WITH_SUBJECTS = (("tickets", "ticket_id"), ("tasks", "task_id"), ("meetings", "meeting_id"))

Part = dict[str, Any]


def page_of(found: Readers, person: UUID) -> Part:
    """Everything about a person but the timeline: what they are in `contact`'s columns, and each part as a list."""

    def ask(statement: str) -> list[Part]:
        return found.reader.query(statement, [found.tenant, person]).as_dicts()

    page: Part = ask(_CONTACT)[0]
    page |= next(iter(ask(_DIRECTORY)), {}) if found.personal else {}
    page |= {name: ask(statement) if found.personal else [] for name, statement in _PERSONAL_PARTS.items()}
    page |= {name: ask(statement) for name, statement in _OPEN_PARTS.items()}
    page["tags"] = [row["tag"] for row in page["tags"]]
    page["summary"] = next(iter(ask(_TOUCHED)), {})
    _add_subjects(found, page)
    return page


def _add_subjects(found: Readers, page: Part) -> None:
    ids = [row[key] for part, key in _WITH_SUBJECTS for row in page[part]]
    subjects = found.look_up(_SUBJECTS, ids)
    for part, key in _WITH_SUBJECTS:
        for row in page[part]:
            row["subject_line"] = subjects.get(row[key])
