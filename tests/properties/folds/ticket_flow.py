"""The referee of ticket_flow: what each event adds to the numbers of its day."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from tests.properties.folds import ticket_history
from tests.properties.history import Recorded

GROUP = ("owner", "team", "channel", "priority")
COUNTS = ("opened", "resolved", "reopened", "closed", "first_responses", "resolutions", "first_contact",
          "first_contact_reopened", "ratings", "rating_sum", "satisfied", "backlog_change")  # fmt: skip
SECONDS = ("first_response_seconds", "resolution_seconds")
WAITING = {"open", "on_hold"}


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per event and group of tickets that it adds something to."""
    found: list[dict[str, Any]] = []
    for _, history in groupby(ticket_history.rows(events), lambda row: (row["tenant"], row["ticket_id"])):
        found += _flow(list(history))
    return found


def _flow(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ended = history[-1]["status"] not in WAITING
    dated = [row for row in history if row["occurred_on"] is not None]
    found: list[dict[str, Any]] = []
    backlog: dict[str, str] | None = None  # the group whose backlog the ticket is in
    for row in dated:
        group = {name: row[name] or "(none)" for name in GROUP}
        before, backlog = backlog, group if row["status"] in WAITING else None
        if ended and row is dated[-1]:
            backlog = None  # it ended, on a day that nobody knows if not on this one
        what = _what_happened(row)
        if what.get("reopened") and _was_at_first_contact(history, row):
            what["first_contact_reopened"] = 1
        if backlog is not None and backlog != before:
            what["backlog_change"] = 1
        if any(what.values()):
            found.append(_row(row, "in", group, what))
        if before is not None and before != backlog:
            found.append(_row(row, "out", before, {"backlog_change": -1}))
    return found


def _what_happened(row: dict[str, Any]) -> dict[str, Any]:
    what: dict[str, Any] = {}
    since_opening = row["seconds_since_opening"]
    if row["is_opening"]:
        what["opened"] = 1
    if row["is_first_response"] and since_opening is not None:
        what |= {"first_responses": 1, "first_response_seconds": since_opening}
    if row["is_first_contact"]:
        what["first_contact"] = 1
    if row["score"] is not None:
        what |= {"ratings": 1, "rating_sum": row["score"], "satisfied": int(row["score"] >= 4)}
    if row["contradiction"] is None and row["action"] in {"resolved", "reopened", "closed"}:
        what[row["action"]] = 1
    if what.get("resolved") and since_opening is not None:
        what |= {"resolutions": 1, "resolution_seconds": since_opening}
    return what


def _was_at_first_contact(history: list[dict[str, Any]], reopening: dict[str, Any]) -> bool:
    """Whether a resolution at the first contact was counted before the ticket's first reopening."""
    before = history[: history.index(reopening)]
    reopened = any(row["action"] == "reopened" and row["contradiction"] is None for row in before)
    return not reopened and any(row["is_first_contact"] and row["occurred_on"] is not None for row in before)


def _row(row: dict[str, Any], side: str, group: dict[str, str], what: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("tenant", "ticket_id", "event_id")},
        "side": side,
        "day": row["occurred_on"],
        **group,
        **dict.fromkeys(COUNTS, 0),
        **dict.fromkeys(SECONDS, Decimal(0)),
        **what,
    }
