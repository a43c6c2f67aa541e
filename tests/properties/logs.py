"""What a real log makes of a random history."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from consumers.ingest.messages import Incoming
from domain.catalog import VOID
from domain.shared.envelope import Envelope
from domain.shared.errors import CommandRefused
from infra.log.rows import LogRow, as_time
from infra.log.sqlite import SqliteLog, open_sqlite_log
from infra.log.state import decode
from infra.log.voiding import Selected
from tests.properties.histories import BEGIN, IDENTITY, Correction, Delivery, History
from tests.properties.history import Recorded, that_stand
from tests.properties.sealing import keyring

TAKEN_AT_ONCE = 7  # so that repeats come within a batch of the log, and across batches
UNDONE, REPLACED, AGAIN = "a void undone", "a replaced void not undone", "an event taken again"


@dataclass(frozen=True)
class Logged:
    """What the log made of a history: its rows, the events in them that stand, and what it counted.

    `corrected` says what became of its corrections, as far as they changed anything or were refused for a reason;
    `recorded` are all events, those that do not stand too.
    """

    rows: Sequence[LogRow]
    events: Sequence[Recorded]
    taken: int
    repeats: int
    alerts: int
    corrected: Sequence[str]
    recorded: Sequence[Recorded]


def logged(history: History) -> Logged:
    """Deliver a history to a real log on SQLite: repeats are counted, alerts become dead letters."""
    with open_log(history) as (_, made):
        return made


@contextmanager
def open_log(history: History) -> Iterator[tuple[SqliteLog, Logged]]:
    """The same, with the log still open."""
    with TemporaryDirectory() as folder:
        log = open_sqlite_log(Path(folder) / "log.sqlite", lambda _: IDENTITY, keyring().sealing)
        try:
            yield log, _Telling(history, log).made()
        finally:
            log.close()


class _Telling:
    """A history on its way into a log."""

    def __init__(self, history: History, log: SqliteLog) -> None:
        self._history = history
        self._log = log
        self._said: dict[int, Envelope] = {}
        self._voids: list[tuple[str, UUID]] = []
        self._corrected: list[str] = []

    def made(self) -> Logged:
        """Tell all of it."""
        deliveries = self._history.deliveries
        taken = repeats = alerts = 0
        for begin in range(0, len(deliveries), TAKEN_AT_ONCE):
            batch = deliveries[begin : begin + TAKEN_AT_ONCE]
            positions, again, refused = self._take(batch, begin)
            taken, repeats, alerts = taken + positions, repeats + again, alerts + refused
            for one in self._history.corrections:
                if begin < one.after <= begin + TAKEN_AT_ONCE:
                    self._correct(one, deliveries[: begin + len(batch)])
        rows = self._log.read(0, self._log.head(), 10_000)
        recorded = [self._recorded(row) for row in rows]
        return Logged(rows, that_stand(recorded), taken, repeats, alerts, self._corrected, recorded)

    def _take(self, batch: Sequence[Delivery], begin: int, **how: Any) -> tuple[int, int, int]:
        incoming = [
            Incoming(d.envelope, "test", str(begin + n), repr(d.envelope).encode()) for n, d in enumerate(batch)
        ]
        done = self._log.take(incoming, **how)
        new = {p: d.envelope for p, d in zip(done.positions, batch, strict=True) if p is not None}
        self._said |= new
        return len(new), done.repeats, len(done.alerts)

    def _correct(self, one: Correction, before: Sequence[Delivery]) -> None:
        named = before[one.nth % len(before)]
        with suppress(CommandRefused):
            if one.what == "undo":
                self._undo(one)
            elif one.what == "again":
                self._corrected += [AGAIN] * self._take([named], 0, again=True)[0]
            else:
                tenant, wanted = named.envelope.tenant, _selected(one.what, named.envelope)
                done = self._log.void(tenant, wanted, "a mistake", "Kim Park", BEGIN)
                self._voids.append((tenant, done.void))
                self._corrected.append(f"a void of one {one.what}")

    def _undo(self, one: Correction) -> None:
        if self._voids:
            tenant, void = self._voids[one.nth % len(self._voids)]
            try:
                self._log.undo_void(tenant, void, "no mistake", "Lee", BEGIN)
            except CommandRefused as refused:
                self._corrected += [REPLACED] * ("taken in again" in str(refused))
            else:
                self._corrected.append(UNDONE)

    def _recorded(self, row: LogRow) -> Recorded:
        is_void = row.topic.split(".")[1] == VOID
        envelope = decode(row.topic, row.state, row.tenant) if is_void else self._said[row.position]
        return Recorded(
            row.position,
            as_time(row.recorded_at),
            IDENTITY.event(envelope.source, envelope.id),
            IDENTITY.thing(envelope.subject),
            envelope,
            IDENTITY,
            self._history.timezone,
        )


def _selected(what: str, envelope: Envelope) -> Selected:
    names: dict[str, Callable[[], Selected]] = {
        "event": lambda: Selected("event", str(IDENTITY.event(envelope.source, envelope.id))),
        "import": lambda: Selected("import", str(envelope.importid)),
        "correlation": lambda: Selected("correlation", str(envelope.correlationid)),
    }
    return names[what]()
