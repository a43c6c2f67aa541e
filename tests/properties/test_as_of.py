"""As of any date, by either clock, every table on both engines is what the folds make of the events that count then."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from infra.log.rows import LogRow
from infra.publishing.duckdb_past import DuckdbPastReader
from infra.publishing.places import Places
from infra.publishing.postgres_past import PostgresPastReader
from infra.publishing.reader import Reader
from infra.tables.batches import Batches
from infra.tables.duckdb import DuckdbTables
from projections.as_of import AsOf, Clock
from projections.model import load_models
from tests.properties.comparison import Snapshot, differences, folded
from tests.properties.folds import freshness
from tests.properties.histories import BEGIN, History, histories
from tests.properties.history import Recorded, that_stand
from tests.properties.logs import Logged, logged
from tests.properties.sealing import keyring
from tests.properties.stores import BY_THE_CLOCK, MAIN, PERSONAL, Store, on_both_engines

EXAMPLES = (settings.default or settings()).max_examples
HOURS = (-1, 0, 6, 18, 30, 42, 60)  # before the first event, at the time of some, and behind the last
TOGETHER = max(6, EXAMPLES // 10)  # an example computes every table four times


@dataclass(frozen=True)
class Stores:
    """A PostgreSQL database with its tables, and a folder for published files."""

    store: Store
    url: str
    folder: Path

    def hold(self, log: Logged, timezone: str) -> None:
        """Hold the facts of these events; no model is computed from them."""
        self.store.begin(log.rows, timezone)
        self.store.tables["PostgreSQL"].stage(self.store.head, len(log.rows) + 1)
        batches = Batches(self._read, keyring().sealing.unseal)
        for name, definition in (("main", MAIN), ("personal", PERSONAL)):
            path = Places(self.folder).public(name)
            path.unlink(missing_ok=True)
            tables = DuckdbTables(path, definition, timezone, batches)
            tables.stage(self.store.head, len(log.rows) + 1)
            tables.checkpoint()
            tables.close()

    @contextmanager
    def readers(self, as_of: AsOf) -> Iterator[dict[str, Reader]]:
        """Whoever reads as of then, on either engine."""
        found: dict[str, Reader] = {
            "DuckDB": DuckdbPastReader(Places(self.folder), as_of, personal=True),
            "PostgreSQL": PostgresPastReader(self.url, as_of, personal=True),
        }
        try:
            yield found
        finally:
            for reader in found.values():
                reader.close()

    def _read(self, after: int, upto: int, limit: int) -> Sequence[LogRow]:
        return [row for row in self.store.log if after < row.position <= upto][:limit]


@pytest.fixture(scope="module")
def stores(
    fresh_postgres: Callable[[], AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stores]:
    with fresh_postgres() as url, on_both_engines(url) as store:
        yield Stores(store, url, tmp_path_factory.mktemp("published"))


@pytest.mark.timeout(0)
def test_by_either_clock_all_tables_are_those_of_the_events_that_count(stores: Stores) -> None:

    @settings(max_examples=TOGETHER)
    @given(histories(), st.sampled_from(HOURS), st.integers(0, 100))
    def agree(history: History, hours: int, share: int) -> None:
        note(str(history))
        log = logged(history)
        stores.hold(log, history.timezone)

        # as of some hour, by what had happened
        at = BEGIN + timedelta(hours=hours)
        happened = [event for event in log.events if event.envelope.time <= at]
        assert _differences(stores, AsOf(at), log.recorded, happened) == ""

        # as of some moment while the events came in, by what was known
        at = _moment(log.recorded, share)
        last = max((event.position for event in log.recorded if event.recorded_at <= at), default=0)
        known = that_stand([event for event in log.recorded if event.position <= last])
        assert _differences(stores, AsOf(at, Clock.RECORDED), log.recorded, known) == ""

    agree()


def _moment(events: Sequence[Recorded], share: int) -> datetime:
    """When so many hundredths of the events were recorded, or just before it."""
    times = sorted(event.recorded_at for event in events)
    found = times[min(len(times) * share // 100, len(times) - 1)]
    return found if bisect_right(times, found) % 2 else found - timedelta(microseconds=1)


def _differences(stores: Stores, as_of: AsOf, all_events: Sequence[Recorded], counting: Sequence[Recorded]) -> str:
    expected: Snapshot = {**folded(counting), "freshness": freshness.rows(all_events)}
    with stores.readers(as_of) as readers:
        found = [
            line
            for whose, reader in readers.items()
            for line in differences(expected, _snapshot(reader), f"{whose}, as of {as_of}")
        ]
    return "\n".join(found[:20])


def _snapshot(reader: Reader) -> Snapshot:
    shown = {}
    for model in reversed(load_models()):  # so that most are asked for before what they are computed from
        left_out = BY_THE_CLOCK.get(model.name, set())
        rows = reader.query(f"SELECT * FROM {model.qualified}").as_dicts()
        shown[model.name] = [{name: value for name, value in row.items() if name not in left_out} for row in rows]
    return shown
