"""`rapport ingest`: CloudEvents, one JSON a line, into the log."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from consumers.ingest.edge import Edge
from consumers.ingest.messages import TakesMessages
from consumers.ingest.rehearsal import Rehearsal
from consumers.ingest.run import Ingest, Summary
from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import app
from infra.cli.intake import exit_code, intake_bar, show_rehearsal, show_summary
from infra.cli.output import Format, FormatOption
from infra.cli.stopping import Stopping
from infra.importing.lines import LineFile

DryRun = Annotated[bool, typer.Option("--dry-run", help="only say what would be taken; the log stays as it is")]


@app.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(metavar="FILE|-", help="one CloudEvent a line, also gzipped; - is stdin")],
    *,
    dry_run: DryRun = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Take CloudEvents from files, one JSON a line, into the log. Taking a file twice changes nothing."""
    with open_rapport() as rapport, Stopping() as stopping:
        sources = [LineFile(path) for path in files]
        edge = Edge(rapport.settings.tenant, rapport.settings.timezone, rapport.now)
        rehearsal = Rehearsal()
        log: TakesMessages = rehearsal if dry_run else rapport.log
        with intake_bar(sum_of_sizes(sources)) as bar:
            work = Ingest(edge, log, "ingest", stop=stopping, progress=lambda s: bar(s, sum(f.done for f in sources)))
            ...
