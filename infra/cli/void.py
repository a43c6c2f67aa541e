"""`rapport void`: take back an event, an import, or all with one correlation id; and undo that."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer

from domain.catalog import BY_NAME, Stream
from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import FAILED, app
from infra.cli.output import Format, FormatOption, as_json, show
from infra.cli.reason import checked_reason
from infra.errors import Misused
from infra.log.rows import Found
from infra.log.voiding import Selected
from infra.log.voids import Voided

_FIRST = 3
_COLUMNS = ("position", "type", "time", "subject")


@app.command("void")
def void(
    *,
    event: Annotated[
        tuple[str, str] | None,
        typer.Option("--event", metavar="SOURCE ID", help="the event that this source called so", show_default=False),
    ] = None,
    event_id: Annotated[
        str | None, typer.Option("--event-id", metavar="UUID", help="the event that tables show with this event_id")
    ] = None,
    import_: Annotated[
        str | None,
        typer.Option("--import", metavar="ID", help="all that a run of import or ingest took; it printed the id"),
    ] = None,
    correlation: Annotated[
        str | None, typer.Option("--correlation", metavar="ID", help="all events with this correlation id")
    ] = None,
    undo: Annotated[
        str | None,
        typer.Option("--undo", metavar="VOID", help="bring back what this void took back; see the table void"),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="why; it stands in the open, and for good")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be taken back")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask first")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Take events back: tables and commands stand as though they had not happened, and the log shows both.

    Nothing is deleted. Taking the same in again changes nothing, unless `rapport import` or `ingest` is told --again.
    """
    if sum(given is not None for given in (event, event_id, import_, correlation, undo)) != 1:
        raise Misused("say what to take back with one of --event, --event-id, --import, --correlation and --undo")
    if reason is None and not dry_run:
        raise Misused("give the --reason: it stands in the log beside what it takes back")
    why = checked_reason(reason, "it is taken back") if reason is not None else ""
    with open_rapport() as rapport:
        work = _Undo(rapport, _uuid("--undo", undo)) if undo is not None else None
        doing = work or _Void(rapport, _selected(rapport, event, event_id, import_, correlation))
        found = doing.would()
        if dry_run:
            _show(doing.would_have, found, None, form)
            return
        if not yes:
            _ask(doing, found)
        done = doing.do(why)
        _show(doing.did, done.events, done, form)


@dataclass(frozen=True, slots=True)
class _Void:
    rapport: Rapport
    wanted: Selected
    would_have = "would be taken back"
    did = "taken back"

    def would(self) -> Sequence[Found]:
        return self.rapport.log.to_void(self.rapport.settings.tenant, self.wanted)

    def do(self, why: str) -> Voided:
        settings = self.rapport.settings
        return self.rapport.log.void(settings.tenant, self.wanted, why, settings.actor, self.rapport.now())


@dataclass(frozen=True, slots=True)
class _Undo:
    rapport: Rapport
    void: UUID
    would_have = "would stand again"
    did = "stand again"

    def would(self) -> Sequence[Found]:
        return self.rapport.log.to_undo(self.rapport.settings.tenant, self.void)

    def do(self, why: str) -> Voided:
        settings = self.rapport.settings
        return self.rapport.log.undo_void(settings.tenant, self.void, why, settings.actor, self.rapport.now())


def _selected(
    rapport: Rapport,
    event: tuple[str, str] | None,
    event_id: str | None,
    import_: str | None,
    correlation: str | None,
) -> Selected:
    if event is not None:
        return Selected("event", str(rapport.log.event_id(rapport.settings.tenant, *event)))
    if event_id is not None:
        return Selected("event", str(_uuid("--event-id", event_id)))
    return Selected("import", import_) if import_ is not None else Selected("correlation", correlation or "")


def _uuid(option: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Misused(f"{option} is no UUID, such as 0b0e4f3c-9d5a-4f0e-8a55-3c1d2e4f5a6b") from None


def _ask(doing: _Void | _Undo, found: Sequence[Found]) -> None:
    if not sys.stdin.isatty():
        raise Misused(f"{_counted(found)} {doing.would_have}; say --yes if nobody is there to be asked")
    _show(doing.would_have, found, None, Format.TABLE)
    if not typer.confirm("Go on?"):
        raise typer.Exit(FAILED)


def _show(did: str, found: Sequence[Found], done: Voided | None, form: Format) -> None:
    types = [{"type": name, "events": n} for name, n in sorted(Counter(one.topic for one in found).items())]
    first = [_shown(one) for one in found[:_FIRST]]
    if form is Format.JSON:
        known = {"void": done.void, "position": done.position} if done else {"void": None, "position": None}
        counts = {"dry_run": done is None, "events": len(found), "things": _things(found)}
        typer.echo(as_json({**known, **counts, "types": types, "first_events": first}))
        return
    show(types, form, ("type", "events"))
    if form is Format.TABLE:
        show(first, form, _COLUMNS, "The first of them")
        typer.echo(f"{_counted(found)} {did}" + (f" (position {done.position:,})" if done else ""))
    if form is Format.TABLE and done and did == _Void.did:
        typer.echo(f"undo it with `rapport void --undo {done.void} --reason …`")


def _counted(found: Sequence[Found]) -> str:
    events = f"{len(found):,} event{'s' * (len(found) != 1)}"
    things = _things(found)
    return f"{events} of {things:,} thing{'s' * (things != 1)}" if things else events


def _things(found: Sequence[Found]) -> int:
    """How many things with a life they are about."""
    return len({one.stream_id for one in found if BY_NAME[one.topic][0].stream is Stream.THING})


def _shown(one: Found) -> dict[str, Any]:
    """An event as it stands in the open: what is personal in it stays sealed."""
    state = msgspec.json.decode(one.state)
    return {"position": one.position, "type": one.topic, "time": state["time"], "subject": state["subject"]}
