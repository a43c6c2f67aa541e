"""`rapport pipeline`: what is in each stage now."""

from itertools import groupby
from typing import Annotated, Any

import typer

from infra.cli.app import app
from infra.cli.charts import bar
from infra.cli.output import Format, FormatOption, show
from infra.cli.reading import AsOfOption, ClockOption, Readers, WaitOption, When, reading
from infra.errors import Misused

_COLUMNS = ("pipeline", "ordinal", "stage", "stage_kind", "currency", "deals", "amount", "weighted_amount")
# Stages without deals stand on the board too, unless they are retired.
_BOARD = """
    SELECT pipeline, ordinal, stage, stage_kind, currency, deals, amount, weighted_amount
    FROM pipeline_board
    WHERE tenant = $1
    UNION ALL
    SELECT p.name, s.ordinal, s.stage, s.kind, NULL, 0, NULL, NULL
    FROM pipeline_stage AS s
    INNER JOIN pipeline AS p ON s.tenant = p.tenant AND s.pipeline_id = p.pipeline_id
    WHERE s.tenant = $1 AND NOT s.is_retired AND NOT EXISTS (
        SELECT 1 FROM pipeline_board AS b
        WHERE b.tenant = s.tenant AND b.pipeline_id = s.pipeline_id AND b.stage_key = s.stage_key
    )
    ORDER BY 1, 2 NULLS LAST, 3, 5 NULLS LAST
"""


@app.command("pipeline")
def pipeline(
    name: Annotated[
        str | None, typer.Option("--pipeline", metavar="NAME", help="this pipeline only", show_default=False)
    ] = None,
    as_of: AsOfOption = None,
    clock: ClockOption = None,
    wait: WaitOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show the board: the deals in each stage, what they are worth, and that weighted by each stage's probability.

    Amounts of several currencies stand in rows of their own.
    """
    with reading(when=When(wait, as_of, clock)) as found:
        rows = _rows(found, name)
    if form is not Format.TABLE:
        show(rows, form, _COLUMNS)
        return
    if not rows:
        typer.echo("there is no pipeline and no deal yet")
    for title, stages in groupby(rows, key=lambda row: str(row["pipeline"])):
        _show_board(title, list(stages))


def _rows(found: Readers, name: str | None) -> list[dict[str, Any]]:
    rows = found.reader.query(_BOARD, [found.tenant]).as_dicts()
    if name is None:
        return rows
    known = dict.fromkeys(str(row["pipeline"]) for row in rows)
    if name not in known:
        raise Misused(f"there is no such pipeline; known are: {', '.join(known) or 'none'}")
    return [row for row in rows if row["pipeline"] == name]


def _show_board(title: str, stages: list[dict[str, Any]]) -> None:
    currencies = {stage["currency"] for stage in stages} - {None, "(none)"}
    columns = ["stage", "kind", *(["currency"] if currencies else []), "deals", "amount", "weighted", "open now"]
    # Won and lost deals pile up for ever; beside them the stages at work would be too small to see.
    largest = max((stage["deals"] for stage in stages if stage["stage_kind"] == "open"), default=0)
    rows = [
        {
            **stage,
            "kind": stage["stage_kind"],
            "weighted": stage["weighted_amount"],
            "open now": bar(stage["deals"], largest, 12) if stage["stage_kind"] == "open" else "",
        }
        for stage in stages
    ]
    show(rows, Format.TABLE, columns, title)
