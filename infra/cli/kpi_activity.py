"""`rapport kpi activity`: calls, messages, meetings and all else that went on, by day, month or quarter."""

from collections import Counter
from datetime import date
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
    period_words,
    periods,
    ratio,
)
from infra.cli.reading import AsOfOption, ClockOption, WaitOption, When

_ACTIVITY = ("period", "kind", "direction", "activities", "missed", "missed_rate", "seconds_mean")
_FLOWS = ("activities", "missed", "timed", "seconds")
_WITH_TIMES = ("call", "meeting")


@kpi_app.command("activity")
def activity(
    by: ByOption = By.MONTH,
    since: FromOption = None,
    until: ToOption = None,
    owner: OwnerOption = None,
    team: TeamOption = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="of this kind only, such as call or email", show_default=False)
    ] = None,
    direction: Annotated[
        str | None, typer.Option("--direction", help="inbound or outbound only", show_default=False)
    ] = None,
    channel: Annotated[str | None, typer.Option("--channel", help="of this channel only", show_default=False)] = None,
    as_of: AsOfOption = None,
    clock: ClockOption = None,
    wait: WaitOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show how much went on between people: calls, e-mails, meetings held and all else, and how long it took.

    Calls in which nobody was reached, and meetings to which nobody came, count and are missed.
    """
    filters = {"owner": owner, "team": team, "kind": kind, "direction": direction, "channel": channel}
    sums = daily_sums("kpi_activity_daily", "kind || ' ' || direction", _FLOWS, filters, When(wait, as_of, clock))
    sorts = [periods(part, by, since, until, _FLOWS, (), _happened) for part in sums.values()]
    rows = [row for sort in sorts if any(row["activities"] for row in sort) for row in sort]
    rows.sort(key=lambda row: (row["period"], row["kind"], row["direction"]))
    if form is not Format.TABLE:
        show(rows, form, _ACTIVITY)
        return
    say_if_empty(rows)
    if rows:
        _show_counts(rows, by)
        _show_times(rows, by)


def _happened(row: Row) -> Row:
    kind, _, direction = str(row["split"]).partition(" ")
    return {
        "period": row["period"],
        "kind": kind,
        "direction": direction,
        **{name: int(row[name]) for name in _FLOWS},
        "missed_rate": ratio(row["missed"], row["activities"], 4),
        "seconds_mean": ratio(row["seconds"], row["timed"], 1),
    }


def _show_counts(rows: list[Row], by: By) -> None:
    """A column for each kind, those that there is most of first, and apart by direction where there are two."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows:
        counts[row["kind"], row["direction"]] += row["activities"]
    sorts = [sort for sort, _ in counts.most_common()]
    named = {sort: _words(sort, sorts) for sort in sorts}
    found: dict[date, Counter[tuple[str, str]]] = {}
    for period, part in groupby(rows, key=lambda row: row["period"]):
        found[period] = Counter({(row["kind"], row["direction"]): row["activities"] for row in part})
    most = max(sums.total() for sums in found.values())
    shown = [
        {
            by.value: period_words(sums_of, by),
            **{named[sort]: sums[sort] for sort in sorts},
            "all": sums.total(),
            "": bar(sums.total(), most, 12),
        }
        for sums_of, sums in found.items()
    ]
    show_filled(shown, "Activities")
    lines = (f"{named[sort]} {sparkline([sums[sort] for sums in found.values()])}" for sort in sorts[:5])
    typer.echo("   ".join(lines))


def _words(sort: tuple[str, str], sorts: list[tuple[str, str]]) -> str:
    kind, direction = sort
    alone = sum(other == kind for other, _ in sorts) == 1
    short = {"inbound": "in", "outbound": "out"}.get(direction, "")
    return kind if alone or not short else f"{kind} {short}"


def _show_times(rows: list[Row], by: By) -> None:
    """How long calls and meetings took, and how many came to nothing."""
    shown = []
    for period, part in groupby(rows, key=lambda row: row["period"]):
        line: Row = {by.value: period_words(period, by)}
        of_period = list(part)
        for kind in _WITH_TIMES:
            sums = {name: sum(row[name] for row in of_period if row["kind"] == kind) for name in _FLOWS}
            mean = ratio(sums["seconds"], sums["timed"] * 60, 1)
            line[f"{kind}s"] = sums["activities"]
            line[f"{kind}s missed"] = percent(ratio(sums["missed"], sums["activities"], 4))
            line[f"mean {kind}"] = f"{mean} min" if mean is not None else ""
        shown.append(line)
    if any(line[f"{kind}s"] for line in shown for kind in _WITH_TIMES):
        typer.echo()
        show_filled(shown, "Calls and meetings")
