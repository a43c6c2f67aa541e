"""How explained numbers are printed."""

from collections.abc import Mapping, Sequence
from typing import Any

import typer

from infra.cli.explained import Explained
from infra.cli.output import Format, as_json, for_people, show

Row = Mapping[str, Any]
_EVENT = ("position", "event_id", "event_type", "subject", "occurred_at")
_SHOWN = ("position", "when", "event", "subject", "adds", "event id")


def show_numbers(table: str, about: str, numbers: Sequence[Explained], form: Format) -> None:
    """Print numbers, each with the events that it is made of."""
    if form is Format.JSON:
        typer.echo(as_json([_as_dict(one) for one in numbers]))
    elif form is Format.CSV:
        rows = [
            {"measure": one.measure, "number": one.number, "of": of, **event}
            for one in numbers
            for of, events in one.events.items()
            for event in events
        ]
        show(rows, form, ("measure", "number", "of", *_EVENT, "contribution"))
    else:
        typer.echo(f"{table}: {about}")
        for one in numbers:
            _show_number(table, one)
        if still := [one.measure for one in numbers if not any(one.events.values())]:
            typer.echo(f"no event adds to {', '.join(still)}")


def show_events(table: str, about: str, events: Sequence[Row], form: Format) -> None:
    """Print the events behind rows that are no sums."""
    if form is not Format.TABLE:
        show(events, form, _EVENT)
        return
    typer.echo(f"{table}: {about}")
    if events:
        show([_shown(event) for event in events], form, [column for column in _SHOWN if column != "adds"])
    typer.echo(f"{_counted(len(events))} behind it")


def disagreement(table: str, one: Explained) -> str:
    """The sentence for a number that its events do not give."""
    return (
        f"{one.measure} is {_said(one.number)} in {table}, and its events give {_said(one.made)}: the tables are wrong;"
        " run `rapport rebuild`, and report this"
    )


def _as_dict(one: Explained) -> dict[str, Any]:
    events = [{"of": of, **event} for of, several in one.events.items() for event in several]
    return {"measure": one.measure, "number": one.number, "made": one.made, "agrees": one.agrees, "events": events}


def _show_number(table: str, one: Explained) -> None:
    if not any(one.events.values()):
        return
    for of, events in one.events.items():
        rows = [{**_shown(event), "adds": event["contribution"]} for event in events]
        title = f"{one.measure}: {_said(one.number)}"
        show(rows, Format.TABLE, _SHOWN, title if of == one.measure and len(one.events) == 1 else f"{title} · {of}")
    sums = " and ".join(f"{of} {_said(value)}" for of, value in one.sums().items())
    (first, *others) = one.events.values()
    made = f"{sums} give" if others else f"{_counted(len(first))} {'gives' if len(first) == 1 else 'give'}"
    ends = f"the number in {table}" if one.agrees else f"and not {_said(one.number)}"
    typer.echo(f"{made} {_said(one.made)}, {ends}\n")


def _shown(event: Row) -> dict[str, Any]:
    named = {"when": "occurred_at", "event": "event_type", "event id": "event_id"}
    return {column: event[named.get(column, column)] for column in _SHOWN if column != "adds"}


def _said(value: Any) -> str:
    return "empty" if value is None else for_people(value)


def _counted(events: int) -> str:
    return "1 event" if events == 1 else f"{events:,} events"
