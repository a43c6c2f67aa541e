"""`rapport kpi service`: tickets, times and ratings, by day, month or quarter."""

from collections.abc import Mapping
from datetime import date
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
from infra.cli.reading import AsOfOption, ClockOption, WaitOption, When, reading

_SERVICE = (
    *("period", "opened", "resolved", "reopened", "closed", "first_contact_rate", "reopened_per_resolved"),
    *("first_response_seconds_mean", "first_response_seconds_median", "first_response_seconds_p90"),
    *("resolution_seconds_mean", "resolution_seconds_median", "resolution_seconds_p90"),
    *("ratings", "rating_mean", "satisfied_rate", "backlog"),
)
_SERVICE_FLOWS = (
    *("opened", "resolved", "reopened", "closed", "first_responses", "first_response_seconds", "resolutions"),
    *("resolution_seconds", "first_contact", "first_contact_reopened", "ratings", "rating_sum", "satisfied"),
)
_PERCENTILES = {
    f"{measure}_{name}": f"percentile_cont({share}) WITHIN GROUP (ORDER BY CAST({measure} AS double precision))"
    for measure in ("first_response_seconds", "resolution_seconds")
    for name, share in (("median", 0.5), ("p90", 0.9))
}


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
    as_of: AsOfOption = None,
    clock: ClockOption = None,
    wait: WaitOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show tickets opened, resolved and reopened, times to first response and resolution, CSAT, and the backlog.

    Resolved at first contact is what was resolved after one reply at most, without escalation, and not reopened.
    Medians, and 90th percentiles (p90), are those of the tickets that began in the period.
    """
    filters = {"owner": owner, "team": team, "channel": channel, "priority": priority}
    when = When(wait, as_of, clock)
    sums = daily_sums("kpi_service_daily", "''", (*_SERVICE_FLOWS, "backlog_change"), filters, when)
    rows = [
        row
        for part in sums.values()
        for row in periods(part, by, since, until, _SERVICE_FLOWS, ("backlog_change",), _served)
    ]
    begun = _percentiles(by, since, until, filters, when) if rows else {}
    rows = [{**dict.fromkeys(_PERCENTILES), **row, **begun.get(row["period"], {})} for row in rows]
    if form is not Format.TABLE:
        show(rows, form, _SERVICE)
        return
    say_if_empty(rows)
    if rows:
        _show_service(rows, by)


def _percentiles(
    by: By, since: date | None, until: date | None, filters: Mapping[str, str | None], when: When
) -> dict[date, dict[str, Decimal | None]]:
    """Medians and 90th percentiles of the tickets that began in each period, to the millisecond.

    They can't be put together from those of days, as sums can.
    """
    where, values = ["tenant = $1", "opened_on IS NOT NULL"], list[object]()
    given = {f"coalesce({name}, '(none)') =": value for name, value in filters.items()}
    for test, value in {**given, "opened_on >=": since, "opened_on <=": until}.items():
        if value is not None:
            values.append(value)
            where.append(f"{test} ${len(values) + 1}")
    measures = ", ".join(f"{made} AS {name}" for name, made in _PERCENTILES.items())
    statement = (
        f"SELECT CAST(date_trunc('{by.value}', opened_on) AS date) AS period, {measures} FROM ticket"
        f" WHERE {' AND '.join(where)} GROUP BY 1"
    )
    with reading(when=when) as found:
        rows = found.reader.query(statement, [found.tenant, *values]).as_dicts()
    return {
        row["period"]: {name: None if row[name] is None else ratio(row[name], 1, 3) for name in _PERCENTILES}
        for row in rows
    }


def _served(row: Row) -> Row:
    return {
        **{name: int(row[name]) for name in ("opened", "resolved", "reopened", "closed", "ratings")},
        "period": row["period"],
        "first_contact_rate": ratio(row["first_contact"] - row["first_contact_reopened"], row["resolved"], 4),
        "reopened_per_resolved": ratio(row["reopened"], row["resolved"], 4),
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
            "1st contact": percent(row["first_contact_rate"]),
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
    if any(row[name] is not None for row in rows for name in _PERCENTILES):
        _show_times(rows, by)


def _show_times(rows: list[Row], by: By) -> None:
    times = [
        {
            by.value: period_words(row["period"], by),
            "1st reply: median": _hours(row["first_response_seconds_median"]),
            "p90": _hours(row["first_response_seconds_p90"]),
            "resolution: median": _hours(row["resolution_seconds_median"]),
            "p90 ": _hours(row["resolution_seconds_p90"]),
        }
        for row in rows
    ]
    typer.echo()
    show_filled(times, f"Times of the tickets that began in each {by.value}")


def _hours(seconds: Decimal | None) -> str:
    return f"{seconds / 3600:,.1f} h" if seconds is not None else ""
