"""The words of the decider tests: what has happened, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.catalog import BY_MODEL
from domain.shared.envelope import Envelope, TimePrecision
from domain.shared.errors import CommandRefused
from domain.shared.event import Event

MONDAY = datetime(2025, 3, 3, 9, tzinfo=UTC)


def at(minute: int) -> datetime:
    """The time of the nth event, from 0, of `happened`."""
    return MONDAY + timedelta(minutes=minute)


def happened(subject: str, *facts: Event, precision: TimePrecision = TimePrecision.INSTANT) -> list[Envelope]:
    """The facts as events of one thing, a minute apart."""
    return [
        Envelope(
            tenant="main",
            id=str(nth),
            source="crm",
            type=BY_MODEL[type(fact)].name,
            subject=subject,
            time=at(nth),
            data=fact,
            time_precision=precision,
        )
        for nth, fact in enumerate(facts)
    ]


def refused(because: str) -> pytest.RaisesExc[CommandRefused]:
    """The command is refused with a sentence that says so, or matches so."""
    return pytest.raises(CommandRefused, match=because)
