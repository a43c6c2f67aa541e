"""The statements for what events list: a pipeline's stages, an order's lines, the messages of a conversation."""

import json
from collections.abc import Iterable

from domain.catalog import EVENT_TYPES, EventType
from projections.facts.columns import AMOUNT, PROBABILITY
from projections.facts.opening import Engine, named, open_json, quoted, structure

_LINE = {
    "product": "text", "label": "text", "quantity": AMOUNT, "unit_price": AMOUNT, "discount": PROBABILITY,
    "amount": AMOUNT,
}  # fmt: skip


def areas_with(field: str) -> frozenset[str]:
    """The areas of which any type of event has this field."""
    return frozenset(event_type.area for event_type in _types_with(field))


def pipeline_stage_select(engine: Engine) -> str:
    """Each stage that an event defines or puts in order, and its number there."""
    common = "s.tenant, s.event_id, s.position, s.thing_id, s.action, s.occurred_at, s.sequence, u.ordinal"
    defined = _unnested(engine, "data", "stages", {"stage": "text", "kind": "text", "probability": "decimal(5,4)"})
    ordered = _unnested(engine, "data", "order", "text")
    part = "u.value.{}" if engine == "duckdb" else "u.value ->> '{}'"
    stage, kind, probability = (part.format(name) for name in ("stage", "kind", "probability"))
    return (
        f"SELECT {common}, {stage} AS stage, {kind} AS kind, CAST({probability} AS decimal(5,4)) AS probability"
        f" FROM {defined} UNION ALL SELECT {common}, u.value, NULL, NULL FROM {ordered}"
    )


def order_line_select(engine: Engine) -> str:
    """Each line of an order or a cart, its number in it, and the id of its product."""
    names = ("tenant", "event_id", "position", "thing_id", "action", "occurred_at", "sequence", "area", "ordinal")
    common = ", ".join(f"s.{name}" for name in names)
    part, id_ = ("s.line.{}", "s.ids_.product") if engine == "duckdb" else ("s.line ->> '{}'", "s.ids_ ->> 'product'")
    values = {name: f"CAST({part.format(name)} AS {sql_type}) AS {name}" for name, sql_type in _LINE.items()}
    return (
        f"SELECT {common}, {values.pop('product')}, CAST({id_} AS uuid) AS product_id, {', '.join(values.values())}"
        f" FROM {_listed_lines(engine)}"
    )


def doubt_select(engine: Engine) -> str:
    """Each doubt that came with an event."""
    names = ("tenant", "event_id", "position", "thing_id", "subject", "event_type", "occurred_at", "area")
    common = ", ".join(f"s.{name}" for name in names)
    if engine == "duckdb":
        form = quoted(json.dumps([{"field": "TEXT", "doubt": "TEXT"}]))
        listed = f"(SELECT *, unnest(from_json(doubts, {form})) AS one FROM staged WHERE doubts IS NOT NULL) AS s"
        return f"SELECT {common}, s.one.field, s.one.doubt FROM {listed}"
    listed = "staged AS s CROSS JOIN LATERAL json_array_elements(s.doubts) AS u(one)"
    return f"SELECT {common}, u.one ->> 'field', u.one ->> 'doubt' FROM {listed}"


def _listed_lines(engine: Engine) -> str:
    """A FROM item over `staged` with one row per element of `lines`, and the ids of the things it names beside it."""
    of_areas = f"area IN ({', '.join(map(quoted, sorted(areas_with('lines'))))})"
    if engine == "duckdb":
        lines, ids = ({"lines": [structure(types)]} for types in (_LINE, {"product": "uuid"}))
        return (
            "(SELECT *, unnest(d.lines) AS line, unnest(i.lines) AS ids_, unnest(range(1, len(d.lines) + 1)) AS ordinal"
            f" FROM (SELECT *, from_json(data, {quoted(json.dumps(lines))}) AS d,"
            f" from_json(ids, {quoted(json.dumps(ids))}) AS i FROM staged WHERE {of_areas}) AS opened) AS s"
        )
    return (
        "(SELECT t.*, u.line, u.ids_, u.ordinal FROM staged AS t CROSS JOIN LATERAL"
        " ROWS FROM (json_array_elements(t.data -> 'lines'), json_array_elements(t.ids -> 'lines'))"
        f" WITH ORDINALITY AS u(line, ids_, ordinal) WHERE {of_areas}) AS s"
    )


def thread_link_select(engine: Engine) -> str:
    """What each message belongs together with: itself, and what it names; of other events, those in a conversation.

    A message stands for itself by its own key, so that copies of it are one; without a key, by its event.
    """
    source = open_json(
        engine, "staged", _is_one_of(_types_with("thread")),
        ids={"message": "uuid", "in_reply_to": "uuid", "thread": "uuid", "references": "uuid[]"},
    )  # fmt: skip
    node = "coalesce(ids_.message, s.event_id)"
    kind = "CASE WHEN other_id = ids_.thread THEN 'thread' ELSE 'message' END AS other_kind"
    links = f"SELECT s.tenant, s.event_id, s.position, s.occurred_at, {node} AS node_id, other_id, {kind}"
    held = f"({_is_one_of(_types_with('message'))} OR ids_.thread IS NOT NULL)"
    single = (node, "ids_.in_reply_to", "ids_.thread")
    if engine == "duckdb":  # its list_distinct leaves NULLs out
        others = f"list_distinct(list_concat([{', '.join(single)}], coalesce(ids_.{named('references')}, [])))"
        return f"{links} FROM (SELECT *, unnest({others}) AS other_id FROM {source} WHERE {held}) AS s"
    listed = f"SELECT CAST(r.id AS uuid) FROM json_array_elements_text(ids_.{named('references')}) AS r(id)"
    others = " UNION ".join((*(f"SELECT {other}" for other in single), listed))
    return f"{links} FROM {source} CROSS JOIN LATERAL ({others}) AS o(other_id) WHERE {held} AND o.other_id IS NOT NULL"


def _unnested(engine: Engine, column: str, field: str, element: str | dict[str, str]) -> str:
    """A FROM clause over `staged` with one row per element of a JSON list, as `u(value, ordinal)`."""
    if engine == "duckdb":
        described = {field: [structure(element) if isinstance(element, dict) else element.upper()]}
        opened = f"from_json({column}, {quoted(json.dumps(described))}).{named(field)}"
        numbered = f"(SELECT *, {opened} AS listed FROM staged)"
        # A row per element and, in step with it, its number.
        parts = "unnest(listed) AS value, unnest(range(1, len(listed) + 1)) AS ordinal"
        return f"(SELECT *, {parts} FROM {numbered}) AS s, LATERAL (SELECT s.value AS value, s.ordinal AS ordinal) AS u"
    if isinstance(element, dict):
        elements = f"json_array_elements(s.{column} -> '{field}') WITH ORDINALITY"
        return f"staged AS s CROSS JOIN LATERAL {elements} AS u(value, ordinal)"
    return (
        f"staged AS s CROSS JOIN LATERAL (SELECT CAST(a.value AS {element}) AS value, a.ordinal FROM"
        f" json_array_elements_text(s.{column} -> '{field}') WITH ORDINALITY AS a(value, ordinal)) AS u"
    )


def _types_with(field: str) -> tuple[EventType, ...]:
    return tuple(event_type for event_type in EVENT_TYPES if field in event_type.model.model_fields)


def _is_one_of(event_types: Iterable[EventType]) -> str:
    """Whether an event is of one of these types, whatever their versions."""
    pairs = ", ".join(f"({quoted(t.area)}, {quoted(t.action)})" for t in event_types)
    return f"(area, action) IN ({pairs})"
