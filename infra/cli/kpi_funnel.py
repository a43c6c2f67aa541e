"""`rapport kpi funnel`: how the deals opened in some months went through the stages of their pipeline."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Annotated

import typer

from infra.cli.charts import bar
from infra.cli.kpi_group import kpi_app, percent, say_if_empty, show_filled
from infra.cli.output import Format, FormatOption, show
from infra.cli.periods import By, FromOption, Row, ToOption, period_words, ratio
from infra.cli.reading import AsOfOption, ClockOption, WaitOption, When, reading

_FUNNEL = (
    *("period", "pipeline", "ordinal", "stage", "stage_kind", "opened", "entered", "entered_rate", "moved_on"),
    *("moved_on_rate", "here_now", "won", "win_rate", "lost", "lost_from_here", "lost_from_here_rate"),
    *("days_to_enter", "days_inside"),
)
_COUNTS = ("entered", "moved_on", "here_now", "won", "lost", "lost_from_here", "timed_entries", "timed_stays")
_SUMS = (*_COUNTS, "seconds_to_enter", "seconds_inside")
_PERIODS: Mapping[str, str] = {
    "all": "CAST(NULL AS date)",
    "month": "month",
    "quarter": "CAST(date_trunc('quarter', month) AS date)",
}


class Cohorts(StrEnum):
    """Which deals are followed together."""

    ALL = "all"
    MONTH = "month"
    QUARTER = "quarter"


@kpi_app.command("funnel")
def funnel(
    by: Annotated[
        Cohorts, typer.Option("--by", help="follow those opened in one month or quarter together, or all")
    ] = Cohorts.ALL,
    since: FromOption = None,
    until: ToOption = None,
    pipeline: Annotated[
        str | None, typer.Option("--pipeline", help="of this pipeline only", show_default=False)
    ] = None,
    as_of: AsOfOption = None,
    clock: ClockOption = None,
    wait: WaitOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show how deals went through the stages: how many came to each, went on, were won or lost, and how long it took.

    Deals count in the month they were opened in, whatever became of them later. --from and --to choose whole months.
    """
    rows = _rows(by, since, until, pipeline, When(wait, as_of, clock))
    if form is not Format.TABLE:
        show(rows, form, _FUNNEL)
        return
    say_if_empty(rows)
    for (name, period), stages in groupby(rows, key=lambda row: (str(row["pipeline"]), row["period"])):
        _show_funnel(name, period, list(stages), by)


def _rows(by: Cohorts, since: date | None, until: date | None, pipeline: str | None, when: When) -> list[Row]:
    """Sums first, divided then: a quarter's rate is no mean of its months'.

    A stage that has left its pipeline is in the months of its deals only, so what was opened is summed apart.
    """
    tests = {"month >=": since and since.replace(day=1), "month <=": until, "pipeline =": pipeline}
    given = {test: value for test, value in tests.items() if value is not None}
    where = " AND ".join(["tenant = $1", *(f"{test} ${number}" for number, test in enumerate(given, 2))])
    sums = ", ".join(f"sum({name}) AS {name}" for name in _SUMS)
    statement = f"""
        WITH part AS (SELECT *, {_PERIODS[by]} AS period FROM kpi_funnel WHERE {where}),
        cohort AS (
            SELECT period, pipeline_id, sum(opened) AS opened
            FROM (SELECT DISTINCT period, month, pipeline_id, opened FROM part) AS months
            GROUP BY period, pipeline_id
        ),
        stage AS (
            SELECT period, pipeline_id, min(pipeline) AS pipeline, min(ordinal) AS ordinal, stage_key,
                min(stage) AS stage, stage_kind, {sums}
            FROM part GROUP BY period, pipeline_id, stage_key, stage_kind
        )
        SELECT s.*, c.opened
        FROM stage AS s
        INNER JOIN cohort AS c ON s.pipeline_id = c.pipeline_id AND s.period IS NOT DISTINCT FROM c.period
        ORDER BY s.pipeline, s.pipeline_id, s.period, s.ordinal NULLS LAST, s.stage_key, s.stage_kind
    """
    with reading(when=when) as found:
        rows = found.reader.query(statement, [found.tenant, *given.values()]).as_dicts()
    return [_stage(row) for row in rows]


def _stage(row: Row) -> Row:
    return {
        **row,
        **{name: int(row[name]) for name in ("opened", *_COUNTS)},
        "entered_rate": ratio(row["entered"], row["opened"], 4),
        "moved_on_rate": ratio(row["moved_on"], row["entered"], 4) if row["stage_kind"] == "open" else None,
        "win_rate": ratio(row["won"], row["entered"], 4),
        "lost_from_here_rate": ratio(row["lost_from_here"], row["entered"], 4),
        "days_to_enter": ratio(row["seconds_to_enter"], row["timed_entries"] * 86400, 2),
        "days_inside": ratio(row["seconds_inside"], row["timed_stays"] * 86400, 2),
    }


def _show_funnel(pipeline: str, period: date | None, stages: list[Row], by: Cohorts) -> None:
    opened = stages[0]["opened"]
    when = "" if period is None else f" in {period_words(period, By(by.value))}"
    shown = [
        {
            "stage": row["stage"],
            "kind": row["stage_kind"],
            "came": row["entered"],
            "of all": percent(row["entered_rate"]),
            "went on": percent(row["moved_on_rate"]),
            "won": percent(row["win_rate"]) if row["stage_kind"] == "open" else "",
            "lost here": percent(row["lost_from_here_rate"]) if row["stage_kind"] == "open" else "",
            "there now": row["here_now"],
            "after": _days(row, "days_to_enter"),
            "stayed": _days(row, "days_inside"),
            "": bar(row["entered"], opened, 12),
        }
        for row in stages
    ]
    show_filled(shown, f"{pipeline}: {opened:,} deals opened{when}")


def _days(row: Row, name: str) -> str:
    return f"{row[name]:.1f} d" if row[name] is not None else ""
