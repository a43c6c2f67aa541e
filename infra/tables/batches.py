"""The log in batches as DuckDB takes them: Arrow tables, each made once for all sets of tables that ask for it."""

from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import accumulate, pairwise
from threading import Lock
from typing import Any

import pyarrow as pa

from infra.log.rows import LogRow

_Wanted = tuple[int, int, int]  # behind which position, up to which, how many at most
ReadLog = Callable[[int, int, int], Sequence[LogRow]]
_LARGE = 100_000  # events, from which on reading takes long enough to be done ahead
_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("position", pa.int64()),
    pa.field("tenant", pa.string()),
    pa.field("recorded_at", pa.timestamp("us", tz="UTC")),
    pa.field("topic", pa.string()),
    pa.field("state", pa.string()),
]
_INCOMING = pa.schema(_FIELDS)
# What is personal in each of the states of some tenants; see infra.log.sealing.Sealing.
Unseal = Callable[[Sequence[str], Sequence[memoryview]], Sequence[bytes | None]]


class Batches:
    """Reads a log, and remembers the last batch: sets of tables that go in step read and convert it once.

    While they work on a large batch, the next one is read; two large ones are in memory then.
    """

    def __init__(self, read: ReadLog, unseal: Unseal) -> None:
        self._read = read
        self._unseal = unseal
        self._lock = Lock()
        self._last: tuple[_Wanted, pa.Table] | None = None
        self._next: tuple[_Wanted, Future[pa.Table]] | None = None
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="log")

    def __call__(self, after: int, upto: int, limit: int) -> pa.Table:
        """The events behind `after` up to `upto`, `limit` at most."""
        wanted = (after, upto, limit)
        with self._lock:
            if self._last is None or self._last[0] != wanted:
                self._last = None  # let go before the next is made
                self._last = (wanted, self._take(wanted))
            return self._last[1]

    def with_personal(self, after: int, upto: int, limit: int) -> pa.Table:
        """The same events with a column of what is personal in them, as JSON. Who does without never pays for it."""
        batch = self(after, upto, limit)
        tenants: list[Any] = batch["tenant"].to_pylist()
        personal = self.opened(tenants, batch["state"])
        return batch.append_column(pa.field("personal", pa.string()), personal)

    def opened(self, tenants: Sequence[str], states: "pa.ChunkedArray[Any]") -> "pa.Array[Any]":
        """What is personal in some states, as JSON."""
        return opened(self._unseal, tenants, states)

    def close(self) -> None:
        """Wait for what is being read ahead: a log must not be closed under its reader."""
        self._ahead.shutdown(cancel_futures=True)

    def _take(self, wanted: _Wanted) -> pa.Table:
        read_ahead, self._next = self._next, None
        batch = read_ahead[1].result() if read_ahead and read_ahead[0] == wanted else self._fetch(wanted)
        _, upto, limit = wanted
        if limit >= _LARGE and batch.num_rows == limit:
            following = (batch["position"][-1].as_py(), upto, limit)
            self._next = (following, self._ahead.submit(self._fetch, following))
        return batch

    def _fetch(self, wanted: _Wanted) -> pa.Table:
        return arrow_of(self._read(*wanted))


def opened(unseal: Unseal, tenants: Sequence[str], states: "pa.ChunkedArray[Any]") -> "pa.Array[Any]":
    """What is personal in some states, as JSON."""
    return pa.array(unseal(tenants, _parted(states)), pa.binary()).cast(pa.string())


def arrow_of(rows: Sequence[LogRow]) -> pa.Table:
    """Events of the log as DuckDB takes them."""
    position, tenant, _, topic, state, recorded_at = zip(*rows, strict=True) if rows else ((),) * 6
    return pa.table(
        {
            "position": position,
            "tenant": tenant,
            "recorded_at": recorded_at,
            "topic": topic,
            "state": _joined(state),
        },
        schema=_INCOMING,
    )


def _parted(texts: "pa.ChunkedArray[Any]") -> list[memoryview]:
    """The bytes of each text where they lie: a view costs a tenth of a copy as str."""
    views: list[memoryview] = []
    for chunk in texts.chunks:
        _, begins, content = chunk.buffers()
        if begins is None or content is None or not len(chunk):
            continue
        edges = memoryview(begins).cast("i")[chunk.offset : chunk.offset + len(chunk) + 1].tolist()
        whole = memoryview(content)
        views += [whole[begin:end] for begin, end in pairwise(edges)]
    return views


def _joined(states: Sequence[bytes]) -> pa.StringArray:
    """Texts as Arrow keeps them: one block of bytes and where each begins. Joining is thrice as fast as converting."""
    begins = array("i", accumulate(map(len, states), initial=0))
    texts = pa.StringArray.from_buffers(len(states), pa.py_buffer(begins), pa.py_buffer(b"".join(states)))
    texts.validate(full=True)  # what is not UTF-8 is refused here, not in the database
    return texts
