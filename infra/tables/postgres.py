"""The tables in PostgreSQL: facts staged inside the server, models computed there, everything in one transaction."""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING

import psycopg

from domain.catalog import AREAS, VOID
from infra.tables.errors import refuse_other_zone
from infra.tables.own_models import Heard, naming_the_model, unheard
from infra.tables.postgres_connection import PostgresConnection
from infra.tables.postgres_defining import Defining, known_digests, look_in
from infra.tables.postgres_errors import OUTSIDE, explaining
from infra.tables.postgres_hands import Hands
from infra.tables.postgres_personal import COLUMNS, UNSEALED, Unseal, open_personal
from projections.checking import check_models
from projections.definition import Definition, stale_models
from projections.facts.staging import fact_statements, stage_statement
from projections.runner import Runner

if TYPE_CHECKING:  # who follows the log needs no DuckDB
    from infra.tables.segments import History, Segment

# The advisory lock that the one applier of these tables holds. Keys with 126 in the highest byte are the log's guards.
APPLIER = (127 << 56) + 1
_DEFINING = (127 << 56) + 2


class PostgresTables:
    """A definition's facts and models in one PostgreSQL database, beside the log they are computed from."""

    def __init__(
        self,
        database: str | psycopg.Connection,
        definition: Definition,
        timezone: str,
        unseal: Unseal,
        *,
        history: "Callable[[], History] | None" = None,
        hands: Hands | None = None,
        afresh: bool = False,
        heard: Heard = unheard,
    ) -> None:
        """`database` is its URL, or a connection with autocommit, which is the tables' own from then on.

        `unseal` opens what is personal in the log's events, and `history` old events in files, once a load begins.
        `hands` compute them, where nobody reads them before that is done.
        `afresh` makes the tables anew, whatever they held.
        `heard` is told of each model that has to be computed to open them, before the next one is.
        """
        self._definition = definition
        self._timezone = timezone
        self._unseal = unseal
        self._history = history
        self._hands = hands
        self._afresh = afresh
        with explaining():
            self.connection = psycopg.connect(database, autocommit=True) if isinstance(database, str) else database
            look_in(self.connection, definition)
            self._adapter = PostgresConnection(self.connection)
            self._defining = Defining(self.connection, definition, heard)
            self._runner = Runner(definition, self._adapter)
            self._defined: frozenset[str] = frozenset()  # models that were computed when the tables were opened
            self._make_tables()

    @property
    def position(self) -> int:
        """The position of the log up to which the models are computed."""
        return self._progress("models_position")

    @property
    def staged(self) -> int:
        """The position of the log up to which the facts are staged."""
        return self._progress("facts_position")

    def try_own(self) -> bool:
        """Become the one applier of these tables, if nobody else is; lasts until `close`."""
        return try_own(self.connection)

    @property
    def models(self) -> int:
        """How many models `compute` computes."""
        return sum(not model.is_view for model in self._definition.models)

    def advance(self, upto: int, limit: int) -> int:
        """Take the next events, `limit` at most and none behind `upto`, into facts and models; returns how many."""
        since = self.position
        with self._transaction():
            count, last, touched = self._stage(since, upto, limit)
            if count:
                self._adapter.keep_plans(count)
                with self._naming_the_model(self._runner):
                    self._runner.live(since, touched)
                self._adapter.settle()
                if not since:  # the first events of all: what was made over empty tables was not checked yet
                    check_models(self._adapter, self._definition)
            self._move("facts_position, models_position", last if count == limit else upto)
        return count

    def stage(self, upto: int, limit: int) -> int:
        """Take the next events into the facts only; the models wait for `compute`. Returns how many.

        What sealed history has of them is taken from there, a segment at a time.
        """
        before = self.staged
        segments = self._history().behind(before, upto) if self._history else ()
        with self._transaction():
            if not before:
                self._defining.drop_keys()
            if segments:
                return self._load(segments[0]) - before
            count, last, _ = self._stage(before, upto, limit)
            self._move("facts_position", last if count == limit else upto)
        return count

    def _load(self, segment: "Segment") -> int:
        from infra.tables.postgres_loading import load  # noqa: PLC0415 - which loads DuckDB and Arrow

        seen = load(self.connection, self._definition, segment, self._unseal)
        self._note_applied("unnest(%s::text[], %s::bigint[], %s::timestamptz[])", map(list, zip(*seen, strict=True)))
        self._move("facts_position", segment.last)
        return segment.last

    def compute(self) -> Generator[str, None, None]:
        """Compute all models from all facts; yields each one's name when it is done.

        Given up, they are as they were, but where several hands were at it: then some are computed, and all will be.
        """
        if not self._hands:
            yield from self._compute_alone()
            return
        yield from self._hands.compute()
        with self._transaction():
            self._accept()

    def _compute_alone(self) -> Generator[str, None, None]:
        with self._transaction():
            self._defining.add_keys()
        for fact in self._definition.facts:
            self.connection.execute(f"ANALYZE {self._definition.name_of(fact)}".encode())
        with self._transaction():
            with self._naming_the_model(self._runner):
                yield from self._runner.full()
            self._accept()

    def _accept(self) -> None:
        """Hold the computed models to their checks; from then on they are as far as the facts."""
        check_models(self._adapter, self._definition)
        self._move("models_position", self.staged)

    def recompute(self, names: Collection[str]) -> None:
        """Compute these models, and those that read them, from the facts; not again what was when the tables opened."""
        with self._transaction():
            known = self._defining.computed()
            for name in names:
                if name not in self._defined:
                    known.pop(name, None)
            self._defining.define_models(self._adapter, stale_models(self._definition.models, known))

    def reset(self) -> None:
        """Forget everything, so that the next events are the first."""
        with self._transaction():
            tables = (*map(self._definition.name_of, self._definition.facts), *self._model_tables())
            for table in (*tables, self._definition.taken_back, self._applied):
                if self._adapter.has_rows(table):
                    self.connection.execute(f"TRUNCATE {table}".encode())
            self._defining.add_keys()
            self._move("facts_position, models_position", 0)

    def close(self) -> None:
        """Let go of the database, and of owning its tables."""
        let_go(self.connection)

    def _stage(self, since: int, upto: int, limit: int) -> tuple[int, int, list[str]]:
        """Take events apart into facts; returns how many, the last one's position, and the facts they went to."""
        connection = self.connection
        batch = f"notification_id > {since} AND notification_id <= {upto} ORDER BY notification_id LIMIT {limit}"
        personal = self._definition.is_personal
        if personal:
            self._adapter.copy(UNSEALED, COLUMNS, open_personal(connection, batch, self._unseal))
        source = (
            "(SELECT notification_id AS position, e.tenant, e.recorded_at, e.topic, convert_from(e.state, 'UTF8')"
            f" AS state{', u.personal' if personal else ''} FROM"
            f" (SELECT * FROM rapport.stored_events WHERE {batch}) AS e"
            f"{f' LEFT JOIN {UNSEALED} AS u ON u.position = e.notification_id' if personal else ''})"
        )
        if not self._adapter.fill("staged", stage_statement("postgres", self._timezone, source, personal=personal)):
            return 0, since, []
        row = connection.execute("SELECT count(*), max(position), array_agg(DISTINCT area) FROM staged").fetchone()
        if row is None:
            return 0, since, []
        touched = []
        wanted = {fact.name: fact for fact in self._definition.facts}
        for name, select in fact_statements("postgres", [area for area in (*AREAS, VOID) if area in row[2]]).items():
            if name in wanted:
                self._adapter.append(self._definition.name_of(wanted[name]), f"{select} ON CONFLICT DO NOTHING")
                touched.append(name)
        self._note_applied("(SELECT tenant, max(position), max(recorded_at) FROM staged GROUP BY tenant)")
        return int(row[0]), int(row[1]), touched

    def _note_applied(self, seen: str, parameters: Iterable[object] = ()) -> None:
        """Note of tenants how far their events are taken in: `seen` are they, the last position and when it was."""
        self.connection.execute(
            f"INSERT INTO {self._applied} SELECT s.*, clock_timestamp() FROM {seen} AS s"
            " ON CONFLICT (tenant) DO UPDATE SET position = excluded.position,"
            " recorded_at = excluded.recorded_at, applied_at = excluded.applied_at".encode(),
            list(parameters),
        )

    def _make_tables(self) -> None:
        digests = (self._definition.facts_digest, self._definition.models_digest)
        if not self._afresh and self._known() == digests:
            return
        with self._transaction():
            # Two programs may start at once; the second waits here and then finds everything made. Beside the tables in
            # use only one process makes any.
            if not self._definition.beside:
                self.connection.execute("SELECT pg_advisory_xact_lock(%s)", [_DEFINING])
            known = None if self._afresh else self._known()
            if known != digests:
                keep_facts = known is not None and known[0] == digests[0]
                self._defined = self._defining.define(self._adapter, self._timezone, keep_facts=keep_facts)

    def _known(self) -> tuple[str, str] | None:
        known = known_digests(self.connection, self._definition)
        if known is None:
            return None
        refuse_other_zone(known[2], self._timezone)
        return known[:2]

    def _naming_the_model(self, runner: Runner) -> AbstractContextManager[None]:
        return naming_the_model(runner, psycopg.Error, OUTSIDE)

    @property
    def _applied(self) -> str:
        return f"{self._definition.own}.applied"

    def _model_tables(self) -> list[str]:
        return [self._definition.name_of(model) for model in self._definition.models if not model.is_view]

    def _progress(self, column: str) -> int:
        row = self.connection.execute(f"SELECT {column} FROM {self._definition.own}.progress".encode()).fetchone()
        return int(row[0]) if row else 0

    def _move(self, columns: str, position: int) -> None:
        sets = ", ".join(f"{column} = {position}" for column in columns.split(", "))
        self.connection.execute(f"UPDATE {self._definition.own}.progress SET {sets}".encode())

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with explaining(), self.connection.transaction():
                yield
        except BaseException:
            self._adapter.forget()
            raise


def let_go(connection: psycopg.Connection) -> None:
    """Close a connection that may hold locks of ours."""
    with suppress(psycopg.Error):  # a connection that broke has let go already
        # A session that ends removes its temporary tables first, and would seem to own these ones meanwhile.
        connection.execute("SELECT pg_advisory_unlock_all()")
    connection.close()


def try_own(connection: psycopg.Connection) -> bool:
    """Make this connection's process the one applier of the database's tables, if nobody else is, until it closes."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [APPLIER]).fetchone()
    return bool(row and row[0])
