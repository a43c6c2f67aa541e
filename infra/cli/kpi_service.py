"""`rapport kpi service`: tickets, times and ratings, by day, month or quarter."""

from decimal import Decimal
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
    period_words,
    periods,
    ratio,
)
from infra.cli.reading import WaitOption

_SERVICE = (
    *("period", "opened", "resolved", "reopened", "closed", "first_response_seconds_mean", "resolution_seconds_mean"),
    *("ratings", "rating_mean", "satisfied_rate", "backlog"),
)
_SERVICE_FLOWS = (
    *("opened", "resolved", "reopened", "closed", "first_responses", "first_response_seconds", "resolutions"),
    *("resolution_seconds", "ratings", "rating_sum", "satisfied"),
)


@kpi_app.command("service")
def service(
    by: ByOption = By.MONTH,
    since: FromOption = None,
    until: ToOption = None,
    owner: OwnerOption = None,
    team: TeamOption = None,
    channel: Annotated[str | None, typer.Option("--channel", help="of this channel only", show_default=False)] = None,
    priority: Annotated[
        str | None, typer.Option("--priority", help="of this priority only", show_default=False)
    ] = None,
    wait: WaitOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show tickets opened, resolved and reopened, times to first response and resolution, CSAT, and the backlog."""
    filters = {"owner": owner, "team": team, "channel": channel, "priority": priority}
    sums = daily_sums("kpi_service_daily", "''", (*_SERVICE_FLOWS, "backlog_change"), filters, wait)
    rows = [
        row
        for part in sums.values()
        for row in periods(part, by, since, until, _SERVICE_FLOWS, ("backlog_change",), _served)
    ]
    if form is not Format.TABLE:
        show(rows, form, _SERVICE)
        return
    say_if_empty(rows)
    if rows:
        _show_service(rows, by)


def _served(row: Row) -> Row:
    return {
        **{name: int(row[name]) for name in ("opened", "resolved", "reopened", "closed", "ratings")},
        "period": row["period"],
        "first_response_seconds_mean": ratio(row["first_response_seconds"], row["first_responses"], 3),
        "resolution_seconds_mean": ratio(row["resolution_seconds"], row["resolutions"], 3),
        "rating_mean": ratio(row["rating_sum"], row["ratings"], 3),
        "satisfied_rate": ratio(row["satisfied"], row["ratings"], 4),
        "backlog": int(row["backlog_change"]),
    }


def _show_service(rows: list[Row], by: By) -> None:
    most = max(row["opened"] for row in rows)
    shown = [
        {
            by.value: period_words(row["period"], by),
            "opened": row["opened"],
            "resolved": row["resolved"],
            "reopened": row["reopened"],
            "1st reply": _hours(row["first_response_seconds_mean"]),
            "resolution": _hours(row["resolution_seconds_mean"]),
            "rating": f"{row['rating_mean']:.2f}" if row["rating_mean"] is not None else "",
            "CSAT": percent(row["satisfied_rate"]),
            "backlog": row["backlog"],
            "": bar(row["opened"], most, 8),
        }
        for row in rows
    ]
    show_filled(shown, "Service")
    lines = ("opened", "resolved", "backlog")
    typer.echo("   ".join(f"{name} {sparkline([row[name] for row in rows])}" for name in lines))


def _hours(seconds: Decimal | None) -> str:
    return f"{seconds / 3600:,.1f} h" if seconds is not None else ""
