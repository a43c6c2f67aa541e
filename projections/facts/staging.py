"""The statements that take a batch of stored events apart into fact rows, generated per engine.

A batch is first taken apart into the temporary table `staged`, one row an event: the envelope typed, and `data`,
`ids` and `personal` still JSON; `personal` was unsealed outside, where the keys are. Then each fact table is filled by
one INSERT from `staged`. The two engines differ only in how JSON is opened, so that is all a Dialect says.
"""

import json
from collections.abc import Iterable
from typing import Literal

from projections.facts.columns import COMMON, Column, checked_areas, normal_columns
from projections.facts.tables import (
    AREA_FACTS,
    CONCERN,
    CONTACT_KEY,
    DOUBT,
    IDENTITY,
    PERSON,
    PIPELINE_STAGE,
    TEXT,
    FactTable,
)

Engine = Literal["duckdb", "postgres"]

STAGED: dict[str, str] = {
    **{column.name: column.sql_type for column in COMMON},
    "area": "text",
    "data": "json",
    "ids": "json",
    "doubts": "json",
    "personal": "json",
}
_ENVELOPE = {
    "event_id": "uuid",
    "subject_id": "uuid",
    "subject": "text",
    "time": "timestamptz",
    "time_precision": "text",
    "sequence": "bigint",
    "actor": "text",
    "source": "text",
    "data": "json",
    "ids": "json",
    "doubts": "json",
}
_LINKS = "area = 'contact' AND action IN ('linked', 'unlinked')"
_ABOUT = ("deal", "ticket", "account")
_TEXT_FIELDS = ("body", "text", "summary", "comment", "explanation")


def open_json(engine: Engine, table: str, where: str, **parts: dict[str, str]) -> str:
    """A FROM clause over `table` in which each JSON column named in `parts` is opened as `<column>_`."""
    if engine == "duckdb":
        opened = "".join(
            f", from_json({column}, {_quoted(json.dumps(_structure(types)))}) AS {column}_"
            for column, types in parts.items()
        )
        return f"(SELECT *{opened} FROM {table} WHERE {where}) AS s"
    records = "".join(
        f" CROSS JOIN LATERAL json_to_record(coalesce({column}, '{{}}'::json)) AS {column}_({_record(types)})"
        for column, types in parts.items()
    )
    return f"(SELECT * FROM {table} WHERE {where}) AS s{records}"


def _record(types: dict[str, str]) -> str:
    """PostgreSQL's description of a JSON object's types; lists stay JSON."""
    return ", ".join(f"{_name(key)} {'json' if t.endswith('[]') else t}" for key, t in types.items())


def stage_statement(engine: Engine, timezone: str, source: str, *, personal: bool) -> str:
    """The SELECT that opens the stored states of `source(position, tenant, recorded_at, topic, state, personal)`.

    `personal` is what was sealed in the state, as JSON. Without `personal` the source needs no such column, and the
    staged one is NULL.
    """
    day = f"CASE WHEN e.time_precision <> 'unknown' THEN CAST(e.\"time\" AT TIME ZONE {_quoted(timezone)} AS date) END"
    if engine == "duckdb":
        opened = f"(SELECT *, from_json(state, {_quoted(json.dumps(_structure(_ENVELOPE)))}) AS e FROM {source}) AS s"
    else:
        columns = ", ".join(f"{_name(name)} {sql_type}" for name, sql_type in _ENVELOPE.items())
        opened = f"{source} AS s CROSS JOIN LATERAL json_to_record(s.state::json) AS e({columns})"
    return (
        "SELECT s.tenant, e.event_id, s.position, s.recorded_at, s.topic AS event_type,"
        " split_part(s.topic, '.', 3) AS action, e.subject_id AS thing_id, e.subject, e.\"time\" AS occurred_at,"
        f" e.time_precision, {day} AS occurred_on, e.sequence, e.actor, e.source,"
        f" split_part(s.topic, '.', 2) AS area, e.data, e.ids, e.doubts,"
        f" CAST({'s.personal' if personal else 'NULL'} AS json) AS personal FROM {opened}"
    )


def fact_statements(engine: Engine, areas: Iterable[str]) -> dict[str, str]:
    """For the areas a batch holds: fact table → the SELECT over `staged` whose rows go into it."""
    present = set(areas)
    statements = {fact.name: _area_select(engine, area, fact) for area, fact in AREA_FACTS.items() if area in present}
    if present & {"contact", "deal", "activity", "ticket"}:
        statements[CONCERN.name] = _concern_select(engine)
        statements[CONTACT_KEY.name] = _contact_key_select(engine)
    if present - {"contact"}:  # custom fields of any area are words too
        statements[TEXT.name] = _text_select(engine)
    if "contact" in present:
        statements[IDENTITY.name] = _identity_select(engine)
        statements[PERSON.name] = _person_select(engine)
    if present & checked_areas():
        statements[DOUBT.name] = _doubt_select(engine)
    if "pipeline" in present:
        statements[PIPELINE_STAGE.name] = _pipeline_stage_select(engine)
    return statements


def _area_select(engine: Engine, area: str, fact: FactTable) -> str:
    source = open_json(engine, "staged", f"area = '{area}'", **_parts(fact.columns))
    return f"SELECT {_values(engine, fact.columns)} FROM {source}"


def _person_select(engine: Engine) -> str:
    normal = normal_columns("contact")
    columns = tuple(c for c in PERSON.columns if c.name != "personal_custom" and c not in normal)
    parts = _parts(columns)
    parts["personal"] |= {"custom": "text", "normal": "json"}
    source = open_json(engine, "staged", "area = 'contact'", **parts)
    # Where nothing is said of it, a value's normal form is the value; where it has none, that is said as ''.
    forms = ", ".join(
        f"nullif(coalesce((personal_.{_name('normal')} ->> '{c.key}'), personal_.{_name(c.key)}), '')" for c in normal
    )
    return f"SELECT {_values(engine, columns)}, {forms}, personal_.{_name('custom')} FROM {source}"


def _text_select(engine: Engine) -> str:
    """The words of an event, and what it is about: the deal, ticket or account it concerns, else its subject."""
    opened = {"about", "about_id", "subject_line", "body", "custom"}
    common = ", ".join(f"s.{c.name}" for c in TEXT.columns if c.name not in opened)
    parts = {
        "data": dict.fromkeys(_ABOUT, "text"),
        "ids": dict.fromkeys(_ABOUT, "uuid"),
        "personal": dict.fromkeys(("subject_line", *_TEXT_FIELDS, "custom"), "text"),
    }
    source = open_json(engine, "staged", "area <> 'contact' AND personal IS NOT NULL", **parts)
    body = ", ".join(f"personal_.{_name(name)}" for name in _TEXT_FIELDS)
    about, about_id = (
        f"CASE WHEN s.area = 'activity' THEN coalesce({', '.join(f'{part}.{name}' for name in _ABOUT)}, s.{own})"
        f" ELSE s.{own} END"
        for part, own in (("data_", "subject"), ("ids_", "thing_id"))
    )
    return (
        f"SELECT {common}, {about} AS about, {about_id} AS about_id,"
        f" personal_.subject_line, coalesce({body}) AS body, personal_.custom FROM {source}"
        f" WHERE coalesce(personal_.subject_line, {body}, personal_.custom) IS NOT NULL"
    )


def _concern_select(engine: Engine) -> str:
    """Each contact an event names, with the reference it is named by: the subject, a link's other end, `contacts`."""
    common = "s.tenant, s.event_id, s.position, s.thing_id, s.area"
    other = open_json(engine, "staged", _LINKS, data={"other": "text"}, ids={"other": "uuid"})
    return (
        f"SELECT {common}, s.thing_id AS contact_id, s.subject AS reference, 0 AS ordinal"
        " FROM staged AS s WHERE s.area = 'contact'"
        f" UNION ALL SELECT {common}, ids_.other, data_.other, 1 FROM {other}"
        f" UNION ALL SELECT {common}, s.contact_id, s.reference, s.ordinal FROM {_listed_contacts(engine)}"
    )


def _listed_contacts(engine: Engine) -> str:
    """A FROM item over `staged` with one row per element of `contacts`, its id and its reference side by side."""
    if engine == "duckdb":
        return (
            "(SELECT *, unnest(i.contacts) AS contact_id, unnest(d.contacts) AS reference,"
            " unnest(range(1, len(i.contacts) + 1)) AS ordinal FROM (SELECT *,"
            ' from_json(ids, \'{"contacts": ["UUID"]}\') AS i, from_json(data, \'{"contacts": ["VARCHAR"]}\') AS d'
            " FROM staged WHERE area <> 'contact' AND ids IS NOT NULL) AS opened) AS s"
        )
    return (
        "(SELECT t.*, CAST(u.id AS uuid) AS contact_id, u.reference, u.ordinal FROM staged AS t CROSS JOIN LATERAL"
        " ROWS FROM (json_array_elements_text(t.ids -> 'contacts'), json_array_elements_text(t.data -> 'contacts'))"
        " WITH ORDINALITY AS u(id, reference, ordinal) WHERE t.area <> 'contact') AS s"
    )


def _contact_key_select(engine: Engine) -> str:
    """Each reference a contact was named by: open ones as the events name them, personal ones of `personal.keys`."""
    if engine == "duckdb":
        keys = (
            "SELECT tenant, position, CAST(k AS uuid), v FROM (SELECT tenant, position, unnest(json_keys(keys)) AS k,"
            " json_extract_string(keys, '$.\"' || unnest(json_keys(keys)) || '\"') AS v FROM"
            " (SELECT tenant, position, json_extract(personal, '$.keys') AS keys"
            " FROM staged WHERE personal IS NOT NULL))"
        )
    else:
        keys = (
            "SELECT s.tenant, s.position, CAST(k.key AS uuid), k.value FROM staged AS s"
            " CROSS JOIN LATERAL json_each_text(s.personal -> 'keys') AS k"
        )
    return (
        "SELECT k.tenant, min(k.position) AS position, k.contact_id, k.reference FROM ("
        f"SELECT c.tenant, c.position, c.contact_id, c.reference FROM ({_concern_select(engine)}) AS c"
        f" UNION ALL {keys}) AS k"
        " WHERE k.reference LIKE 'contact:%' AND k.reference NOT LIKE 'contact:id:%'"
        " AND NOT EXISTS (SELECT 1 FROM personal.fact_contact_key AS known WHERE known.tenant = k.tenant"
        " AND known.contact_id = k.contact_id AND known.reference = k.reference)"
        " GROUP BY k.tenant, k.contact_id, k.reference"
    )


def _identity_select(engine: Engine) -> str:
    source = open_json(engine, "staged", _LINKS, ids={"other": "uuid"})
    common = "s.tenant, s.event_id, s.position, s.occurred_at, s.sequence"
    linked = "s.action = 'linked' AS linked"
    # Both directions, so that a contact's links are found by the contact alone.
    return (
        f"SELECT {common}, s.thing_id AS contact_id, ids_.other AS other_id, {linked} FROM {source}"
        f" WHERE s.thing_id <> ids_.other UNION ALL"
        f" SELECT {common}, ids_.other, s.thing_id, {linked} FROM {source} WHERE s.thing_id <> ids_.other"
    )


def _doubt_select(engine: Engine) -> str:
    common = ", ".join(f"s.{c.name}" for c in DOUBT.columns if c.name not in {"field", "doubt"})
    if engine == "duckdb":
        form = _quoted(json.dumps([{"field": "TEXT", "doubt": "TEXT"}]))
        listed = f"(SELECT *, unnest(from_json(doubts, {form})) AS one FROM staged WHERE doubts IS NOT NULL) AS s"
        return f"SELECT {common}, s.one.field, s.one.doubt FROM {listed}"
    listed = "staged AS s CROSS JOIN LATERAL json_array_elements(s.doubts) AS u(one)"
    return f"SELECT {common}, u.one ->> 'field', u.one ->> 'doubt' FROM {listed}"


def _pipeline_stage_select(engine: Engine) -> str:
    common = "s.tenant, s.event_id, s.position, s.thing_id, s.action, s.occurred_at, s.sequence, u.ordinal"
    defined = _unnested(engine, "data", "stages", {"stage": "text", "kind": "text", "probability": "decimal(5,4)"})
    ordered = _unnested(engine, "data", "order", "text")
    part = "u.value.{}" if engine == "duckdb" else "u.value ->> '{}'"
    stage, kind, probability = (part.format(name) for name in ("stage", "kind", "probability"))
    return (
        f"SELECT {common}, {stage} AS stage, {kind} AS kind, CAST({probability} AS decimal(5,4)) AS probability"
        f" FROM {defined} UNION ALL SELECT {common}, u.value, NULL, NULL FROM {ordered}"
    )


def _unnested(engine: Engine, column: str, field: str, element: str | dict[str, str]) -> str:
    """A FROM clause over `staged` with one row per element of a JSON list, as `u(value, ordinal)`."""
    if engine == "duckdb":
        structure = {field: [_structure(element) if isinstance(element, dict) else element.upper()]}
        opened = f"from_json({column}, {_quoted(json.dumps(structure))}).{_name(field)}"
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


def _parts(columns: tuple[Column, ...]) -> dict[str, dict[str, str]]:
    parts: dict[str, dict[str, str]] = {}
    for column in columns:
        if column.part != "event":
            is_list = column.part == "ids" and column.name.startswith("main_")
            parts.setdefault(column.part, {})[column.key] = f"{column.sql_type}[]" if is_list else column.sql_type
    return parts


def _values(engine: Engine, columns: tuple[Column, ...]) -> str:
    return ", ".join(_value(engine, column) for column in columns)


def _value(engine: Engine, column: Column) -> str:
    if column.part == "event":
        return f"s.{column.name}"
    if column.part == "ids" and column.name.startswith("main_"):
        first = f"ids_.{_name(column.key)}"
        return f"{first}[1]" if engine == "duckdb" else f"CAST({first} ->> 0 AS uuid)"
    return f"{column.part}_.{_name(column.key)}"


def _structure(types: dict[str, str]) -> dict[str, object]:
    """DuckDB's description of a JSON object's types."""
    return {k: [t.removesuffix("[]").upper()] if t.endswith("[]") else t.upper() for k, t in types.items()}


def _name(name: str) -> str:
    return f'"{name}"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
