"""The statements for what is said of people: whom events name and by which keys, who is who, their own data."""

from projections.facts.columns import normal_columns
from projections.facts.opening import Engine, named, open_json, parts_of, values
from projections.facts.tables import CONTACT_KEY, PERSON

_LINKS = "area = 'contact' AND action IN ('linked', 'unlinked')"


def concern_select(engine: Engine) -> str:
    """Each contact an event names, with the reference it is named by: the subject, a link's other end, `contacts`."""
    common = "s.tenant, s.event_id, s.position, s.thing_id, s.occurred_at, s.area"
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


def contact_key_select(engine: Engine) -> str:
    """Each reference a contact was named by: open ones as the events name them, personal ones of `personal.keys`."""
    if engine == "duckdb":
        keys = (
            "SELECT tenant, event_id, position, occurred_at, CAST(k AS uuid), v FROM"
            " (SELECT tenant, event_id, position, occurred_at, unnest(json_keys(keys)) AS k,"
            " json_extract_string(keys, '$.\"' || unnest(json_keys(keys)) || '\"') AS v FROM"
            " (SELECT tenant, event_id, position, occurred_at, json_extract(personal, '$.keys') AS keys"
            " FROM staged WHERE personal IS NOT NULL))"
        )
    else:
        keys = (
            "SELECT s.tenant, s.event_id, s.position, s.occurred_at, CAST(k.key AS uuid), k.value FROM staged AS s"
            " CROSS JOIN LATERAL json_each_text(s.personal -> 'keys') AS k"
        )
    columns = ", ".join(column.name for column in CONTACT_KEY.columns)
    return (
        f"SELECT {columns} FROM (SELECT {columns} FROM ({concern_select(engine)}) AS c"
        f" UNION {keys}) AS k"  # UNION: an event may name a contact twice
        " WHERE k.reference LIKE 'contact:%' AND k.reference NOT LIKE 'contact:id:%'"
    )


def identity_select(engine: Engine) -> str:
    """Each link and unlink of two contacts, once from either side."""
    source = open_json(engine, "staged", _LINKS, ids={"other": "uuid"})
    common = "s.tenant, s.event_id, s.position, s.occurred_at, s.sequence"
    linked = "s.action = 'linked' AS linked"
    # Both directions, so that a contact's links are found by the contact alone.
    return (
        f"SELECT {common}, s.thing_id AS contact_id, ids_.other AS other_id, {linked} FROM {source}"
        f" WHERE s.thing_id <> ids_.other UNION ALL"
        f" SELECT {common}, ids_.other, s.thing_id, {linked} FROM {source} WHERE s.thing_id <> ids_.other"
    )


def person_select(engine: Engine) -> str:
    """What is said of a contact, with what is personal in it."""
    normal = normal_columns("contact")
    columns = tuple(c for c in PERSON.columns if c.name != "personal_custom" and c not in normal)
    parts = parts_of(columns)
    parts["personal"] |= {"custom": "text", "normal": "json"}
    source = open_json(engine, "staged", "area = 'contact'", **parts)
    # Where nothing is said of it, a value's normal form is the value; where it has none, that is said as ''.
    forms = ", ".join(
        f"nullif(coalesce((personal_.{named('normal')} ->> '{c.key}'), personal_.{named(c.key)}), '')" for c in normal
    )
    return f"SELECT {values(engine, columns)}, {forms}, personal_.{named('custom')} FROM {source}"
