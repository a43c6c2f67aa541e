"""`rapport timeline`: everything that happened with a person."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from domain.shared.errors import InvalidInput, RapportError
from domain.shared.references import parse_reference
from infra.cli.app import app
from infra.cli.output import Format, FormatOption, show
from infra.cli.reading import Readers, WaitOption, reading
from infra.errors import Misused

_COLUMNS = (
    *("contact_id", "occurred_at", "time_precision", "position", "kind", "event_type", "actor", "agent"),
    *("about", "event_id", "subject_line", "body"),
)
_PERSON = """
    SELECT coalesce(i.person_id, c.contact_id)
    FROM (SELECT CAST($2 AS uuid) AS contact_id) AS c
    LEFT JOIN contact_identity AS i ON i.tenant = $1 AND i.contact_id = c.contact_id
"""
# The order of the timeline is (occurred_at, sequence NULLS LAST, event_id); this is it in a form that compares.
_PLACE = "(occurred_at, coalesce(sequence, 9223372036854775807), event_id)"
_EVENTS = """
    SELECT * FROM contact_timeline
    WHERE tenant = $1 AND contact_id = $2 AND {}
    ORDER BY occurred_at DESC, sequence DESC NULLS FIRST, event_id DESC
    LIMIT $3
"""
_BEFORE_TIME = "occurred_at < CAST($4 AS timestamptz)"
_BEFORE_EVENT = f"{_PLACE} < (CAST($4 AS timestamptz), CAST($5 AS bigint), CAST($6 AS uuid))"
_PLACE_OF = f"SELECT {_PLACE[1:-1]} FROM contact_timeline WHERE tenant = $1 AND contact_id = $2 AND event_id = $3"
_BY_ADDRESS = {
    "mail": "SELECT DISTINCT contact_id FROM personal.contact_email WHERE tenant = $1 AND email = $2",
    "phone": "SELECT DISTINCT contact_id FROM personal.contact_phone WHERE tenant = $1 AND phone = $2",
}
_NAME = "SELECT contact_id, name FROM personal.contact WHERE tenant = $1 AND contact_id IN ({})"
_BODIES = "SELECT event_id, body FROM personal.message WHERE tenant = $1 AND event_id IN ({})"
_SUBJECTS = "SELECT event_id, subject_line FROM personal.message WHERE tenant = $1 AND event_id IN ({})"


class Unknown(RapportError):
    """A contact of whom no event tells."""


@app.command("timeline")
def timeline(
    contact: Annotated[
        str, typer.Argument(help="a reference such as contact:hubspot:4711, an e-mail address, or an id")
    ],
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, help="how many events at most")] = 50,
    before: Annotated[
        str | None,
        typer.Option(
            "--before", metavar="TIME|EVENT", help="only what is older: a time, or an event's id", show_default=False
        ),
    ] = None,
    personal: Annotated[bool, typer.Option(help="show names and texts, if you may read them")] = True,
    wait: WaitOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show everything that happened with a person, the latest first: what, when, about what and by whom.

    A person is found by each of their outside keys; linked contacts are one person.
    """
    reference, mark = _reference(contact), _mark(before) if before is not None else None
    with reading(personal=personal, wait=wait) as found:
        person = _person(found, reference)
        rows = _events(found, person, limit, mark)
        if not rows and before is None:
            raise Unknown("nothing is known of this contact; check how it is written: contact:<source>:<key>")
        _add_texts(found, rows)
        name = found.look_up(_NAME, [person]).get(person)
        zone = ZoneInfo(found.rapport.settings.timezone)
    if form is not Format.TABLE:
        show(rows, form, _COLUMNS)
    else:
        _show_timeline(name or f"contact:id:{person}", rows, zone, full=len(rows) == limit)


def _reference(contact: str) -> str:
    """What was given as a reference; ids and addresses may stand alone."""
    text = contact.strip()
    if ":" not in text:
        text = f"contact:mail:{text}" if "@" in text else f"contact:id:{text}"
    try:
        return str(parse_reference(text, "contact"))
    except InvalidInput as error:
        raise Misused(error.reason) from None


def _person(found: Readers, reference: str) -> UUID:
    """The person whom a reference means: by itself, or because it is an address they have."""
    id_ = found.rapport.keys.identity_of(found.tenant).thing(reference)
    person = found.reader.query(_PERSON, [found.tenant, id_]).rows[0][0]
    if found.personal and not _is_known(found, person):
        parsed = parse_reference(reference)
        if parsed.source in _BY_ADDRESS:
            owners = found.reader.query(_BY_ADDRESS[parsed.source], [found.tenant, parsed.key]).rows
            if len(owners) > 1:
                ids = ", ".join(str(owner) for (owner,) in owners)
                raise Misused(f"{len(owners)} contacts have this address; ask for one of them: {ids}")
            if owners:
                person = owners[0][0]
    return UUID(str(person))


def _is_known(found: Readers, person: UUID) -> bool:
    return bool(
        found.reader.query("SELECT 1 FROM contact WHERE tenant = $1 AND contact_id = $2", [found.tenant, person]).rows
    )


def _events(found: Readers, person: UUID, limit: int, before: UUID | datetime | None) -> list[dict[str, Any]]:
    parameters: list[Any] = [found.tenant, person, limit]
    condition = "true"
    if isinstance(before, UUID):
        places = found.reader.query(_PLACE_OF, [found.tenant, person, before]).rows
        if not places:
            raise Misused("--before names an event that is not in this timeline")
        condition = _BEFORE_EVENT
        parameters += places[0]
    elif before is not None:
        condition = _BEFORE_TIME
        parameters.append(before)
    return found.reader.query(_EVENTS.format(condition), parameters).as_dicts()


def _mark(before: str) -> UUID | datetime:
    try:
        return UUID(before)
    except ValueError:
        pass
    try:
        time = datetime.fromisoformat(before)
    except ValueError:
        raise Misused("--before takes a time, such as 2026-03-01 or 2026-03-01T12:00:00Z, or an event's id") from None
    return time if time.tzinfo else time.replace(tzinfo=ZoneInfo("UTC"))


def _add_texts(found: Readers, rows: list[dict[str, Any]]) -> None:
    events = [row["event_id"] for row in rows]
    subjects, bodies = found.look_up(_SUBJECTS, events), found.look_up(_BODIES, events)
    for row in rows:
        row["subject_line"], row["body"] = subjects.get(row["event_id"]), bodies.get(row["event_id"])


def _show_timeline(name: str, rows: list[dict[str, Any]], zone: ZoneInfo, *, full: bool) -> None:
    shown = [
        {
            "when": _when(row, zone),
            "kind": row["kind"],
            "what": str(row["event_type"]).split(".")[2].replace("_", " "),
            "about": row["about"],
            "by": row["agent"] or row["actor"],
            "text": _first_line(row["subject_line"] or row["body"]),
        }
        for row in rows
    ]
    wanted = ("when", "kind", "what", "about", "by", "text")
    show(shown, Format.TABLE, [column for column in wanted if any(row[column] for row in shown)], name)
    if full:
        typer.echo(f"what is older: --before {rows[-1]['event_id']}")


def _when(row: dict[str, Any], zone: ZoneInfo) -> str:
    if row["time_precision"] == "unknown":
        return "?"
    local = row["occurred_at"].astimezone(zone)
    return f"{local:%Y-%m-%d}" if row["time_precision"] == "day" else f"{local:%Y-%m-%d %H:%M}"


def _first_line(text: str | None, width: int = 60) -> str:
    line = (text or "").strip().split("\n", 1)[0]
    return line if len(line) <= width else f"{line[: width - 1]}…"
