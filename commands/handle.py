"""How a command is carried out: read, decide, append if nobody else did, and once only for each command id.

A repeat is seen by the id of the events a command leads to, `<command id>:<n>`, before anything is decided. That it is
the same command, and not another under the same id, is seen by what caused them: `<command>:<digest of its fields>`.
The digest is taken under the tenant's secret, so that it tells nothing about personal fields.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from commands.case import Case, LaterFactsContradict, Request, event_id, is_before
from commands.command import SOURCE, Command
from commands.log import History, Streams
from commands.registry import COMMANDS, NAMES
from domain.shared.envelope import Envelope
from domain.shared.errors import CommandRefused, Conflict, InvalidInput
from domain.shared.event import Event

ATTEMPTS = 5
_ID = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True, slots=True)
class Done:
    """What a command led to. Of a repeat, only where its events stand: `events` is empty, `repeated` true."""

    subject: str
    events: Sequence[Envelope]
    positions: Sequence[int]
    repeated: bool = False


def handle(command: Command, request: Request, streams: Streams, *, dry_run: bool = False) -> Done:
    """Carry out a command that the registry knows. With `dry_run` it is decided and nothing is appended.

    Raises CommandRefused when the command is not allowed, Conflict when others kept changing the same thing, and
    InvalidInput for a command id that can't be used.
    """
    if not _ID.fullmatch(request.id):
        raise InvalidInput("a command's id is 1 to 200 letters, digits and signs, without blanks", "id")
    subject = command.subject(request.id)
    name = NAMES[type(command)]
    cause = _cause(name, command, request, streams)
    for _ in range(ATTEMPTS):
        # In this order: what a repeat of this request appends after the reading, the append itself will meet.
        case, history = _case(subject, cause, command, request, streams)
        done = _repeated(subject, cause, request, streams)
        if done:
            return done
        events = case.envelopes(_decided(name, command, case))
        if dry_run:
            return Done(subject, events, ())
        try:
            return Done(subject, events, streams.append(events, history.version))
        except Conflict:
            continue
        except InvalidInput:
            # The same request came twice at once, and the other was decided on a later state.
            done = _repeated(subject, cause, request, streams)
            if done is None:
                raise
            return done
    raise Conflict(f"others changed the same {command.about} {ATTEMPTS} times in between; nothing was done, try again")


def _decided(name: str, command: Command, case: Case) -> Sequence[Event]:
    try:
        return COMMANDS[name].decide(command, case)
    except CommandRefused as refusal:
        if not case.later or isinstance(refusal, LaterFactsContradict):
            raise
        # Whoever asks about the past knows what came later, and may wonder.
        raise CommandRefused(f"{refusal}; that is how it stood at {case.request.time:%Y-%m-%dT%H:%M:%SZ}") from None


def _cause(name: str, command: Command, request: Request, streams: Streams) -> str:
    body = json.dumps(command.model_dump(mode="json"), sort_keys=True, ensure_ascii=False).encode()
    return f"{name}:{streams.digest(request.tenant, body)}"


def _repeated(subject: str, cause: str, request: Request, streams: Streams) -> Done | None:
    positions: list[int] = []
    while found := streams.find(request.tenant, SOURCE, event_id(request.id, len(positions) + 1)):
        if found.causationid != cause:
            raise CommandRefused("this --id was used for another command; give each command an id of its own")
        positions.append(found.position)
    return Done(subject, (), positions, repeated=True) if positions else None


def _case(subject: str, cause: str, command: Command, request: Request, streams: Streams) -> tuple[Case, History]:
    # An activity is a stream of its own that begins with this command: there is nothing to read.
    history = History((), 0) if command.about == "activity" else streams.history(request.tenant, subject)
    past = [e for e in history.events if is_before(e, request.time)]
    later = [e for e in history.events if not is_before(e, request.time)]
    return Case(subject, request, cause, past, later, streams), history
