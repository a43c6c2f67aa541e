"""The tables in DuckDB: a private file that one process owns, filled from the log in batches."""

from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from infra.tables.batches import Batches
from infra.tables.duckdb_connection import DuckdbConnection
from infra.tables.duckdb_defining import CATALOG, Defining
from infra.tables.duckdb_errors import OUTSIDE, explaining
from infra.tables.duckdb_loading import load
from infra.tables.duckdb_memory import memory_for_tables
from infra.tables.errors import refuse_other_zone
from infra.tables.own_models import Heard, naming_the_model, unheard
from infra.tables.segments import History, Segment
from projections.checking import check_models
from projections.definition import Definition, stale_models
from projections.facts.staging import fact_statements, stage_statement
from projections.runner import Runner


class DuckdbTables:
    """One private DuckDB file with a definition's facts and models, up to a position of the log."""

    def __init__(
        self,
        path: Path | None,
        definition: Definition,
        timezone: str,
        batches: Batches,
        memory: int | None = None,
        history: History | None = None,
        heard: Heard = unheard,
    ) -> None:
        """Without a `path` they are in memory. `memory` is how many bytes they may take while they are computed.

        `heard` is told of each model that has to be computed to open them, before the next one is.
        """
        self._definition = definition
        self._timezone = timezone
        self._batches = batches
        self._history = history
        # The open tables do without personal data, and so never open a box.
        self._take = batches.with_personal if definition.is_personal else batches
        with explaining(path):
            self.connection = duckdb.connect()
            limit = memory or memory_for_tables(self.connection)
            self.connection.execute(f"SET memory_limit = '{limit}B'; SET TimeZone = 'UTC'")
            # The default, 16 MB, writes half-filled row groups over and over while facts are staged.
            self.connection.execute("SET checkpoint_threshold = '1GB'; SET preserve_insertion_order = false")
            # Attached by a name of ours: a file `personal.duckdb` and its schema `personal` could not be told apart.
            where = str(path).replace("'", "''") if path else ":memory:"
            # Nothing is written ahead: a crash takes the file back to its last checkpoint, a position of the log from
            # which it is filled again. Writing all of it twice took a quarter of a rebuild.
            self.connection.execute(f"ATTACH '{where}' AS {CATALOG} (RECOVERY_MODE no_wal_writes)")
        self._adapter = DuckdbConnection(self.connection)
        self._defining = Defining(self.connection, definition, heard)
        self._runner = Runner(definition, self._adapter)
        self._defined: frozenset[str] = frozenset()  # models that were computed when the tables were opened
        self._path = path
        try:
            self._make_tables()
        except BaseException:
            self.close()
            raise

    @property
    def position(self) -> int:
        """The position of the log up to which the models are computed."""
        return self._progress("models_position")

    @property
    def staged(self) -> int:
        """The position of the log up to which the facts are staged."""
        return self._progress("facts_position")

    @property
    def models(self) -> int:
        """How many models `compute` computes."""
        return sum(not model.is_view for model in self._definition.models)

    def advance(self, upto: int, limit: int) -> int:
        """Take the next events, `limit` at most and none behind `upto`, into facts and models; returns how many."""
        since = self.position
        batch = self._take(since, upto, limit)
        with self._transaction():
            if batch.num_rows:
                touched = self._stage(batch)
                with self._naming_the_model(self._runner):
                    self._runner.live(since, touched)
                if not since:  # the first events of all: what was made over empty tables was not checked yet
                    check_models(self._adapter, self._definition)
            self._move("facts_position, models_position", _end(batch, upto, limit))
        return batch.num_rows

    def stage(self, upto: int, limit: int) -> int:
        """Take the next events into the facts only; the models wait for `compute`. Returns how many.

        What sealed history has of them is taken from there, all that follows at once.
        """
        if segments := self._history.behind(self.staged, upto) if self._history else ():
            return self._load(segments)
        batch = self._take(self.staged, upto, limit)
        with self._transaction():
            if batch.num_rows:
                self._stage(batch)
            self._move("facts_position", _end(batch, upto, limit))
        return batch.num_rows

    def _load(self, segments: Sequence[Segment]) -> int:
        before = self.staged
        with self._transaction():
            for _ in load(self.connection, self._definition, segments, self._batches):
                self._note_applied()
            self._move("facts_position", segments[-1].last)
        return segments[-1].last - before

    def compute(self) -> Generator[str, None, None]:
        """Compute all models from all facts; yields each one's name when it is done."""
        with self._transaction():
            with self._naming_the_model(self._runner):
                yield from self._runner.full()
            check_models(self._adapter, self._definition)
            self._move("models_position", self.staged)

    def recompute(self, names: Collection[str]) -> None:
        """Compute these models, and those that read them, from the facts; not again what was when the tables opened."""
        known = self._defining.computed()
        with self._transaction():
            for name in names:
                if name not in self._defined:
                    known.pop(name, None)
            self._defining.define_models(self._adapter, stale_models(self._definition.models, known))

    def checkpoint(self) -> None:
        """Bring all that was committed into the file itself, so that a copy of it is whole."""
        with explaining(self._path):
            self.connection.execute(f"CHECKPOINT {CATALOG}")

    def reset(self) -> None:
        """Forget everything, so that the next events are the first."""
        with self._transaction():
            for fact in self._definition.facts:
                self.connection.execute(f"DELETE FROM {self._definition.name_of(fact)}")
            self.connection.execute("DELETE FROM rapport.applied")
            self._move("facts_position, models_position", 0)
            for _ in self._runner.full():
                pass

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def _stage(self, batch: pa.Table) -> list[str]:
        connection = self.connection
        connection.register("incoming", batch)
        opened = stage_statement("duckdb", self._timezone, "incoming", personal=self._definition.is_personal)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE staged AS {opened}")
        connection.unregister("incoming")
        areas = [area for (area,) in connection.execute("SELECT DISTINCT area FROM staged").fetchall()]
        touched = []
        wanted = {fact.name: fact for fact in self._definition.facts}
        for name, select in fact_statements("duckdb", areas).items():
            if name in wanted:
                # The tables have no keys here, which would cost more than the inserts: positions only ever grow.
                fact = self._definition.name_of(wanted[name])
                last = f"(SELECT coalesce(max(position), 0) FROM {fact})"
                connection.execute(f"INSERT INTO {fact} SELECT * FROM ({select}) AS new WHERE position > {last}")
                touched.append(name)
        self._note_applied()
        return touched

    def _note_applied(self) -> None:
        self.connection.execute(
            "INSERT INTO rapport.applied SELECT tenant, max(position), max(recorded_at), $1 FROM staged GROUP BY tenant"
            " ON CONFLICT (tenant) DO UPDATE SET position = excluded.position, recorded_at = excluded.recorded_at,"
            " applied_at = excluded.applied_at",
            [datetime.now(UTC)],
        )

    def _make_tables(self) -> None:
        self._defining.make_schemas()
        known = self._defining.known_digests()
        if known is not None:
            refuse_other_zone(known[2], self._timezone)
        digests = (self._definition.facts_digest, self._definition.models_digest)
        if known is None or known[:2] != digests:
            keep = known is not None and known[0] == digests[0]
            with self._transaction():
                self._defined = self._defining.define(self._adapter, self._timezone, keep_facts=keep)

    def _naming_the_model(self, runner: Runner) -> AbstractContextManager[None]:
        return naming_the_model(runner, duckdb.Error, OUTSIDE)

    def _progress(self, column: str) -> int:
        row = self.connection.execute(f"SELECT {column} FROM rapport.progress").fetchone()
        return int(row[0]) if row else 0

    def _move(self, columns: str, position: int) -> None:
        sets = ", ".join(f"{column} = {position}" for column in columns.split(", "))
        self.connection.execute(f"UPDATE rapport.progress SET {sets}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with explaining(self._path):
            self.connection.execute("BEGIN")
            try:
                yield
            except BaseException:
                with suppress(duckdb.Error):  # after some errors DuckDB has rolled back by itself
                    self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")


def _end(batch: pa.Table, upto: int, limit: int) -> int:
    """Where a batch ends: a full one with its last event, another one with all there is."""
    return int(batch["position"][-1].as_py()) if batch.num_rows == limit else upto
