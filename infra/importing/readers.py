"""What reads files that are no tables and no mailboxes: calendars and cards, known by their endings."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from consumers.ingest.run import Message
from infra.importing.errors import ImportMisused
from infra.importing.keys import Digest
from infra.importing.mailbox.own import Own
from infra.importing.pieces import names_in, pieces

CALENDARS = (".ics", ".ical", ".icalendar")
CARDS = (".vcf", ".vcard")
_LOOKED_AT = 10_000  # names of a folder or an archive, to see what it is one of


@dataclass(frozen=True, slots=True)
class How:
    """How to read: the source, who is us, what `--set` gives, and what is known without being said.

    `zone` is where a time without a zone stands; `told` gives what caused the event of an id that the log holds.
    """

    source: str
    own: Own
    values: Mapping[str, str]
    zone: str
    digest: Digest
    told: Callable[[str], str | None]


Reader = Callable[[Sequence[Path], How], Iterator[Message]]


def reader_of(paths: Sequence[Path]) -> Reader | None:
    """What reads all of the paths; None if they are neither calendars nor cards. Raises ImportMisused for a mixture."""
    kinds = {kind for path in paths for kind in _kinds(path)}
    if len(kinds) > 1:
        raise ImportMisused("calendars and cards stand side by side there; import them one after the other")
    return next(iter(kinds), None)


def _kinds(path: Path) -> set[Reader]:
    names = [name.lower().removesuffix(".gz") for name in islice(names_in(path), _LOOKED_AT)]
    kinds: list[tuple[tuple[str, ...], Reader]] = [(CALENDARS, _calendars), (CARDS, _cards)]
    return {reader for endings, reader in kinds if any(name.endswith(endings) for name in names)}


def _calendars(paths: Sequence[Path], how: How) -> Iterator[Message]:
    from infra.importing.calendars.messages import CalendarMessages  # noqa: PLC0415 - only who reads them pays for it
    from infra.importing.calendars.writing import Writer  # noqa: PLC0415

    _refuse_unknown(how, ("from", "to", "zone"))
    writer = Writer(how.source, _zone(how), how.own, how.digest, how.told)
    reading = CalendarMessages(writer, _day(how, "from"), _day(how, "to"))
    return reading.messages(pieces(paths, CALENDARS))


def _cards(paths: Sequence[Path], how: How) -> Iterator[Message]:
    from infra.importing.cards.messages import CardMessages  # noqa: PLC0415 - only who reads them pays for it
    from infra.importing.cards.writing import Writer  # noqa: PLC0415

    _refuse_unknown(how, ())
    return CardMessages(Writer(how.source, how.digest)).messages(pieces(paths, CARDS))


def _refuse_unknown(how: How, known: Sequence[str]) -> None:
    unknown = [name for name in how.values if name not in {"source", *known}]
    if unknown:
        names = f"; there are {', '.join(known)}" if known else "; cards have none"
        raise ImportMisused(f"--set {unknown[0]} means nothing here{names}")


def _day(how: How, name: str) -> date | None:
    text = how.values.get(name)
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise ImportMisused(f"--set {name}= takes a day, such as 2026-01-31") from None


def _zone(how: How) -> ZoneInfo:
    try:
        return ZoneInfo(how.values.get("zone", how.zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ImportMisused("--set zone= takes a time zone, such as Europe/Berlin") from None
