"""Where the numbers of a table come from: which statements find the events behind them, and what each event adds.

What the headers say is enough (see measures.py): what an event adds to a number is what the rows with its id have in
the table that the number is summed up from. Whoever reads runs the statements.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from projections.measures import Measures
from projections.model import Model
from projections.sources import HELD, Asked, Row, Sources, Where, asked_for, told


@dataclass(frozen=True, slots=True)
class Parts:
    """Rows that stand for single events. `columns` says where a table's grain stands in them, `values` its sums."""

    rows: str
    columns: Mapping[str, str]
    values: Mapping[str, str]
    up_to: str = ""


def measures_of(model: Model) -> Measures:
    """What the numbers of a table are, of one that has such numbers."""
    if model.measures is None:
        raise ValueError(f"{model.name} says nothing of its numbers")
    return model.measures


def parts_of(model: Model, sources: Sources) -> Parts:
    """The rows that the numbers of a table are made of, event by event."""
    made = measures_of(model)
    if made.parts:
        values = {name: name for name in (*made.sums.values(), *(p.of for p in made.percentiles.values()))}
        return Parts(f"(\n{made.parts}\n)", {c: c for c in model.grain}, values, made.up_to)
    source = sources.models.get(made.source)
    if source is None or "event_id" in source.columns:
        rows = sources.facts[made.source] if source is None else source.qualified
        wanted = (*made.sums.values(), *(p.of for p in made.percentiles.values()))
        return Parts(rows, model.places, {name: name for name in wanted}, made.up_to)
    under = parts_of(source, sources)
    places = {column: under.columns[place] for column, place in model.places.items()}
    sums = measures_of(source).sums
    wanted = (*made.sums.values(), *(of for several in made.again.values() for of in several))
    return Parts(under.rows, places, {name: under.values[sums[name]] for name in wanted}, made.up_to)


def addends(model: Model, measure: str) -> tuple[str, ...]:
    """By which values of its parts a number is explained: one that is summed up, or several."""
    made = measures_of(model)
    if measure in made.again:
        return made.again[measure]
    return (made.percentiles[measure].of if measure in made.percentiles else made.sums[measure],)


def rows_of(model: Model, tenant: str, where: Where) -> Asked:
    """The rows to explain."""
    asked = Asked([tenant])
    order = ", ".join(f"{HELD}.{column}" for column in model.grain)
    asked.sql = f"SELECT * FROM {asked_for(asked, model, where)} ORDER BY {order}"
    return asked


def contributions(
    model: Model, sources: Sources, tenant: str, where: Where, rows: Sequence[Row], wanted: Sequence[str]
) -> Asked:
    """What each event adds to the `wanted` values of these rows, which are those with `where`; some add twice."""
    parts, asked = parts_of(model, sources), Asked([tenant])
    same = {column for column in model.grain if len({row[column] for row in rows}) == 1}
    conditions = [
        asked.equal(f"p.{place}", rows[0][column], "<=" if column == parts.up_to else "=")
        for column, place in parts.columns.items()
        if column in same
    ]
    if others := [column for column in model.grain if column not in same]:
        theirs, ours = (", ".join(f"{alias}.{c}" for c in names) for alias, names in (
            ("p", [parts.columns[column] for column in others]), (HELD, others)
        ))  # fmt: skip
        conditions.append(f"({theirs}) IN (SELECT {ours} FROM {asked_for(asked, model, where)})")
    values = [_value(parts.values[name]) for name in wanted]
    counted = {one.of for one in measures_of(model).percentiles.values()}  # where 0 is a value too
    some = (f"{v} IS NOT NULL" if name in counted else f"{v} <> 0" for name, v in zip(wanted, values, strict=True))
    named = ", ".join(f"{value} AS v{n}" for n, value in enumerate(values))
    part = f"SELECT p.event_id, {named} FROM {parts.rows} AS p WHERE {' AND '.join([*conditions, f'({_or(some)})'])}"
    asked.sql = told(part, "".join(f", p.v{n}" for n in range(len(values))), sources, sources.events)
    return asked


def again(model: Model, sources: Sources, tenant: str, row: Row, sums: Mapping[str, Any]) -> Asked:
    """The numbers of a row that are no sums, made again of sums by the table's own SELECT."""
    made, asked = measures_of(model), Asked([tenant])
    source = sources.models[made.source]
    numbers = measures_of(source).names
    columns = [
        f"{_typed(asked, sums[name]) if name in sums else 'CAST(NULL AS bigint)'} AS {name}"
        if name in numbers
        else f"k.{name}"
        for name in source.columns
    ]
    conditions = [asked.equal(f"k.{place}", row[column]) for column, place in model.places.items()]
    asked.sql = (
        f"WITH {source.name} AS (SELECT {', '.join(columns)} FROM {source.qualified} AS k"
        f" WHERE {' AND '.join(['k.tenant = $1', *conditions])})"
        f" SELECT {', '.join(made.again)} FROM (\n{model.sql}\n) AS again"
    )
    return asked


def percentile(share: Fraction, values: Sequence[Decimal | int]) -> float | None:
    """The value that this share of them lies below; what lies between two of them is in proportion."""
    if not values:
        return None
    ordered = sorted(map(Fraction, values))
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (ordered[high] - ordered[low]) * (place - low))


def _typed(asked: Asked, value: Any) -> str:
    """A sum of the type that it has in the table: a division gives another last digit else."""
    scale = max(0, -int(value.as_tuple().exponent)) if isinstance(value, Decimal) else 0
    return f"CAST({asked.given(value)} AS {f'decimal(38, {scale})' if scale else 'bigint'})"


def _value(of: str) -> str:
    return of if of.isdigit() else f"p.{of}"


def _or(conditions: Iterable[str]) -> str:
    return " OR ".join(conditions)
