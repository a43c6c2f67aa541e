"""`rapport events`: every type of event, what it means, its fields, an example and its schema."""

from difflib import get_close_matches
from typing import Annotated

import msgspec
import typer

from domain.catalog import BY_NAME, EVENT_TYPES, VOID, EventType
from domain.examples import example_event
from infra.cli.app import app
from infra.cli.fields import described
from infra.cli.output import Format, FormatOption, as_json, show
from infra.errors import Misused


@app.command("events")
def events(
    type_: Annotated[str | None, typer.Argument(metavar="[TYPE]", help="a type, such as crm.deal.opened.v1")] = None,
    example: Annotated[bool, typer.Option("--example", help="a valid event, as `rapport ingest -` takes it")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="the JSON Schema of the whole event")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the types of events, or show one: its fields, an example, its schema."""
    if example:
        for event_type in [_known(type_)] if type_ else EVENT_TYPES:
            typer.echo(msgspec.json.encode(example_event(event_type)).decode())
    elif schema:
        if type_ is None:
            raise Misused("--schema needs a type: rapport events TYPE --schema")
        from infra.schemas.event import event_schema

        typer.echo(as_json(event_schema(_known(type_))))
    elif type_:
        _show_type(_known(type_), form)
    else:
        rows = [{"area": t.area, "type": t.name, "stream": t.stream.value, "meaning": meaning(t)} for t in EVENT_TYPES]
        # A terminal has no room for all; the type says its area.
        show(rows, form, ("type", "meaning") if form is Format.TABLE else ("area", "type", "stream", "meaning"))


def meaning(event_type: EventType) -> str:
    """What an event of this type says, in a sentence."""
    return (event_type.model.__doc__ or "").splitlines()[0]


def _known(name: str) -> EventType:
    """The type of that name; `crm.` and the version may be left out."""
    short = {f"{t.area}.{t.action}": t for t in EVENT_TYPES}
    whole = {known: t for known, (t, _) in BY_NAME.items() if t.area != VOID}
    if found := whole.get(name) or short.get(name.removeprefix("crm.")):
        return found
    near = get_close_matches(name[:100], [*whole, *short], n=1)
    hint = f"did you mean {near[0]}?" if near else "`rapport events` lists them"
    raise Misused(f"'{name[:100]}' is not an event type; {hint}")


def _show_type(event_type: EventType, form: Format) -> None:
    if form is Format.TABLE:
        where = f"in the stream of its {event_type.area}" if event_type.stream == "thing" else "a stream by itself"
        typer.echo(f"{event_type.name}, {where}\n\n{event_type.model.__doc__}\n")
    # Fields of the source that have no name come last.
    fields = sorted(event_type.model.model_fields.items(), key=lambda field: field[0] == "custom")
    rows = [{"field": name, **described(field)} for name, field in fields]
    show(rows, form, ("field", "value", "required", "personal", "meaning"))
