"""What kinds of history there are, and which of them a history holds: so that a test can say that all were drawn."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from domain.catalog import STORED_TYPES
from projections.model import load_models
from tests.properties.folds.conversations import conversations, messages_named, node_of, thread_named
from tests.properties.histories import History
from tests.properties.history import Recorded
from tests.properties.logs import AGAIN, REPLACED, UNDONE

Rows = Sequence[Mapping[str, Any]]
CONTRADICTIONS = (
    "already_opened", "unknown_stage", "closed", "open", "resolved", "already_scheduled", "held", "cancelled",
    "already_planned", "completed", "already_placed", "already_started", "ended",
)  # fmt: skip
KINDS = (
    *(f"an event {event_type.name}" for event_type in STORED_TYPES),
    *(f"rows in {model.name}" for model in load_models()),
    *(f"a contradiction: {reason}" for reason in CONTRADICTIONS),
    "a repeat at the same time", "a repeat at another time", "an alert",
    "a late event", "a late event in a later batch",
    "equal times told apart by sequence", "equal times told apart by id", "an unknown time", "a bare date",
    "a day that is another one in UTC", "several batches", "an unlinked pair", "linked contacts", "a chain of links",
    "a circle of links", "a renamed stage", "a retired stage", "a pipeline defined again", "a deal without pipeline",
    "a deal whose pipeline is not defined", "a deal with two currencies", "two currencies on one day", "no owner",
    "two agents of one name", "an owner in several teams", "an amount changed after closing", "a thing by its id",
    "equal ids in two tenants", "a meeting that stands again", "a task that is open again",
    "a subscription that runs again", "an order paid in parts", "a consent withdrawn", "a consent for all channels",
    "a message alone", "an answered message", "an absent message", "copies of a message", "a loop of references",
    "a thread over several channels", "a message that joins two threads", "a void of one event",
    "a void of one import", "a void of one correlation", UNDONE, REPLACED, AGAIN,
)  # fmt: skip


def kinds_of(history: History, events: Sequence[Recorded], tables: Mapping[str, Rows]) -> Counter[str]:
    """The kinds that a history holds, from its deliveries, its events and the rows of all models."""
    kinds = Counter(f"an event {event.envelope.type}" for event in events)
    kinds.update(f"rows in {name}" for name, rows in tables.items() if rows)
    kinds.update(f"a contradiction: {row['reason']}" for row in tables["contradiction"])
    kinds.update(_deliveries(history))
    kinds.update(_order(history, events))
    kinds.update(_links(events, tables))
    kinds.update(_pipelines(events, tables))
    kinds.update(_owners_and_money(tables))
    kinds.update(_lives(tables))
    kinds.update(_conversations(events, tables))
    return kinds


def _deliveries(history: History) -> list[str]:
    names = {"repeat": "a repeat at the same time", "restamped": "a repeat at another time", "alert": "an alert"}
    found = [names[delivery.again] for delivery in history.deliveries if delivery.again != "no"]
    return found + ["several batches"] * (sum(history.sizes) < len(history.deliveries) and bool(history.sizes))


def _order(history: History, events: Sequence[Recorded]) -> list[str]:
    found = []
    first_batch = history.sizes[0] if history.sizes else len(events)
    by_thing: dict[tuple[str, object], list[Recorded]] = {}
    for place, event in enumerate(events):
        earlier = by_thing.setdefault((event.tenant, event.subject_id), [])
        if any(event.order < other.order for other in earlier):
            found.append("a late event")
            if place >= first_batch > events.index(earlier[0]):
                found.append("a late event in a later batch")
        for other in earlier:
            if other.envelope.time == event.envelope.time:
                same = other.envelope.sequence == event.envelope.sequence
                found.append("equal times told apart by id" if same else "equal times told apart by sequence")
        earlier.append(event)
        precision = {"unknown": "an unknown time", "day": "a bare date"}
        found += [precision[p]] if (p := event.envelope.time_precision.value) in precision else []
        found += ["a day that is another one in UTC"] * (event.known_on not in {None, event.envelope.time.date()})
        found += ["a thing by its id"] * (":id:" in event.envelope.subject)
    if len({thing for _, thing in by_thing}) < len(by_thing):
        found.append("equal ids in two tenants")
    return found


def _links(events: Sequence[Recorded], tables: Mapping[str, Rows]) -> list[str]:
    found = ["linked contacts"] * bool(tables["contact_identity"])
    persons = Counter((row["tenant"], row["person_id"]) for row in tables["contact_identity"])
    found += ["a chain of links"] * any(size > 2 for size in persons.values())
    links: dict[tuple[str, frozenset[object]], bool] = {}
    for event in sorted(events, key=lambda e: e.order):
        if event.action in {"linked", "unlinked"}:
            pair = (event.tenant, frozenset({event.subject_id, event.id_of(event.envelope.data.other)}))  # type: ignore[attr-defined]
            found += ["an unlinked pair"] * (event.action == "unlinked" and links.get(pair, False))
            links[pair] = event.action == "linked"
    pairs = Counter(tenant for (tenant, both), linked in links.items() if linked and len(both) == 2)
    contacts = Counter(row["tenant"] for row in tables["contact_identity"])
    groups = Counter(tenant for tenant, _ in persons)
    # As many links as contacts, in as many groups as there are: at least one group has a link to spare.
    found += ["a circle of links"] * any(pairs[t] > contacts[t] - groups[t] for t in pairs)
    return found


def _pipelines(events: Sequence[Recorded], tables: Mapping[str, Rows]) -> list[str]:
    found = ["a renamed stage"] * any(row["stage"] != row["stage_key"] for row in tables["pipeline_stage"])
    found += ["a retired stage"] * any(row["is_retired"] for row in tables["pipeline_stage"])
    defined = Counter((event.tenant, event.subject_id) for event in events if event.action == "defined")
    found += ["a pipeline defined again"] * any(times > 1 for times in defined.values())
    for row in tables["deal"]:
        found += ["a deal without pipeline"] * (row["pipeline_id"] is None)
        found += ["a deal whose pipeline is not defined"] * (row["pipeline_id"] is not None and row["pipeline"] is None)
    return found


def _owners_and_money(tables: Mapping[str, Rows]) -> list[str]:
    currencies: dict[object, set[object]] = {}
    on_day: dict[object, set[object]] = {}
    found = ["no owner"] * any(row["owner"] == "(none)" for row in tables["kpi_sales_daily"])
    for row in tables["deal_history"]:
        deal = currencies.setdefault((row["tenant"], row["deal_id"]), set())
        deal.add(row["currency"])
        changed = row["event_type"].startswith("crm.deal.value_changed")
        found += ["an amount changed after closing"] * (changed and row["status"] != "open")
    for row in tables["kpi_sales_daily"]:
        if row["open_amount"] or row["won_amount"]:
            slot = tuple(row[name] for name in ("tenant", "day", "owner", "team", "pipeline"))
            on_day.setdefault(slot, set()).add(row["currency"])
    found += ["a deal with two currencies"] * any({"EUR", "USD"} <= of_deal for of_deal in currencies.values())
    found += ["two currencies on one day"] * any({"EUR", "USD"} <= of_day for of_day in on_day.values())
    names = Counter((row["tenant"], row["name"]) for row in tables["agent"] if row["name"])
    found += ["two agents of one name"] * any(times > 1 for times in names.values())
    teams: dict[object, set[object]] = {}
    for row in tables["agent_team"]:
        teams.setdefault((row["tenant"], row["name"]), set()).add(row["team"])
    found += ["an owner in several teams"] * any(len(those) > 1 for those in teams.values())
    return found


def _lives(tables: Mapping[str, Rows]) -> list[str]:
    """What happens to meetings, tasks, orders and subscriptions, and to consents."""
    again = {
        "a meeting that stands again": ("meeting_history", "scheduled"),
        "a task that is open again": ("task_history", "reopened"),
        "a subscription that runs again": ("subscription_history", "started"),
    }
    found = [
        kind
        for kind, (table, action) in again.items()
        if any(row["action"] == action and row["changed"] and row["n"] > 1 for row in tables[table])
    ]
    paid = Counter(
        (row["tenant"], row["order_id"])
        for row in tables["order_history"]
        if row["action"] == "paid" and row["contradiction"] is None
    )
    found += ["an order paid in parts"] * any(parts > 1 for parts in paid.values())
    found += ["a consent withdrawn"] * any(not row["given"] for row in tables["contact_consent"])
    found += ["a consent for all channels"] * any(row["channel"] == "all" for row in tables["contact_consent"])
    return found


def _conversations(events: Sequence[Recorded], tables: Mapping[str, Rows]) -> list[str]:
    threads, messages = tables["thread"], tables["message"]
    found = ["a message alone"] * any((row["messages"], row["absent"]) == (1, 0) for row in threads)
    found += ["an absent message"] * any(row["absent"] for row in threads)
    found += ["a thread over several channels"] * any("," in row["channels"] for row in threads)
    found += ["an answered message"] * any(row["answers"] for row in messages)
    copies = Counter((row["tenant"], row["message_id"]) for row in messages)
    found += ["copies of a message"] * any(times > 1 for times in copies.values())
    answers = {row["event_id"]: row["answers"] for row in messages}
    found += ["a loop of references"] * any(event in _followed(answers, event) for event in answers)
    return found + ["a message that joins two threads"] * _any_joins(events)


def _followed(answers: Mapping[object, object], event: object) -> set[object]:
    """What a message answers, and what that answers, and so on."""
    seen: set[object] = set()
    while (event := answers.get(event)) is not None and event not in seen:
        seen.add(event)
    return seen


def _any_joins(events: Sequence[Recorded]) -> bool:
    """Whether what an event names was in two conversations when it came."""
    told = [event for event in events if node_of(event)]
    for place, event in enumerate(told):
        before = conversations(told[:place])
        if len({before[node] for node in messages_named(event) | thread_named(event) if node in before}) > 1:
            return True
    return False
