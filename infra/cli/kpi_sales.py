"""`rapport kpi sales`: deals and amounts, by day, month or quarter."""

from itertools import groupby
from typing import Annotated

import typer

from infra.cli.charts import bar, sparkline
from infra.cli.kpi_group import kpi_app, percent, say_if_empty, show_filled
from infra.cli.output import Format, FormatOption, show
from infra.cli.periods import (
    By,
    ByOption,
    FromOption,
    OwnerOption,
    Row,
    TeamOption,
    ToOption,
    daily_sums,
    money,
    period_words,
    periods,
    ratio,
)
from infra.cli.reading import AsOfOption, ClockOption, WaitOption, When

_SALES = (
    *("period", "currency", "deals_opened", "deals_won", "deals_lost", "win_rate", "won_amount", "average_deal_size"),
    *("sales_cycle_days", "open_deals", "open_amount", "open_weighted"),
)
_SALES_FLOWS = ("deals_opened", "deals_won", "deals_lost", "won_amount", "won_cycle_seconds", "won_cycles")
_SALES_STOCKS = ("open_deals", "open_amount", "open_weighted")


@kpi_app.command("sales")
def sales(
    by: ByOption = By.MONTH,
    since: FromOption = None,
    until: ToOption = None,
    owner: OwnerOption = None,
    team: TeamOption = None,
    pipeline: Annotated[
        str | None, typer.Option("--pipeline", help="of this pipeline only", show_default=False)
    ] = None,
    as_of: AsOfOption = None,
    clock: ClockOption = None,
    wait: WaitOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show deals opened, won and lost, amounts, win rate, deal size, sales cycle, and the open pipeline at each end.

    Each currency has rows of its own, and so have deals without an amount: (none).
    """
    filters = {"owner": owner, "team": team, "pipeline": pipeline}
    sums = daily_sums("kpi_sales_daily", "currency", (*_SALES_FLOWS, *_SALES_STOCKS), filters, When(wait, as_of, clock))
    rows = [
        row for part in sums.values() for row in periods(part, by, since, until, _SALES_FLOWS, _SALES_STOCKS, _sale)
    ]
    if form is not Format.TABLE:
        show(sorted(rows, key=lambda row: (row["period"], row["currency"])), form, _SALES)
        return
    say_if_empty(rows)
    for currency, part in groupby(rows, key=lambda row: str(row["currency"])):
        _show_sales(currency, list(part), by)


def _sale(row: Row) -> Row:
    won, lost = int(row["deals_won"]), int(row["deals_lost"])
    return {
        **row,
        "currency": row["split"],
        "deals_opened": int(row["deals_opened"]),
        "deals_won": won,
        "deals_lost": lost,
        "win_rate": ratio(won, won + lost, 4),
        "won_amount": money(row["won_amount"]),
        "average_deal_size": ratio(row["won_amount"], won, 4),
        "sales_cycle_days": ratio(row["won_cycle_seconds"], row["won_cycles"] * 86400, 2),
        "open_deals": int(row["open_deals"]),
        "open_amount": money(row["open_amount"]),
        "open_weighted": money(row["open_weighted"], 6),
    }


def _show_sales(currency: str, rows: list[Row], by: By) -> None:
    in_currency = "" if currency == "(none)" else f" in {currency}"
    by_amount = any(row["won_amount"] for row in rows)
    won = "won_amount" if by_amount else "deals_won"
    most = max(row[won] for row in rows)
    flows = [
        {
            by.value: period_words(row["period"], by),
            "opened": row["deals_opened"],
            "won": row["deals_won"],
            "lost": row["deals_lost"],
            "win rate": percent(row["win_rate"]),
            "won amount": round(row["won_amount"]),
            "deal size": round(row["average_deal_size"] or 0),
            "cycle": f"{row['sales_cycle_days']:.0f} d" if row["sales_cycle_days"] is not None else "",
            "": bar(row[won], most, 12),
        }
        for row in rows
    ]
    show_filled(flows, f"Sales{in_currency}")
    lines = {"opened": "deals_opened", "won": "deals_won", "lost": "deals_lost", "win rate": "win_rate"}
    filled = {word: [row[name] for row in rows] for word, name in lines.items() if any(row[name] for row in rows)}
    typer.echo("   ".join(f"{word} {sparkline(values)}" for word, values in filled.items()) + "\n")
    if any(row["open_deals"] for row in rows):
        _show_stock(in_currency, rows, by)


def _show_stock(in_currency: str, rows: list[Row], by: By) -> None:
    most = max(row["open_amount"] for row in rows) or max(row["open_deals"] for row in rows)
    in_amount = any(row["open_amount"] for row in rows)
    stock = [
        {
            by.value: period_words(row["period"], by),
            "open deals": row["open_deals"],
            "worth": round(row["open_amount"]),
            "weighted": round(row["open_weighted"]),
            "": bar(row["open_amount"] if in_amount else row["open_deals"], most, 12),
        }
        for row in rows
    ]
    show_filled(stock, f"Open pipeline{in_currency} at the end of each {by.value}")
