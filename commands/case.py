"""What a command is decided on: the history of its thing around the command's time, and what else the log says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from commands.command import SOURCE, Command
from commands.log import Streams
from domain.catalog import BY_MODEL
from domain.shared.envelope import Envelope, TimePrecision
from domain.shared.errors import CommandRefused
from domain.shared.event import Event


class LaterFactsContradict(CommandRefused):
    """A command about the past that what happened later does not allow."""


@dataclass(frozen=True, slots=True)
class Request:
    """The circumstances of a command: whose log, who asks, when it happened (aware), and the id of the request."""

    tenant: str
    actor: str
    id: str
    time: datetime
    time_precision: TimePrecision = TimePrecision.INSTANT


@dataclass(frozen=True, slots=True)
class Case:
    """A command's thing with its events before and after the command's time, both in the models' order."""

    subject: str
    request: Request
    cause: str
    past: Sequence[Envelope]
    later: Sequence[Envelope]
    streams: Streams

    def history(self, reference: str) -> Sequence[Envelope]:
        """All events of another thing, in the models' order."""
        return self.streams.history(self.request.tenant, reference).events

    def id_of(self, reference: str) -> UUID:
        """The id of a thing: two references that name the same thing give the same."""
        return self.streams.id_of(self.request.tenant, reference)

    def envelopes(self, facts: Sequence[Event]) -> list[Envelope]:
        """The facts as the events that would be appended.

        They follow the events of the same time that have a sequence, and each other, by their own sequence.
        """
        tied = [e.sequence for e in self.past if e.time == self.request.time and e.sequence is not None]
        first = max(tied, default=0) + 1
        return [self._envelope(fact, nth, first + nth - 1) for nth, fact in enumerate(facts, start=1)]

    def refuse_if_later_contradicts(
        self, facts: Sequence[Event], contradictions: Callable[[Sequence[Envelope]], Sequence[object]]
    ) -> None:
        """Refuse facts that would turn later ones, which stand in the log already, into contradictions."""
        if not self.later:
            return
        before = contradictions([*self.past, *self.later])
        after = contradictions([*self.past, *self.envelopes(facts), *self.later])
        if len(after) > len(before):
            last = self.later[-1].time
            raise LaterFactsContradict(
                f"what happened later, up to {last:%Y-%m-%dT%H:%M:%SZ}, contradicts it; give a later time"
            )

    def _envelope(self, fact: Event, nth: int, sequence: int) -> Envelope:
        return Envelope(
            tenant=self.request.tenant,
            id=event_id(self.request.id, nth),
            source=SOURCE,
            type=BY_MODEL[type(fact)].name,
            subject=self.subject,
            time=self.request.time,
            data=fact,
            time_precision=self.request.time_precision,
            actor=self.request.actor,
            sequence=sequence,
            correlationid=self.request.id,
            causationid=self.cause,
        )


@dataclass(frozen=True, slots=True)
class Handler:
    """A class of commands and what decides them: the facts that follow, or CommandRefused."""

    command: type[Command]
    decide: Callable[[Any, Case], Sequence[Event]]


def event_id(command_id: str, nth: int) -> str:
    """The id of the nth event, from 1, that a command leads to; so a repeat of the command finds them."""
    return f"{command_id}:{nth}"


def is_before(envelope: Envelope, time: datetime) -> bool:
    """Whether an event stands before a command's events of that time in the models' order.

    A command's events have a sequence behind every other of their time, and what has none stands behind those.
    """
    return envelope.time < time or (envelope.time == time and envelope.sequence is not None)
