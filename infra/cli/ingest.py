"""`rapport ingest`: CloudEvents, one JSON a line, into the log."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from consumers.ingest.edge import Edge
from consumers.ingest.rehearsal import Rehearsal
from consumers.ingest.run import Ingest, Message
from infra.bootstrap import open_rapport
from infra.cli.app import app
from infra.cli.intake import Again, TakesAgain, finish, intake_bar, new_importid
from infra.cli.output import Format, FormatOption
from infra.cli.stopping import Stopping
from infra.importing.lines import LineFile

FILES = Annotated[list[Path], typer.Argument(metavar="FILE…|-", help="files of lines, also gzipped; - is stdin")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="only say what would be taken; the log stays as it is")]


@app.command("ingest")
def ingest(files: FILES, dry_run: DryRun = False, again: Again = False, form: FormatOption = Format.TABLE) -> None:
    """Take CloudEvents, one JSON a line, into the log. Taking them twice changes nothing.

    What can't be used goes to the dead letters with its reason, and the line goes on; the exit code is 3 then.
    """
    with ExitStack() as stack:
        sources = [stack.enter_context(LineFile(path)) for path in files]
        rapport = stack.enter_context(open_rapport())
        stopping = stack.enter_context(Stopping())
        sizes = [source.size for source in sources]
        bar = stack.enter_context(intake_bar(None if None in sizes else sum(size or 0 for size in sizes)))
        rehearsal = Rehearsal() if dry_run else None
        run = Ingest(
            Edge(rapport.settings.tenant, rapport.settings.timezone, rapport.now, importid=new_importid()),
            rehearsal or (TakesAgain(rapport.log) if again else rapport.log),
            "ingest",
            stop=stopping,
            progress=lambda summary: bar(summary, sum(source.done for source in sources)),
        )
        summary = run.run(_messages(sources, stopping))
    finish(summary, form, rehearsal)


def _messages(sources: list[LineFile], stopping: Stopping) -> Iterator[Message | None]:
    for source in sources:
        yield from source.messages(stopping)
