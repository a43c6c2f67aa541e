"""`rapport diff tables`: where the tables of a shadow differ from the live ones."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any

import typer

from infra.bootstrap import open_rapport
from infra.cli.diff import diff_app
from infra.cli.output import Format, FormatOption, as_json, for_people, show
from infra.cli.projecting import projecting_bar
from infra.cli.shadow import refuse_other_tables
from infra.cli.stopping import Stopping
from infra.errors import Misused
from infra.shadows.comparing import Difference, RowDifference, difference, row_differences
from infra.shadows.name import checked_name
from infra.shadows.shadow import Changes, changes_of, find
from projections.model import Model, load_models

_SHOWN = 20
_COUNTS = ("table", "only_live", "only_shadow", "changed")


@diff_app.command("tables")
def tables(
    name: Annotated[str, typer.Argument(metavar="NAME", help="the shadow")],
    table: Annotated[
        str | None, typer.Argument(metavar="[TABLE]", help="show the rows of this one", show_default=False)
    ] = None,
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="rows at most, of a table")] = _SHOWN,
    personal: Annotated[bool, typer.Option("--personal", help="with the tables of the schema personal")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show where a shadow differs from the live tables, at one position, to which it is brought up.

    Without a table each one that differs has a line: rows that only one side has, rows with other values, and the sums
    of figures before and after; means and shares have none. With one its rows are shown, by what makes them unique.
    """
    checked_name(name)
    with open_rapport() as rapport, projecting_bar() as report, Stopping() as stopping:
        shadow = find(rapport.shadows.listed(), name)
        changes = changes_of(load_models(rapport.settings.models), shadow.texts)
        wanted = _wanted(changes, table, personal=personal)
        projecting = rapport.projecting(stopping, report)
        refuse_other_tables(rapport, projecting)
        tenant, live = rapport.settings.tenant, {model.name: model for model in changes.live}
        with rapport.shadows.compare(name, projecting) as compared:
            position = compared.position
            found = [difference(compared, tenant, live.get(model.name), model) for model in wanted]
            rows: tuple[Sequence[RowDifference], int] = ((), 0)
            if table is not None and found and found[0] and wanted[0].name in live:
                rows = row_differences(compared, tenant, live[wanted[0].name], wanted[0], limit)
    head = {"shadow": name, "position": position}
    if table is None:
        _show_tables(head, [one for one in found if one], form)
    else:
        _show_rows({**head, "table": _name(_model(changes, table)), "differing": rows[1]}, rows[0], form)


def _wanted(changes: Changes, table: str | None, *, personal: bool) -> Sequence[Model]:
    """The tables to compare: those that are computed otherwise, or the one of that name. Raises Misused."""
    if table is None:
        return [model for model in changes.differing if personal or model.schema != "personal"]
    model = _model(changes, table)
    if model.schema == "personal" and not personal:
        raise Misused(f"{model.qualified} is personal: add --personal")
    if model.name not in {one.name for one in changes.live}:
        raise Misused(f"{model.qualified} is new in the shadow: there is no live table to compare it with")
    return [one for one in changes.differing if one.name == model.name]


def _model(changes: Changes, table: str) -> Model:
    for model in changes.shadow:
        if table in {model.qualified, _name(model)}:
            return model
    near = get_close_matches(table[:100], [_name(model) for model in changes.shadow], n=1)
    raise Misused(f"there is no table {table[:100]}{f'; did you mean {near[0]}?' if near else ''}")


def _name(model: Model) -> str:
    return model.table if model.schema == "crm" else model.qualified


def _show_tables(head: Mapping[str, Any], found: Sequence[Difference], form: Format) -> None:
    lines = [
        {
            "table": _name(one.model),
            "only_live": one.only_live,
            "only_shadow": one.only_shadow,
            "changed": one.changed,
            "columns": list(one.columns),
            "sums": {column: {"live": before, "shadow": after} for column, (before, after) in one.sums.items()},
        }
        for one in found
    ]
    if form is Format.JSON:
        typer.echo(as_json({**head, "tables": lines}))
        return
    told = [
        {**line, "sums": _sums(one), "columns": ", ".join(one.columns)} for line, one in zip(lines, found, strict=True)
    ]
    columns = [*_COUNTS, *(["columns"] if form is Format.CSV or any(one.columns for one in found) else []), "sums"]
    if form is Format.CSV:
        show(told, form, columns)
    elif told:
        show(told, form, columns, f"Shadow {head['shadow']}, at position {head['position']:,}")
    else:
        typer.echo(f"no table of the shadow {head['shadow']} differs, at position {head['position']:,}")


def _sums(one: Difference) -> str:
    return "; ".join(f"{column} {_figure(before)} → {_figure(after)}" for column, (before, after) in one.sums.items())


def _show_rows(head: Mapping[str, Any], rows: Sequence[RowDifference], form: Format) -> None:
    names = list(dict.fromkeys(column for row in rows for column in row.values))
    if form is Format.JSON:
        told = [
            {**row.key, "kind": row.kind, "values": {c: {"live": a, "shadow": b} for c, (a, b) in row.values.items()}}
            for row in rows
        ]
        typer.echo(as_json({**head, "rows": told}))
        return
    keys = list(rows[0].key) if rows else []
    if form is Format.CSV:
        flat = [f"{column}_{side}" for column in names for side in ("live", "shadow")]
        show([{**row.key, "kind": row.kind, **_flat(row)} for row in rows], form, [*keys, "kind", *flat])
        return
    if not rows:
        typer.echo(f"{head['table']} is the same in the shadow {head['shadow']}, at position {head['position']:,}")
        return
    more = f"; {head['differing']:,} rows differ: see --limit" if head["differing"] > len(rows) else ""
    title = f"{head['table']} in the shadow {head['shadow']}, at position {head['position']:,}{more}"
    told = [{**row.key, "kind": row.kind, **{c: _change(row, c) for c in row.values}} for row in rows]
    show(told, form, [*keys, "kind", *names], title)


def _flat(row: RowDifference) -> dict[str, Any]:
    sides = {column: dict(zip(("live", "shadow"), pair, strict=True)) for column, pair in row.values.items()}
    return {f"{column}_{side}": value for column, pair in sides.items() for side, value in pair.items()}


def _change(row: RowDifference, column: str) -> str:
    """A value, and what it was before if both sides have the row."""
    before, after = row.values[column]
    if row.kind == "changed":
        return f"{_figure(before)} → {_figure(after)}"
    return for_people(after if row.kind == "only shadow" else before)


def _figure(value: Any) -> str:
    return "(none)" if value is None else for_people(value)
