"""Which events are behind rows that are no sums, such as a deal's or a contact's.

They are found from a row's key through what its model `reads`, and so on down to rows that have an event's id.
"""

from collections.abc import Iterator, Sequence

from projections.model import Model
from projections.sources import HELD, Asked, Sources, Where, asked_for, told


def count_of(model: Model, tenant: str, where: Where) -> Asked:
    """How many rows there are to explain."""
    asked = Asked([tenant])
    asked.sql = f"SELECT count(*) AS rows FROM {asked_for(asked, model, where)}"
    return asked


def events_behind(model: Model, sources: Sources, tenant: str, where: Where) -> Asked | None:
    """The events behind rows that are no sums; nothing if they are made of no events."""
    asked = Asked([tenant])
    held = asked_for(asked, model, where)
    selects = list(dict.fromkeys(_behind(model, sources, held)))
    if not selects:
        return None
    asked.sql = told(" UNION ".join(selects), "", sources, [*sources.events, *sources.untold])
    return asked


def _behind(model: Model, sources: Sources, rows: str) -> Iterator[str]:
    """The SELECTs of the ids of the events behind some rows of a model, which are called `m`."""
    if "event_id" in model.grain:
        yield f"SELECT {HELD}.tenant, {HELD}.event_id FROM {rows}"
        return
    for read in model.reads:
        if len(read.columns) > 1:  # else a view says of it only whose it is
            keys = (model.grain if model.is_view else model.key)[: len(read.columns)]
            yield from _reached(read.table, read.columns, f"SELECT {_columns(keys)} FROM {rows}", sources)
    for lookup in model.lookups:
        # What is looked up in models gives names; facts hold what happened to the row's own thing.
        if lookup.table in sources.facts:
            through = sources.models.get(lookup.through)
            stands = f"{sources.facts[lookup.through] if through is None else through.qualified} AS {HELD}"
            found = f"({_columns(lookup.keys)}) IN (SELECT {_columns(model.key)} FROM {rows})"
            matches = f"SELECT {_columns(lookup.matches)} FROM {stands} WHERE {found}"
            yield from _reached(lookup.table, lookup.columns, matches, sources)


def _reached(table: str, columns: Sequence[str], keys: str, sources: Sources) -> Iterator[str]:
    model = sources.models.get(table)
    if model is None and table not in sources.facts:
        return  # how far the tables are is no fact
    stands = sources.facts[table] if model is None else model.qualified
    rows = f"{stands} AS {HELD} WHERE ({_columns(columns)}) IN ({keys})"
    if model is None:
        yield f"SELECT {HELD}.tenant, {HELD}.event_id FROM {rows}"
    else:
        yield from _behind(model, sources, rows)


def _columns(names: Sequence[str]) -> str:
    return ", ".join(f"{HELD}.{name}" for name in names)
