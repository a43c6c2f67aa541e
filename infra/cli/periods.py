"""Periods: days put together into months or quarters, sums first and ratios of the sums then."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import Annotated, Any

import typer

from infra.cli.reading import When, reading
from infra.errors import Misused


def _as_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Misused(f"'{text[:40]}' is no day; write one like 2026-01-31") from None


class By(StrEnum):
    """How long a period is."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"


ByOption = Annotated[By, typer.Option("--by", help="how long each period is")]
FromOption = Annotated[
    date | None,
    typer.Option("--from", metavar="DAY", parser=_as_day, help="the first day, such as 2026-01-01", show_default=False),
]
ToOption = Annotated[
    date | None, typer.Option("--to", metavar="DAY", parser=_as_day, help="the last day", show_default=False)
]
OwnerOption = Annotated[str | None, typer.Option("--owner", help="of this agent only", show_default=False)]
TeamOption = Annotated[str | None, typer.Option("--team", help="of this team only", show_default=False)]

Row = dict[str, Any]


def daily_sums(
    table: str, split: str, columns: Sequence[str], filters: dict[str, str | None], when: When
) -> dict[str, list[Row]]:
    """The sums of each day, in order, apart by `split`."""
    given = {name: value for name, value in filters.items() if value is not None}
    where = "".join(f" AND {name} = ${number}" for number, name in enumerate(given, 2))
    summed = ", ".join(f"sum({column}) AS {column}" for column in columns)
    statement = (
        f"SELECT {split} AS split, day, {summed} FROM {table} WHERE tenant = $1{where} GROUP BY 1, day ORDER BY 1, day"
    )
    with reading(when=when) as found:
        rows = found.reader.query(statement, [found.tenant, *given.values()]).as_dicts()
    return {split: list(days) for split, days in groupby(rows, key=lambda row: str(row["split"]))}


def periods(
    days: list[Row],
    by: By,
    since: date | None,
    until: date | None,
    flows: Sequence[str],
    stocks: Sequence[str],
    made: Callable[[Row], Row],
) -> list[Row]:
    """The days put together into periods without a gap. Stocks are what all changes until a period's end add up to."""
    first, last = since or days[0]["day"], until or days[-1]["day"]
    if days[0]["day"] > last:
        return []
    sums = {start: dict.fromkeys(flows, 0) for start in _starts(first, last, by)}
    stock: Row = dict.fromkeys(stocks, 0)
    ends: dict[date, Row] = {}
    for day in days:
        if day["day"] > last:
            break
        stock = {name: stock[name] + (day[name] or 0) for name in stocks}
        start = max(_start(day["day"], by), _start(first, by))
        ends[start] = stock
        if day["day"] >= first:
            sums[start] = {name: sums[start][name] + (day[name] or 0) for name in flows}
    rows, stock = [], dict.fromkeys(stocks, 0)
    for start, sum_ in sums.items():
        stock = ends.get(start, stock)
        rows.append(made({"period": start, "split": days[0]["split"], **sum_, **stock}))
    return rows


def ratio(part: Any, of: Any, places: int) -> Decimal | None:
    """A ratio, rounded; None where there is nothing to divide by."""
    return (Decimal(part) / Decimal(of)).quantize(Decimal(1).scaleb(-places)) if of else None


def money(value: Any, places: int = 4) -> Decimal:
    """An amount with the places that amounts have."""
    return Decimal(value).quantize(Decimal(1).scaleb(-places))


def _starts(first: date, last: date, by: By) -> list[date]:
    starts, at = [], _start(first, by)
    while at <= last:
        starts.append(at)
        at = at + timedelta(days=1) if by is By.DAY else _start(at + timedelta(days=31 if by is By.MONTH else 93), by)
    return starts


def _start(day: date, by: By) -> date:
    if by is By.DAY:
        return day
    return day.replace(day=1, month=day.month if by is By.MONTH else (day.month - 1) // 3 * 3 + 1)


def period_words(start: date, by: By) -> str:
    """A period as people write it."""
    if by is By.DAY:
        return start.isoformat()
    return f"{start:%Y-%m}" if by is By.MONTH else f"{start.year} Q{(start.month + 2) // 3}"
