"""`rapport explain`: the events behind a number or a row."""

from collections.abc import Sequence
from typing import Annotated

import typer

from infra.cli.app import FAILED, app
from infra.cli.explain_keys import measures_called, model_called, where_of
from infra.cli.explain_show import disagreement, show_events, show_numbers
from infra.cli.explain_together import adding_up
from infra.cli.explained import Explainer
from infra.cli.output import Format, FormatOption, for_people
from infra.cli.reading import AsOfOption, ClockOption, WaitOption, When, reading
from projections.definition import definition_for
from projections.facts.tables import FactTable
from projections.facts.voids import has_standing
from projections.model import Model, load_models
from projections.sources import Where, sources_for


@app.command("explain")
def explain(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="a table or view of KPIs, or any other table")],
    key: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY…",
            help="which rows: column=value, or values in the order in which the table's rows are told apart; what is "
            "left out is not looked at",
            show_default=False,
        ),
    ] = None,
    *,
    measure: Annotated[
        str | None, typer.Option("--measure", metavar="NAME", help="explain this number only", show_default=False)
    ] = None,
    as_of: AsOfOption = None,
    clock: ClockOption = None,
    wait: WaitOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show where a number comes from: the events behind it, what each adds, and that they give the number again.

    Rates are explained by what is divided, medians by the values, balances by all changes up to that day. Of tables
    that are no sums the events behind a row are shown. A thing's id can be given by its reference.
    """
    with reading(when=When(wait, as_of, clock)) as found:
        own = found.rapport.settings.models
        model = model_called(table, load_models(own))
        measures = measures_called(measure, model)
        sources = sources_for(model, definition_for("crm", own=own), _past if found.as_of else _today)
        where = where_of(found, model, sources.models, key or ())
        explainer = Explainer(found.reader, found.tenant, model, sources)
        if measures:
            _explain_numbers(explainer, where, measures, form, chosen=measure is not None)
        else:
            _explain_rows(explainer, where, form)


def _explain_numbers(
    explainer: Explainer, where: Where, measures: Sequence[str], form: Format, *, chosen: bool
) -> None:
    model = explainer.model
    rows, numbers = explainer.numbers(where, lambda rows: adding_up(model, measures, rows, chosen=chosen))
    if not rows:
        _say_no_row(model, form)
        return
    about = [(column, rows[0][column]) for column in model.grain if column != "tenant"] if len(rows) == 1 else where
    show_numbers(model.table, _said(about, len(rows)), numbers, form)
    shown = {one.measure for one in numbers}
    if left_out := [one for one in measures if one not in shown]:
        typer.echo(f"rapport: left out, since these rows do not add up to it: {', '.join(left_out)}", err=True)
    wrong = [one for one in numbers if not one.agrees]
    for one in wrong:
        typer.echo(f"rapport: {disagreement(model.table, one)}", err=True)
    if wrong:
        raise typer.Exit(FAILED)


def _explain_rows(explainer: Explainer, where: Where, form: Format) -> None:
    if count := explainer.count(where):
        show_events(explainer.model.table, _said(where, count), explainer.events(where), form)
    else:
        _say_no_row(explainer.model, form)


def _say_no_row(model: Model, form: Format) -> None:
    if form is Format.TABLE:
        typer.echo(f"{model.table} has no such row")
    else:
        (show_numbers if model.measures else show_events)(model.table, "", [], form)


def _said(where: Where, rows: int) -> str:
    values = ", ".join(f"{column} {for_people(value)}" for column, value in where)
    return f"{rows:,} rows together{f', {values}' if values else ''}" if rows > 1 else values


def _today(fact: FactTable) -> str:
    """Where a fact stands without what was taken back."""
    return f"{fact.schema}.{'standing_' if has_standing(fact) else ''}{fact.name}"


def _past(fact: FactTable) -> str:
    """Where a fact stands as of a date: what was taken back is not there then."""
    return fact.qualified
