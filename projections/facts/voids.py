"""What stands: the rows of a fact table without those that a void took back. Models see only these.

Void facts are two tables: `fact_void` has what is said of voids, `fact_voided` a row per event that one took back, by
its position. A row of a fact stands unless a void that is not undone lists its position.
"""

import json

from projections.facts.opening import Engine, open_json, parts_of, quoted, values
from projections.facts.tables import VOID, VOID_FACTS, VOIDED, FactTable

STANDING_VOID = "rapport.standing_voided"
TOUCHED = "touched_voids"  # the temporary table of the positions that a batch's voids took back or brought back


def void_select(engine: Engine) -> str:
    """What is said of voids. Markers are no facts: they are for those who decide."""
    source = open_json(engine, "staged", "area = 'void' AND action IN ('made', 'undone')", **parts_of(VOID.columns))
    return f"SELECT {values(engine, VOID.columns)} FROM {source}"


def voided_select(engine: Engine) -> str:
    """Each position that a void took back, from the ranges it lists."""
    common = "s.tenant, s.event_id, s.position, s.thing_id"
    made = "area = 'void' AND action = 'made'"
    if engine == "duckdb":
        form = quoted(json.dumps({"takes": [["BIGINT"]]}))
        ranges = f"(SELECT *, unnest(from_json(data, {form}).takes) AS span FROM staged WHERE {made})"
        each = f"(SELECT *, unnest(range(span[1], span[2] + 1)) AS voided FROM {ranges})"
        return f"SELECT {common}, s.voided FROM {each} AS s"
    first, last = (f"CAST(r.span ->> {place} AS bigint)" for place in (0, 1))
    return (
        f"SELECT {common}, g.voided FROM staged AS s"
        " CROSS JOIN LATERAL json_array_elements(s.data -> 'takes') AS r(span)"
        f" CROSS JOIN LATERAL generate_series({first}, {last}) AS g(voided) WHERE {made}"
    )


def has_standing(fact: FactTable) -> bool:
    """Whether rows of this fact can be taken back: those that say what is taken back can not."""
    return fact not in VOID_FACTS


def standing_name(fact: FactTable) -> str:
    """The view of the rows of a fact that stand."""
    return f"{fact.schema}.standing_{fact.name}" if has_standing(fact) else fact.qualified


def standing_select(fact: FactTable, rows: str | None = None, voided: str = STANDING_VOID) -> str:
    """The rows of a fact that stand, of all or of those in `rows`, by the voids in `voided`."""
    return (
        f"SELECT f.* FROM {rows or fact.qualified} AS f WHERE NOT EXISTS (SELECT 1 FROM {voided} AS v"
        f" WHERE v.tenant = f.tenant AND v.voided = f.position)"
    )


def standing_void_select(void: str = VOID.qualified, voided: str = VOIDED.qualified) -> str:
    """The positions that voids took back which are not undone."""
    return (
        f"SELECT d.* FROM {voided} AS d WHERE NOT EXISTS (SELECT 1 FROM {void} AS u"
        " WHERE u.tenant = d.tenant AND u.thing_id = d.thing_id AND u.action = 'undone')"
    )


def standing_views(facts: tuple[FactTable, ...]) -> list[str]:
    """The statements that make these views for some facts."""
    views = [(STANDING_VOID, standing_void_select())]
    views += [(standing_name(fact), standing_select(fact)) for fact in facts if has_standing(fact)]
    return [f"CREATE OR REPLACE VIEW {name} AS {select}" for name, select in views]


def touched_select(since: int) -> str:
    """The positions that voids behind a position took back, or that were brought back since."""
    return (
        f"SELECT voided AS position FROM {VOIDED.qualified} WHERE position > {since}"
        f" UNION SELECT d.voided FROM {VOIDED.qualified} AS d JOIN {VOID.qualified} AS u ON u.tenant = d.tenant"
        f" AND u.thing_id = d.thing_id WHERE u.action = 'undone' AND u.position > {since}"
    )
