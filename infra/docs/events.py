"""docs/events.md: every event type with its fields."""

from domain.catalog import AREAS, EVENT_TYPES, EventType, Stream
from infra.cli.fields import described
from infra.docs.markdown import page, table

_INTRO = """\
What can be recorded, by area. An event is a CloudEvent 1.0 whose `type` stands here; its `data` holds the
fields listed. `rapport events TYPE --example` prints a valid one to copy. The JSON Schema of each type is in
[schemas/](schemas), and `rapport events TYPE --schema` prints it; [asyncapi.json](asyncapi.json) says which topic
carries it, and [integrate.md](integrate.md) how to send it.

Fields marked personal are kept apart in the log, and reach only tables of the schema `personal`. Every type
also takes `custom`: fields of your source that have no name here (name → text, number, boolean or date),
personal unless `RAPPORT_OPEN_CUSTOM` names them."""
_WHERE = {
    Stream.THING: "Kept in the stream of its thing.",
    Stream.OWN: "A stream by itself.",
}


def events_page() -> str:
    """The text of docs/events.md."""
    parts = [_INTRO]
    for area in AREAS:
        parts.append(f"## {area}")
        parts += [_part(event_type) for event_type in EVENT_TYPES if event_type.area == area]
    return page("Events", *parts)


def _part(event_type: EventType) -> str:
    rows = []
    for name, field in event_type.model.model_fields.items():
        if name != "custom":
            words = described(field)
            rows.append((f"`{name}`", words["value"], words["required"], words["personal"], words["meaning"]))
    meaning = " ".join((event_type.model.__doc__ or "").split())
    text = f"### `{event_type.name}`\n\n{meaning} {_WHERE[event_type.stream]}"
    return f"{text}\n\n{table(('field', 'value', 'required', 'personal', 'meaning'), rows)}" if rows else text
