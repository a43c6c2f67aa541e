"""What the commands share that read the tables: they catch up when nobody else does, and wait when asked to."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import typer

from domain.shared.errors import RapportError
from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import FAILED
from infra.cli.stopping import Stopping
from infra.publishing.reader import Reader
from infra.tables.errors import TablesBroken, TablesLocked
from projections.header import ModelRefused

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


@dataclass(frozen=True, slots=True)
class Readers:
    """The program's parts, and the tables to read from, with personal data or without."""

    rapport: Rapport
    reader: Reader
    personal: bool

    @property
    def tenant(self) -> str:
        """Whose rows to read."""
        return self.rapport.settings.tenant

    def look_up(self, statement: str, ids: Sequence[UUID | None]) -> dict[UUID, Any]:
        """What personal data say of some ids; nothing if they can't be read.

        The statement selects an id and a value, has the tenant as `$1`, and `{}` where the ids go.
        """
        wanted = list(dict.fromkeys(id_ for id_ in ids if id_ is not None))
        if not (self.personal and wanted):
            return {}
        places = ", ".join(f"${number}" for number in range(2, len(wanted) + 2))
        return dict(self.reader.query(statement.format(places), [self.tenant, *wanted]).rows)


@contextmanager
def reading(*, personal: bool = False, wait: int | None = None) -> Iterator[Readers]:
    """The tables to read from. `personal` adds personal data where this user may read them.

    When no projector runs, the tables are brought up to the log first; with one, what it published is read.
    """
    with open_rapport() as rapport:
        bring_up(rapport, wait)
        reader, with_personal = open_allowed(rapport, personal=personal)
        try:
            yield Readers(rapport, reader, with_personal)
        finally:
            reader.close()


def bring_up(rapport: Rapport, wait: int | None) -> None:
    """Make the tables fresh enough to be read. A model that is refused stops nobody from reading what there is."""
    if wait is None and rapport.is_fresh():
        return
    from infra.cli.projecting import projecting_bar

    with projecting_bar() as report, Stopping() as stopping:
        try:
            projecting = rapport.projecting(stopping, report)
            projecting.freshen()
        except ModelRefused as refused:
            if wait is not None:
                raise
            typer.echo(f"rapport: {refused}; until that is mended, tables are shown as they were before", err=True)
            return
        if wait is not None:
            projecting.wait_for(wait, _PATIENCE)
        rapport.projector.sign()
    if stopping():
        raise typer.Exit(FAILED)


def open_reader(rapport: Rapport, *, personal: bool) -> Reader:
    """The published tables; what can't be read of them is published anew first.

    That is so for files that are harmed, and for one that somebody opened to write into: they keep theirs.
    """
    try:
        return rapport.open_reader(personal=personal)
    except (TablesBroken, TablesLocked):
        rapport.projector.unpublish()
        bring_up(rapport, None)
        return rapport.open_reader(personal=personal)


def open_allowed(rapport: Rapport, *, personal: bool) -> tuple[Reader, bool]:
    """The published tables, and whether personal data are among them: if asked for, and if this user may read them."""
    if personal:
        try:
            reader = open_reader(rapport, personal=True)
            reader.query("SELECT 1 FROM personal.contact LIMIT 0")
        except RapportError:
            pass  # this user may not read it, and sees what is left
        else:
            return reader, True
    return open_reader(rapport, personal=False), False
