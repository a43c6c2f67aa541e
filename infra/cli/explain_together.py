"""Which numbers several rows have together: sums, of one currency, and balances of one day."""

from collections.abc import Mapping, Sequence
from typing import Any

from infra.errors import Misused
from projections.model import Model

Row = Mapping[str, Any]


def adding_up(model: Model, measures: Sequence[str], rows: Sequence[Row], *, chosen: bool) -> list[str]:
    """Those of the numbers that these rows have together. Raises Misused if they have none, or not the `chosen` one."""
    made = model.measures
    if made is None or len(rows) < 2:
        return list(measures)
    several = f"{len(rows):,} rows have these values, and"
    if not made.additive:
        raise Misused(f"{several} numbers of {model.table} do not add up: {_told_apart(model)}")
    if made.up_to and len({row[made.up_to] for row in rows}) > 1:
        raise Misused(f"{several} balances do not add up over time: give one {made.up_to}")
    currencies = sorted({row["currency"] for row in rows}) if made.money else []
    apart = made.money if len(currencies) > 1 else ()
    found = [one for one in measures if one in made.sums and one not in apart]
    if chosen and not found:
        if measures[0] in apart:
            raise Misused(f"{several} currencies are never added: give one currency of {', '.join(currencies)}")
        raise Misused(f"{several} {measures[0]} does not add up: {_told_apart(model)}")
    return found


def _told_apart(model: Model) -> str:
    return f"name one by {', '.join(column for column in model.grain if column != 'tenant')}"
