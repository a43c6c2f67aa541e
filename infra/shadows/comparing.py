"""How a shadow's tables differ from the live ones: rows by their grain, and the sums of their figures."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.shadows.shadow import Compared
from projections.model import Model

_COLUMNS = """
    SELECT column_name, data_type FROM information_schema.columns
    WHERE {catalog} AND table_schema = '{schema}' AND table_name = '{table}' ORDER BY ordinal_position
"""
_EXACT = re.compile(r"(numeric|decimal|bigint|integer|smallint|hugeint)\b", re.IGNORECASE)
LIVE, SHADOW, CHANGED = "only live", "only shadow", "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """A table that differs: rows that only one side has, rows that both have with other values, sums on both sides.

    `columns` are those that only one side has.
    """

    model: Model
    only_live: int
    only_shadow: int
    changed: int
    sums: Mapping[str, tuple[Any, Any]]
    columns: Sequence[str]


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A row that differs: its grain, what is different about it, and the columns that are, live and in the shadow."""

    key: Mapping[str, Any]
    kind: str
    values: Mapping[str, tuple[Any, Any]]


def difference(compared: Compared, tenant: str, live: Model | None, shadow: Model) -> Difference | None:
    """How a table differs; None if it does not. `live` is the live model, if there is one."""
    if live is None:
        _, place = compared.places(shadow)
        [(rows,)] = compared.query(f"SELECT count(*) FROM {place} WHERE tenant = $1", [tenant]).rows
        return Difference(shadow, 0, rows, 0, {}, ())
    sides = _Sides(compared, live, shadow)
    [(gone, came, both)] = compared.query(sides.counts(), [tenant]).rows
    if not (gone or came or sides.apart):
        return None
    return Difference(shadow, gone - both, came - both, both, _sums(compared, tenant, sides), sides.apart)


def row_differences(
    compared: Compared, tenant: str, live: Model, shadow: Model, limit: int
) -> tuple[Sequence[RowDifference], int]:
    """The rows that differ, by their grain, `limit` at most, and how many there are."""
    sides = _Sides(compared, live, shadow)
    [(gone, came, both)] = compared.query(sides.counts(), [tenant]).rows
    found = compared.query(sides.rows(limit), [tenant]).as_dicts()
    pairs: dict[tuple[Any, ...], dict[int, Mapping[str, Any]]] = {}
    for number, row in enumerate(found):
        key = tuple(row[column] for column in sides.grain) or (number,)
        pairs.setdefault(key, {})[row["way"]] = row
    return [_row(sides, pair) for pair in pairs.values()], gone + came - both


def _row(sides: "_Sides", pair: Mapping[int, Mapping[str, Any]]) -> RowDifference:
    before, after = pair.get(-1), pair.get(1)
    whole = after if before is None else before
    kind = SHADOW if before is None else LIVE if after is None else CHANGED
    values = {
        column: (before and before[column], after and after[column])
        for column in sides.columns
        if column not in sides.grain and (before is None or after is None or before[column] != after[column])
    }
    return RowDifference({column: (whole or {})[column] for column in sides.grain if column != "tenant"}, kind, values)


def _sums(compared: Compared, tenant: str, sides: "_Sides") -> dict[str, tuple[Any, Any]]:
    """The sums of exact figures that differ. Means and shares can't be added up."""
    if not sides.figures:
        return {}
    before, after = (compared.query(sides.sums(place), [tenant]).rows[0] for place in (sides.live, sides.shadow))
    together = zip(sides.figures, before, after, strict=True)
    return {column: (one, other) for column, one, other in together if one != other}


class _Sides:
    """A table's two sides, and the statements over them."""

    def __init__(self, compared: Compared, live: Model, shadow: Model) -> None:
        self.live, self.shadow = compared.places(shadow)
        before, after = _types(compared, self.live), _types(compared, self.shadow)
        self.columns = [column for column in before if column in after]
        self.apart = [column for column in (*before, *after) if not (column in before and column in after)]
        # Without the same grain no row is the other's.
        self.grain = list(shadow.grain) if set(live.grain) == set(shadow.grain) else []
        exact = [column for column in self.columns if _EXACT.match(before[column]) and _EXACT.match(after[column])]
        self.figures = [column for column in exact if column not in shadow.grain]
        self._selected = ", ".join(
            column if before[column] == after[column] or column in exact else f"CAST({column} AS text) AS {column}"
            for column in self.columns
        )

    def counts(self) -> str:
        """How many rows go, how many come, and how many of these are the same by their grain."""
        grain = ", ".join(self.grain)
        both = f"SELECT {grain} FROM gone INTERSECT SELECT {grain} FROM come" if grain else "SELECT 1 WHERE false"
        return (
            f"{self._parts()} SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM come),"
            f" (SELECT count(*) FROM ({both}) AS same)"
        )

    def rows(self, limit: int) -> str:
        """The rows that go (`way` is -1) and come (1), of the first grains."""
        columns, grain = ", ".join(self.columns), ", ".join(self.grain)
        by = grain or columns
        keys = f"SELECT {by} FROM gone UNION SELECT {by} FROM come"
        one = f"EXISTS (SELECT 1 FROM keys AS k WHERE {' AND '.join(f'k.{c} = d.{c}' for c in self.grain)})"
        which = f"WHERE {one} " if grain else ""
        return (
            f"{self._parts()}, keys AS (SELECT * FROM ({keys}) AS every ORDER BY {by} LIMIT {limit})"
            f" SELECT * FROM (SELECT -1 AS way, {columns} FROM gone"
            f" UNION ALL SELECT 1 AS way, {columns} FROM come) AS d"
            f" {which}ORDER BY {by}, way{'' if grain else f' LIMIT {limit}'}"
        )

    def sums(self, place: str) -> str:
        """The sum of every figure on one side."""
        return f"SELECT {', '.join(f'sum({column})' for column in self.figures)} FROM {place} WHERE tenant = $1"

    def _parts(self) -> str:
        live, shadow = (f"SELECT {self._selected} FROM {place} WHERE tenant = $1" for place in (self.live, self.shadow))
        return (
            f"WITH gone AS MATERIALIZED ({live} EXCEPT ALL {shadow}), come AS MATERIALIZED ({shadow} EXCEPT ALL {live})"
        )


def _types(compared: Compared, place: str) -> dict[str, str]:
    *catalogs, schema, table = place.split(".")
    catalog = f"table_catalog = '{catalogs[0]}'" if catalogs else "true"
    return dict(compared.query(_COLUMNS.format(catalog=catalog, schema=schema, table=table)).rows)
