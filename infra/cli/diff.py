"""`rapport diff`: what changed between two dates; diff_tables.py has the rest."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Annotated, Any
from uuid import UUID

import typer

from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import app
from infra.cli.output import Format, FormatOption, show
from infra.cli.pipeline_changes import COLUMNS, KINDS, Row, changes, open_amounts
from infra.cli.reading import WaitOption, bring_up, moment_of, open_reader
from infra.errors import Misused
from projections.as_of import AsOf, Clock

diff_app = typer.Typer(name="diff", help="Show what differs: between two dates, or in a shadow.", no_args_is_help=True)
app.add_typer(diff_app)

_DEALS = """
    SELECT deal_id, reference, title, owner, pipeline_id, pipeline, stage_key, stage, status, amount, currency,
        expected_close
    FROM deal WHERE tenant = $1 ORDER BY deal_id
"""
_SHOWN = (
    *("kind", "also", "deal", "owner", "pipeline", "stage", "expected"),
    *("currency", "before", "after", "difference"),
)
Deals = dict[UUID, Row]
_DAY = "a day, such as 2026-01-31, at whose end it is looked at, or an instant, such as 2026-01-31T12:00Z"


@diff_app.command("pipeline")
def pipeline(
    first: Annotated[str, typer.Argument(metavar="FROM", help=_DAY)],
    last: Annotated[str, typer.Argument(metavar="TO", help="the same, not before FROM")],
    clock: Annotated[
        Clock, typer.Option("--clock", help="by when things occurred, or by what was recorded then")
    ] = Clock.OCCURRED,
    name: Annotated[
        str | None, typer.Option("--pipeline", metavar="NAME", help="in this pipeline only", show_default=False)
    ] = None,
    wait: WaitOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show which deals changed the open pipeline: added, won, lost, reopened, re-valued, slipped or moved.

    Amounts are what a deal was worth in the open pipeline, so that the differences of a currency add up to how much its
    pipeline changed. A deal slipped if it is expected later than before.
    """
    with open_rapport() as rapport:
        begin, end = (moment_of(text, rapport.settings.timezone) for text in (first, last))
        if begin > end:
            raise Misused(f"{first} lies behind {last}")
        bring_up(rapport, wait)
        before, after = _deals(rapport, [AsOf(begin, clock), AsOf(end, clock)])
    if name is not None:
        before, after = _of_pipeline(name, before, after)
    rows = changes(before, after)
    if form is not Format.TABLE:
        show(rows, form, COLUMNS)
    elif not rows:
        typer.echo(f"nothing changed from {first} to {last}")
    else:
        _show_changes(rows)
        _show_sums(rows, (first, open_amounts(before.values())), (last, open_amounts(after.values())))


def _deals(rapport: Rapport, dates: Sequence[AsOf]) -> list[Deals]:
    """The deals as of each date."""
    with ExitStack() as stack:
        readers = []
        for date in dates:  # all are opened first, so that they read the same tables
            readers.append(reader := open_reader(rapport, personal=False, as_of=date))
            stack.callback(reader.close)
        found = [reader.query(_DEALS, [rapport.settings.tenant]).as_dicts() for reader in readers]
    return [{row["deal_id"]: row for row in rows} for rows in found]


def _of_pipeline(name: str, *dates: Deals) -> list[Deals]:
    """The deals in the pipelines that have this name at any of the dates."""
    names = {deal["pipeline_id"]: set[str]() for deals in dates for deal in deals.values()}
    for deals in dates:
        for deal in deals.values():
            names[deal["pipeline_id"]].add(deal["pipeline"] or "(none)")
    wanted = {id_ for id_, known in names.items() if name in known}
    if not wanted:
        known = sorted({one for known in names.values() for one in known})
        raise Misused(f"there is no such pipeline with deals; known are: {', '.join(known) or 'none'}")
    return [{id_: deal for id_, deal in deals.items() if deal["pipeline_id"] in wanted} for deals in dates]


def _show_changes(rows: Sequence[Row]) -> None:
    shown = [
        {
            **{name: row[name] for name in ("kind", "also", "owner", "pipeline", "difference")},
            "deal": row["title"] or row["reference"],
            "stage": _from_to(row["stage_before"], row["stage"]),
            "expected": _from_to(row["expected_close_before"], row["expected_close"]),
            "currency": None if row["currency"] == "(none)" else row["currency"],
            "before": row["amount_before"],
            "after": row["amount_after"],
        }
        for row in rows
    ]
    filled = [name for name in _SHOWN if any(row[name] not in {None, ""} for row in shown)]
    show(shown, Format.TABLE, filled, "What changed")


def _from_to(before: Any, after: Any) -> str:
    """A value, and what it was before if that was another."""
    known = [str(value) for value in (before, after) if value is not None]
    return " → ".join(dict.fromkeys(known))


def _show_sums(rows: Sequence[Row], begin: tuple[str, dict[str, Any]], end: tuple[str, dict[str, Any]]) -> None:
    """Each currency from one date to the other, kind by kind."""
    for currency in sorted({row["currency"] for row in rows}):
        of_currency = [row for row in rows if row["currency"] == currency]
        lines: list[Row] = [{"": f"open {begin[0]}", "amount": begin[1].get(currency, 0)}]
        for kind in KINDS:
            differences = [row["difference"] for row in of_currency if row["kind"] == kind]
            if differences:
                lines.append({"": kind, "deals": len(differences), "amount": sum(differences)})
        lines.append({"": f"open {end[0]}", "amount": end[1].get(currency, 0)})
        show(lines, Format.TABLE, ("", "deals", "amount"), currency if currency != "(none)" else "without a currency")
