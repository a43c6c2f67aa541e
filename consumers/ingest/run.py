"""Reads messages in batches and hands each batch to the log, whole or not at all.

A message that can't be used becomes a dead letter and the line goes on. Reading the same messages again changes
nothing: events are repeats then, and dead letters are the ones that lie there already.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from consumers.ingest.edge import Edge, source_of
from consumers.ingest.messages import DeadLetter, Incoming, TakesMessages
from domain.shared.errors import InvalidInput

BATCH = 2_000
BATCH_BYTES = 8 * 1024 * 1024
MAX_REASONS = 1_000


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came: its bytes, where it stood, and what its reader found wrong with it already.

    `source` is whose it is, where its reader knows that and the bytes don't tell.
    """

    place: str
    raw: bytes
    fault: InvalidInput | None = None
    source: str | None = None


@dataclass(slots=True)
class Summary:
    """What became of all messages so far. `first` and `last` are the positions the log gave.

    `importid` is by what all of them can be taken back.
    """

    read: int = 0
    taken: int = 0
    repeats: int = 0
    alerts: int = 0
    refused: int = 0
    dead: int = 0  # dead letters that were new; the others lay there from an earlier run
    reasons: Counter[str] = field(default_factory=Counter)
    first: int | None = None
    last: int | None = None
    stopped: bool = False
    importid: str | None = None

    @property
    def all_taken(self) -> bool:
        """Whether no message is among the dead letters."""
        return not (self.refused or self.alerts)


def _never() -> bool:
    return False


def _nothing(_: Summary) -> None:
    return


class Ingest:
    """One run: `log` takes what `edge` reads. `origin` says how the messages came, such as `ingest`.

    `stop` is asked after every batch; `progress` is told the summary after every batch.
    """

    def __init__(
        self,
        edge: Edge,
        log: TakesMessages,
        origin: str,
        *,
        stop: Callable[[], bool] = _never,
        progress: Callable[[Summary], None] = _nothing,
    ) -> None:
        self._edge = edge
        self._log = log
        self._origin = origin
        self._stop = stop
        self._progress = progress
        self._equal: Counter[bytes] = Counter()
        self._incoming: list[Incoming] = []
        self._dead: list[DeadLetter] = []
        self._bytes = 0
        self.summary = Summary(importid=edge.importid)

    def run(self, messages: Iterable[Message | None]) -> Summary:
        """Take all messages; None among them says that nothing comes at the moment, so that nothing waits in a batch.

        Raises RapportError when the log can't be written; the batches before stay taken.
        """
        for message in messages:
            if message is not None:
                self._read(message)
            if message is None or self._is_full():
                self._flush()
                if self._stop():
                    self.summary.stopped = True
                    return self.summary
        self._flush()
        self.summary.stopped = self._stop()
        return self.summary

    def _read(self, message: Message) -> None:
        self.summary.read += 1
        self._bytes += len(message.raw)
        if message.fault is not None:
            self._refuse(message, message.fault)
            return
        try:
            envelope = self._edge.read(message.raw)
        except InvalidInput as error:
            self._refuse(message, error)
        else:
            self._incoming.append(Incoming(envelope, self._origin, message.place, message.raw))

    def _refuse(self, message: Message, error: InvalidInput) -> None:
        key = sha256(message.raw).digest()[:16]
        nth = self._equal[key]
        self._equal[key] += 1
        source = message.source or source_of(message.raw)
        self._dead.append(
            DeadLetter(
                self._edge.tenant, self._origin, message.place, source, error.reason, error.field, message.raw, nth
            )
        )
        self.summary.refused += 1
        self._count(error.reason)

    def _is_full(self) -> bool:
        return len(self._incoming) + len(self._dead) >= BATCH or self._bytes >= BATCH_BYTES

    def _flush(self) -> None:
        if not (self._incoming or self._dead):
            return
        taken = self._log.take(self._incoming, self._dead)
        summary = self.summary
        summary.repeats += taken.repeats
        summary.alerts += len(taken.alerts)
        summary.dead += taken.dead
        for alert in taken.alerts:
            self._count(alert.reason)
        positions = [position for position in taken.positions if position is not None]
        if positions:
            summary.taken += len(positions)
            summary.first = summary.first or min(positions)
            summary.last = max(positions)
        self._incoming, self._dead, self._bytes = [], [], 0
        self._progress(summary)

    def _count(self, reason: str) -> None:
        known = reason in self.summary.reasons or len(self.summary.reasons) < MAX_REASONS
        self.summary.reasons[reason if known else "other reasons"] += 1
