"""`rapport export history`: the log's old events, whole, as open Parquet files."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from infra.bootstrap import open_rapport
from infra.cli.export_group import export_app
from infra.cli.output import Format, FormatOption, as_json
from infra.cli.projecting import projecting_bar
from infra.cli.stopping import Stopping
from infra.errors import Misused
from infra.history.segment import MANIFEST, Segment


@export_app.command("history")
def history(
    folder: Annotated[Path, typer.Argument(help="where to put them; made if it is not there")],
    form: FormatOption = Format.TABLE,
) -> None:
    """Write old events as open Parquet files: a folder for each 200,000 events, with a file for each kind of fact.

    Columns are typed and stand open; what is personal stays sealed, as in the log. Events of all tenants are among
    them. Run again, it adds what has come since.
    """
    with open_rapport() as rapport, projecting_bar() as report, Stopping() as stopping:
        rapport.history.write(stopping, report)
        segments = rapport.history.usable()
        try:
            copied = sum(_copy(segment, folder) for segment in segments)
        except OSError as error:
            raise Misused(f"{error.filename or folder} can't be written: {(error.strerror or '').lower()}") from None
    last = segments[-1].last if segments else 0
    if form is Format.JSON:
        typer.echo(as_json({"written": copied, "segments": len(segments), "position": last}))
    else:
        typer.echo(f"{copied:,} of {len(segments):,} segments written to {folder}, up to position {last:,}")


def _copy(segment: Segment, folder: Path) -> bool:
    """Copy a segment, unless the same stands there already. It is there whole or not at all."""
    target, draft = folder / segment.folder.name, folder / f".{segment.folder.name}"
    manifest = target / MANIFEST
    if manifest.is_file() and manifest.read_bytes() == (segment.folder / MANIFEST).read_bytes():
        return False
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(segment.folder, draft)
    shutil.rmtree(target, ignore_errors=True)
    draft.replace(target)
    return True
