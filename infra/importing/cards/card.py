"""A card, parsed: who it is, and how they are reached."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from vobject.base import ContentLine, VObjectError, textLineToContentLine

from domain.shared.errors import InvalidInput
from infra.importing.cards.parts import Part

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_FIELDS = re.compile(r"((?:[^;\\]|\\.)*)(?:;|$)", re.DOTALL)
_OWN_LABEL = re.compile(r"_\$!<(.*)>!\$_")  # how Apple marks the labels that it has words for itself
_QUOTED_PRINTABLE = re.compile(r"[^:]*quoted-printable", re.IGNORECASE)
_NO_LABELS = {"pref", "internet", "voice", "text", "postal", "parcel", "dom", "intl", "msg", "x400"}
_NOT_PEOPLE = {"group": "it is a group and no person", "org": "it is an organisation and no person"}
_TIME = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T.*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Way:
    """A value with its label, such as work; the preferred one of several is `preferred`."""

    value: str
    label: str | None
    preferred: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address."""

    label: str
    parts: dict[str, str]


@dataclass(slots=True)
class Card:
    """What a card says. `revised` is when it was changed last, if it says so."""

    uid: str = ""
    name: str = ""
    job_title: str = ""
    revised: datetime | None = None
    emails: list[Way] = field(default_factory=list)
    phones: list[Way] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    profiles: list[tuple[str, str]] = field(default_factory=list)
    custom: dict[str, str] = field(default_factory=dict)


def parse(part: Part) -> Card:
    """The card. Raises InvalidInput if it can't be read, or is nobody's."""
    lines = list(_lines(part.texts()))
    kind = _text(_first(lines, "KIND") or _first(lines, "X-ADDRESSBOOKSERVER-KIND")).lower()
    if kind in _NOT_PEOPLE:
        raise InvalidInput(_NOT_PEOPLE[kind], "KIND")
    labels = {
        line.group: _OWN_LABEL.sub(r"\1", _text(line)) for line in lines if line.name == "X-ABLABEL" and line.group
    }
    organisation = "; ".join(_fields(_first(lines, "ORG")))
    birthday = _DAY.fullmatch(_text(_first(lines, "BDAY")))
    custom = {
        "organisation": organisation,
        "birthday": "-".join(birthday.groups()) if birthday else _text(_first(lines, "BDAY")),
        "note": "\n\n".join(filter(None, (_text(line) for line in lines if line.name == "NOTE"))),
    }
    return Card(
        uid=_text(_first(lines, "UID")),
        name=_name(lines, organisation),
        job_title=_text(_first(lines, "TITLE") or _first(lines, "ROLE")),
        revised=_time(_text(_first(lines, "REV"))),
        emails=[_way(line, labels) for line in lines if line.name == "EMAIL" and _text(line)],
        phones=[_way(line, labels) for line in lines if line.name == "TEL" and _text(line)],
        addresses=list(_addresses([line for line in lines if line.name == "ADR"], labels)),
        profiles=list(dict.fromkeys(filter(None, map(_profile, lines)))),
        custom={name: value for name, value in custom.items() if value},
    )


def _lines(texts: Sequence[str]) -> Iterator[ContentLine]:
    for text in texts:
        # The library knows this word in capitals only.
        match = _QUOTED_PRINTABLE.match(text)
        head = match[0].upper() if match else ""
        try:
            yield textLineToContentLine(head + text[len(head) :])
        except (VObjectError, ValueError, LookupError):
            raise InvalidInput(f"its {text[:4].partition(';')[0].partition(':')[0].upper()} can't be read") from None


def _first(lines: Sequence[ContentLine], name: str) -> ContentLine | None:
    return next((line for line in lines if line.name == name and str(line.value).strip()), None)


def _text(line: ContentLine | None) -> str:
    """A value as it is meant. Commas stay, escaped or not: few programs escape those they should."""
    return "" if line is None else _unescaped(str(line.value))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text).replace("\r\n", "\n").strip()


def _fields(line: ContentLine | None) -> list[str]:
    """The parts of a value that has several, those that are empty left out."""
    return [] if line is None else [one for one in _all_fields(line) if one]


def _all_fields(line: ContentLine) -> list[str]:
    return [_unescaped(found[1]) for found in _FIELDS.finditer(str(line.value))]


def _name(lines: Sequence[ContentLine], organisation: str) -> str:
    """Who it is; programs that know no name write an address in its place, which is none."""
    written = _text(_first(lines, "FN"))
    if written:
        return "" if any(line.name == "EMAIL" and _text(line) == written for line in lines) else written
    line = _first(lines, "N")
    family, given, middle, prefix, suffix = ([*_all_fields(line), "", "", "", "", ""] if line else [""] * 5)[:5]
    return (
        " ".join(filter(None, (prefix, given, middle, family, suffix)))
        or _text(_first(lines, "NICKNAME"))
        or organisation
    )


def _types(line: ContentLine) -> list[str]:
    """What a value is for, in small letters: parameters without a name are types, in cards of 2.1."""
    named = [one for value in line.params.get("TYPE", []) for one in str(value).split(",")]
    return [str(one).strip().lower() for one in (*named, *line.singletonparams) if one]


def _way(line: ContentLine, labels: dict[str, str]) -> Way:
    types = _types(line)
    label = labels.get(line.group or "") or " ".join(one for one in types if one not in _NO_LABELS)
    return Way(_text(line), label or None, "pref" in types or "1" in line.params.get("PREF", []))


def _addresses(lines: Sequence[ContentLine], labels: dict[str, str]) -> Iterator[Address]:
    taken: set[str] = set()
    for line in lines:
        box, more, street, city, region, code, country = [*_all_fields(line), "", "", "", "", "", "", ""][:7]
        parts = {
            "street": "\n".join(filter(None, (box, more, street))),
            "city": city,
            "region": region,
            "postal_code": code,
            "country": country,
        }
        said = {name: value for name, value in parts.items() if value}
        if not said:
            continue
        label = _way(line, labels).label or "main"
        nth = next(n for n in range(1, len(lines) + 2) if _numbered(label, n) not in taken)
        taken.add(_numbered(label, nth))
        yield Address(_numbered(label, nth), said)


def _numbered(label: str, nth: int) -> str:
    return label if nth == 1 else f"{label} {nth}"


def _profile(line: ContentLine) -> tuple[str, str] | None:
    text = _text(line)
    if not text:
        return None
    if line.name == "URL":
        return "web", text
    if line.name == "IMPP":
        scheme, colon, rest = text.partition(":")
        return (scheme.lower(), rest) if colon and scheme and rest else None
    if line.name == "X-SOCIALPROFILE":
        return next((one for one in _types(line) if one not in _NO_LABELS), "web"), text
    return None


def _time(text: str) -> datetime | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    try:
        time = datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:{second}{zone or 'Z'}")
        return time.astimezone(UTC) if time.year > 1970 else None  # earlier ones are stand-ins
    except (ValueError, OverflowError):
        return None
