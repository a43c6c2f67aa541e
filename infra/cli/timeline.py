"""`rapport timeline`: everything that happened with a person."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from infra.cli.app import app
from infra.cli.output import Format, FormatOption, show
from infra.cli.periods import FromOption, ToOption
from infra.cli.persons import HELP, NOT_YET, Unknown, name_of, person_of, reference_of
from infra.cli.reading import AsOfOption, ClockOption, WaitOption, When, reading
from infra.cli.story import COLUMNS, Wanted, before_of, events_of, kinds_of, text_of, what_of


@app.command("timeline")
def timeline(
    contact: Annotated[str, typer.Argument(help=HELP)],
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, help="how many events at most")] = 50,
    before: Annotated[
        str | None,
        typer.Option(
            "--before", metavar="TIME|EVENT", help="only what is older: a time, or an event's id", show_default=False
        ),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="KIND", help="only events of this kind, such as call or email; repeatable"),
    ] = None,
    first: FromOption = None,
    last: ToOption = None,
    personal: Annotated[bool, typer.Option(help="show names and texts, if you may read them")] = True,
    as_of: AsOfOption = None,
    clock: ClockOption = None,
    wait: WaitOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show everything that happened with a person, the latest first: what, when, about what and by whom.

    A person is found by each of their outside keys; linked contacts are one person.
    """
    reference, mark = reference_of(contact), before_of(before) if before is not None else None
    wanted = Wanted(limit, mark, kinds_of(kind), first, last)
    with reading(personal=personal, when=When(wait, as_of, clock)) as found:
        person = person_of(found, reference)
        rows = events_of(found, person, wanted)
        if not rows and wanted == Wanted(limit) and found.as_of is None:
            raise Unknown
        name = name_of(found, person)
        zone = ZoneInfo(found.rapport.settings.timezone)
    if form is not Format.TABLE:
        show(rows, form, COLUMNS)
    elif as_of is not None and not rows:
        typer.echo(NOT_YET)
    else:
        _show_timeline(name or f"contact:id:{person}", rows, zone, full=len(rows) == limit)


def _show_timeline(name: str, rows: list[dict[str, Any]], zone: ZoneInfo, *, full: bool) -> None:
    shown = [
        {
            "when": _when(row, zone),
            "kind": row["kind"],
            "what": what_of(row),
            "about": row["about"],
            "by": row["agent"] or row["actor"],
            "text": text_of(row),
        }
        for row in rows
    ]
    wanted = ("when", "kind", "what", "about", "by", "text")
    show(shown, Format.TABLE, [column for column in wanted if any(row[column] for row in shown)], name)
    if full:
        typer.echo(f"what is older: --before {rows[-1]['event_id']}")


def _when(row: dict[str, Any], zone: ZoneInfo) -> str:
    if row["time_precision"] == "unknown":
        return "?"
    local = row["occurred_at"].astimezone(zone)
    return f"{local:%Y-%m-%d}" if row["time_precision"] == "day" else f"{local:%Y-%m-%d %H:%M}"
