"""The statements that take a batch of stored events apart into fact rows, generated per engine.

A batch is first taken apart into the temporary table `staged`, one row an event: the envelope typed, and `data`,
`ids` and `personal` still JSON; `personal` was unsealed outside, where the keys are. Then each fact table is filled by
one INSERT from `staged`. The two engines differ only in how JSON is opened: see opening.py.
"""

import json
from collections.abc import Iterable

from projections.facts.columns import checked_areas
from projections.facts.lists import (
    areas_with,
    doubt_select,
    order_line_select,
    pipeline_stage_select,
    thread_link_select,
)
from projections.facts.opening import Engine, named, open_json, parts_of, quoted, structure, values
from projections.facts.people import concern_select, contact_key_select, identity_select, person_select
from projections.facts.tables import (
    AREA_FACTS,
    CONCERN,
    CONTACT_KEY,
    DOUBT,
    IDENTITY,
    ORDER_LINE,
    PERSON,
    PIPELINE_STAGE,
    TEXT,
    THREAD_LINK,
    FactTable,
)

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
_ABOUT = ("deal", "ticket", "account")
BODIES = ("body", "text", "summary", "comment", "explanation")  # an event says one of these at most
_WORDS = ("subject_line", *BODIES, "location", "tracking", "custom")
_NAMING_CONTACTS = areas_with("contacts") | {"contact"}
_WITH_LINES, _IN_THREADS = areas_with("lines"), areas_with("thread")


def stage_statement(engine: Engine, timezone: str, source: str, *, personal: bool, sealed: bool = False) -> str:
    """The SELECT that opens the stored states of `source(position, tenant, recorded_at, topic, state, personal)`.

    `personal` is what was sealed in the state, as JSON. Without `personal` the source needs no such column, and the
    staged one is NULL. With `sealed` the last column is what the state has sealed, still so.
    """
    envelope = {**_ENVELOPE, "sealed": "json"} if sealed else _ENVELOPE
    day = f"CASE WHEN e.time_precision <> 'unknown' THEN CAST(e.\"time\" AT TIME ZONE {quoted(timezone)} AS date) END"
    if engine == "duckdb":
        opened = f"(SELECT *, from_json(state, {quoted(json.dumps(structure(envelope)))}) AS e FROM {source}) AS s"
    else:
        columns = ", ".join(f"{named(name)} {sql_type}" for name, sql_type in envelope.items())
        opened = f"{source} AS s CROSS JOIN LATERAL json_to_record(s.state::json) AS e({columns})"
    return (
        "SELECT s.tenant, e.event_id, s.position, s.recorded_at, s.topic AS event_type,"
        " split_part(s.topic, '.', 3) AS action, e.subject_id AS thing_id, e.subject, e.\"time\" AS occurred_at,"
        f" e.time_precision, {day} AS occurred_on, e.sequence, e.actor, e.source,"
        f" split_part(s.topic, '.', 2) AS area, e.data, e.ids, e.doubts,"
        f" CAST({'s.personal' if personal else 'NULL'} AS json) AS personal{', e.sealed' * sealed} FROM {opened}"
    )


def fact_statements(engine: Engine, areas: Iterable[str], known_keys: str) -> dict[str, str]:
    """For the areas a batch holds: fact table → the SELECT over `staged` whose rows go into it.

    `known_keys` is the table of contacts' keys by its full name.
    """
    present = set(areas)
    statements = {fact.name: _area_select(engine, area, fact) for area, fact in AREA_FACTS.items() if area in present}
    if present & _NAMING_CONTACTS:
        statements[CONCERN.name] = concern_select(engine)
        statements[CONTACT_KEY.name] = contact_key_select(engine, known_keys)
    if present - {"contact"}:  # custom fields of any area are words too
        statements[TEXT.name] = _text_select(engine)
    if "contact" in present:
        statements[IDENTITY.name] = identity_select(engine)
        statements[PERSON.name] = person_select(engine)
    if present & checked_areas():
        statements[DOUBT.name] = doubt_select(engine)
    if "pipeline" in present:
        statements[PIPELINE_STAGE.name] = pipeline_stage_select(engine)
    if present & _WITH_LINES:
        statements[ORDER_LINE.name] = order_line_select(engine)
    if present & _IN_THREADS:
        statements[THREAD_LINK.name] = thread_link_select(engine)
    return statements


def _area_select(engine: Engine, area: str, fact: FactTable) -> str:
    source = open_json(engine, "staged", f"area = '{area}'", **parts_of(fact.columns))
    return f"SELECT {values(engine, fact.columns)} FROM {source}"


def _text_select(engine: Engine) -> str:
    """The words of an event, and what it is about: the deal, ticket or account it concerns, else its subject."""
    opened = {"about", "about_id", "subject_line", "body", "location", "tracking", "custom"}
    common = ", ".join(f"s.{c.name}" for c in TEXT.columns if c.name not in opened)
    parts = {
        "data": dict.fromkeys(_ABOUT, "text"),
        "ids": dict.fromkeys(_ABOUT, "uuid"),
        "personal": dict.fromkeys(_WORDS, "text"),
    }
    source = open_json(engine, "staged", "area <> 'contact' AND personal IS NOT NULL", **parts)
    body, words = (", ".join(f"personal_.{named(name)}" for name in names) for names in (BODIES, _WORDS))
    about, about_id = (
        f"CASE WHEN s.area = 'activity' THEN coalesce({', '.join(f'{part}.{name}' for name in _ABOUT)}, s.{own})"
        f" ELSE s.{own} END"
        for part, own in (("data_", "subject"), ("ids_", "thing_id"))
    )
    return (
        f"SELECT {common}, {about} AS about, {about_id} AS about_id,"
        f" personal_.subject_line, coalesce({body}) AS body, personal_.location, personal_.tracking, personal_.custom"
        f" FROM {source} WHERE coalesce({words}) IS NOT NULL"
    )
