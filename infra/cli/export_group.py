"""What the commands of `rapport export` share."""

from pathlib import Path
from typing import Annotated

import typer

from infra.cli.app import app
from infra.errors import Misused

export_app = typer.Typer(
    name="export", help="Write what the tables show, or old events, for other programs.", no_args_is_help=True
)
app.add_typer(export_app)

OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="where to write it, if not to stdout", show_default=False),
]


def write(text: str, output: Path | None) -> None:
    """Write an export: to a file that only its owner may read, or to stdout."""
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.touch(mode=0o600)
        output.write_bytes(text.encode())
    except OSError as error:
        raise Misused(f"{output} can't be written: {error.strerror}") from None
