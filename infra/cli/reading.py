"""What the commands share that read the tables: they catch up when nobody else does, wait, and go back to a date."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from domain.shared.errors import RapportError
from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import FAILED
from infra.cli.stopping import Stopping
from infra.errors import Misused
from infra.publishing.reader import Reader
from infra.tables.errors import TablesBroken, TablesLocked
from projections.as_of import AsOf, Clock
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
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        show_default=False,
        help="how it stood at the end of a day, such as 2026-01-31, or at an instant, such as 2026-01-31T12:00Z",
    ),
]
ClockOption = Annotated[
    Clock | None,
    typer.Option(
        "--clock",
        show_default=False,
        help="with a date: by when things occurred, as far as known today, which is the default, or by what was "
        "recorded then",
    ),
]


class When(NamedTuple):
    """What a command was told of the time whose tables it is to read."""

    wait: int | None = None
    as_of: str | None = None
    clock: Clock | None = None


_TODAY = When()


@dataclass(frozen=True, slots=True)
class Readers:
    """The program's parts, and the tables to read from, with personal data or without, as of a date or today."""

    rapport: Rapport
    reader: Reader
    personal: bool
    as_of: AsOf | None = None

    def now(self) -> datetime:
        """The time at which the tables stand."""
        return self.rapport.now() if self.as_of is None else self.as_of.at

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
def reading(*, personal: bool = False, when: When = _TODAY) -> Iterator[Readers]:
    """The tables to read from. `personal` adds personal data where this user may read them.

    When no projector runs, the tables are brought up to the log first; with one, what it published is read.
    """
    with open_rapport() as rapport:
        as_of = as_of_date(rapport, when)
        bring_up(rapport, when.wait)
        reader, with_personal = open_allowed(rapport, personal=personal, as_of=as_of)
        try:
            yield Readers(rapport, reader, with_personal, as_of)
        finally:
            reader.close()


def as_of_date(rapport: Rapport, when: When) -> AsOf | None:
    """The date to go back to, if one was given. Raises Misused for what is none."""
    if when.as_of is None:
        if when.clock is not None:
            raise Misused("--clock goes with a date: --as-of 2026-01-31")
        return None
    return AsOf(moment_of(when.as_of, rapport.settings.timezone), when.clock or Clock.OCCURRED)


def moment_of(text: str, timezone: str) -> datetime:
    """The last moment that a date means, in UTC: the end of a day, or an instant. Raises Misused for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        at = _instant(text)
    else:
        # Of a last hour that comes twice, because clocks are put back at midnight, the second ends the day.
        at = datetime.combine(day, time.max, ZoneInfo(timezone)).replace(fold=1)
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise Misused(f"'{text[:40]}' is too far away") from None


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Misused(
            f"'{text[:40]}' is no date; write a day like 2026-01-31 or an instant like 2026-01-31T12:00Z"
        ) from None
    if at.tzinfo is None:
        raise Misused(f"'{text[:40]}' has no zone; write it like 2026-01-31T12:00Z or 2026-01-31T12:00+01:00")
    return at


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


def open_reader(rapport: Rapport, *, personal: bool, as_of: AsOf | None = None) -> Reader:
    """The published tables; what can't be read of them is published anew first.

    That is so for files that are harmed, and for one that somebody opened to write into: they keep theirs.
    """
    try:
        return rapport.open_reader(personal=personal, as_of=as_of)
    except (TablesBroken, TablesLocked):
        rapport.projector.unpublish()
        bring_up(rapport, None)
        return rapport.open_reader(personal=personal, as_of=as_of)


def open_allowed(rapport: Rapport, *, personal: bool, as_of: AsOf | None = None) -> tuple[Reader, bool]:
    """The published tables, and whether personal data are among them: if asked for, and if this user may read them."""
    if personal:
        try:
            reader = open_reader(rapport, personal=True)
            reader.query("SELECT 1 FROM personal.contact LIMIT 0")
        except RapportError:
            pass  # this user may not read it, and sees what is left
        else:
            if as_of is None:
                return reader, True
            reader.close()
            return open_reader(rapport, personal=True, as_of=as_of), True
    return open_reader(rapport, personal=False, as_of=as_of), False
