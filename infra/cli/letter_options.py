"""What the commands on dead letters share: which letters are meant, and their ids."""

import re
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from infra.bootstrap import Rapport
from infra.errors import Misused
from infra.log.letter_filter import LetterFilter
from infra.log.rows import WholeDeadLetter

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]…", help="as `list` prints them")]
All = Annotated[bool, typer.Option("--all", help="all that are open")]
Reason = Annotated[
    str | None, typer.Option("--refused-for", "--reason", metavar="TEXT", help="only those with this in their reason")
]
RefusedFor = Annotated[
    str | None, typer.Option("--refused-for", metavar="TEXT", help="only those with this in their reason")
]
Field = Annotated[str | None, typer.Option("--field", help="only those that this field made unusable")]
Source = Annotated[str | None, typer.Option("--source", help="only those of this source")]
Origin = Annotated[str | None, typer.Option("--origin", help="only those that came this way: a topic, ingest, import")]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help="only those that came since then: 90m, 24h, 7d, 2026-01-31"),
]

_AGO = re.compile(r"(\d{1,6})([mhd])", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def chosen_by(
    rapport: Rapport,
    *,
    reason: str | None,
    field: str | None,
    source: str | None,
    origin: str | None,
    since: str | None,
) -> LetterFilter:
    """The filter that the options make. Raises Misused for a time that can't be read."""
    return LetterFilter(reason, field, source, origin, None if since is None else _time(since, rapport))


def ids_of(letters: list[str] | None) -> list[UUID]:
    """The ids as they were typed, each once. Raises Misused."""
    return list(dict.fromkeys(id_of(text) for text in letters or []))


def id_of(text: str) -> UUID:
    """One id. Raises Misused."""
    try:
        return UUID(text)
    except ValueError:
        raise Misused("the id of a dead letter is a UUID, as `rapport dead-letters list` prints it") from None


def find(rapport: Rapport, letter: UUID) -> WholeDeadLetter:
    """The dead letter with its bytes. Raises Misused if there is none."""
    whole = rapport.log.dead_letter(rapport.settings.tenant, letter)
    if whole is None:
        raise Misused(f"there is no dead letter {letter}; `rapport dead-letters list` shows them")
    return whole


def letters_meant(rapport: Rapport, ids: list[UUID], *, all_: bool, chosen: LetterFilter) -> list[UUID]:
    """The letters that a command is to work on: those named, or all open ones that match.

    Raises Misused unless it was said in exactly one way, and for an id that is none.
    """
    filtered = chosen != LetterFilter()
    if (bool(ids), all_ or filtered) not in {(True, False), (False, True)}:
        raise Misused("say which: ids as `rapport dead-letters list` prints them, a filter such as --field, or --all")
    for letter in ids:
        find(rapport, letter)
    return ids or rapport.log.open_dead_letters(rapport.settings.tenant, chosen)


def _time(text: str, rapport: Rapport) -> datetime:
    if ago := _AGO.fullmatch(text):
        return rapport.now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise Misused("--since can't be read; write it like 90m, 24h, 7d, 2026-01-31 or 2026-01-31T09:30Z") from None
    return time if time.tzinfo else time.replace(tzinfo=ZoneInfo(rapport.settings.timezone))
