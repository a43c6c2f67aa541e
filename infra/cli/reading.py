"""What the commands share that read the tables: they catch up when nobody else does, and wait when asked to."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from infra.bootstrap import Rapport, open_rapport
from infra.cli.projecting import projecting_bar
from infra.cli.stopping import Stopping
from infra.publishing.reader import Reader

_PATIENCE = 60  # seconds

WaitOption = Annotated[
    int | None,
    typer.Option(
        "--wait",
        metavar="POSITION",
        min=0,
        show_default=False,
        help="wait until the tables hold the log up to this position, as `rapport do` prints it; a minute at most",
    ),
]


@contextmanager
def reading(*, personal: bool = False, wait: int | None = None) -> Iterator[tuple[Rapport, Reader]]:
    """The program's parts and the tables to read from.

    When no projector runs, the tables are brought up to the log first; with one, what it published is read.
    """
    with open_rapport() as rapport:
        with projecting_bar() as report, Stopping() as stopping:
            projecting = rapport.projecting(stopping, report)
            projecting.freshen()
            if wait is not None:
                projecting.wait_for(wait, _PATIENCE)
        if stopping():
            raise typer.Exit(1)
        reader = rapport.open_reader(personal=personal)
        try:
            yield rapport, reader
        finally:
            reader.close()
