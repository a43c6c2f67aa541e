"""What stands: the rows of a fact table without those that a void took back. Models see only these.

Void facts are two tables: `fact_void` has what is said of voids, `fact_voided` a row per event that one took back, by
its position. A row of a fact stands unless a void that is not undone lists its position; `taken_back` has these.
"""

import json

from projections.facts.opening import Engine, open_json, parts_of, quoted, values
from projections.facts.tables import VOID, VOID_FACTS, FactTable

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


def standing_select(rows: str, taken_back: str) -> str:
    """Those rows of a fact that stand, when the positions in `taken_back` do not."""
    return (
        f"SELECT f.* FROM {rows} AS f WHERE NOT EXISTS (SELECT 1 FROM {taken_back} AS v"
        f" WHERE v.tenant = f.tenant AND v.position = f.position)"
    )


def taken_back_select(void: str, voided: str) -> str:
    """The positions that voids took back which are not undone, from the two facts of voids."""
    # NOT IN, because PostgreSQL takes what is left by NOT EXISTS for a single row where few voids took a lot back.
    return (
        f"SELECT DISTINCT d.tenant, d.voided AS position FROM {voided} AS d WHERE (d.tenant, d.thing_id) NOT IN"
        f" (SELECT u.tenant, u.thing_id FROM {void} AS u WHERE u.action = 'undone')"
    )


def touched_select(void: str, voided: str, since: str) -> str:
    """The positions that voids behind a position took back, or that were brought back since."""
    return (
        f"SELECT voided AS position FROM {voided} WHERE position > {since}"
        f" UNION SELECT d.voided FROM {voided} AS d JOIN {void} AS u ON u.tenant = d.tenant"
        f" AND u.thing_id = d.thing_id WHERE u.action = 'undone' AND u.position > {since}"
    )
