"""`rapport contact`: a person on one page."""

from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from infra.cli.app import app
from infra.cli.output import as_json
from infra.cli.person_page import print_page
from infra.cli.person_parts import page_of
from infra.cli.persons import HELP, NOT_YET, Unknown, is_known, person_of, reference_of
from infra.cli.reading import AsOfOption, ClockOption, WaitOption, When, reading
from infra.cli.story import COLUMNS, Wanted, events_of


class PageFormat(StrEnum):
    """How to print a page."""

    TABLE = "table"
    JSON = "json"


@app.command("contact")
def contact(
    who: Annotated[str, typer.Argument(metavar="CONTACT", help=HELP)],
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, help="how many events of the timeline")] = 20,
    personal: Annotated[bool, typer.Option(help="show names, addresses and texts, if you may read them")] = True,
    as_of: AsOfOption = None,
    clock: ClockOption = None,
    wait: WaitOption = None,
    form: Annotated[PageFormat, typer.Option("--format", help="a page for people, JSON for programs")] = (
        PageFormat.TABLE
    ),
) -> None:
    """Show a contact on one page: who and where they are, what is open with them, and what happened, day by day.

    `rapport timeline` shows what is older, page by page.
    """
    reference = reference_of(who)
    with reading(personal=personal, when=When(wait, as_of, clock)) as found:
        person = person_of(found, reference)
        if not is_known(found, person):
            if found.as_of is None:
                raise Unknown
            typer.echo(NOT_YET if form is PageFormat.TABLE else as_json({}))
            return
        page = page_of(found, person)
        timeline = events_of(found, person, Wanted(limit))
        zone = ZoneInfo(found.rapport.settings.timezone)
    if form is PageFormat.JSON:
        told = [{name: row[name] for name in COLUMNS} for row in timeline]
        typer.echo(as_json({**page, "timeline": told}))
    else:
        print_page(page, timeline, zone, full=len(timeline) == limit)
