"""Several connections at work on one set of tables in PostgreSQL: models that don't read each other, side by side.

PostgreSQL runs an INSERT in one process, so that a single connection keeps one core busy. What each of several commits
could be seen before the rest is there: this is for tables that nobody reads yet.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from graphlib import TopologicalSorter
from queue import SimpleQueue

import psycopg

from infra.tables.own_models import naming_the_model
from infra.tables.postgres_connection import PostgresConnection
from infra.tables.postgres_defining import Defining, look_in
from infra.tables.postgres_errors import OUTSIDE, explaining
from projections.definition import Definition
from projections.facts.tables import FactTable
from projections.model import Model
from projections.runner import Runner


class Hands:
    """Computes a definition's models by several connections, at least one, each of which does one thing at a time."""

    def __init__(self, definition: Definition, connections: Sequence[psycopg.Connection]) -> None:
        """`connections` have autocommit, and are used by nobody else while these are at work."""
        self._definition = definition
        self._hands = [_Hand(connection, definition) for connection in connections]
        self._free: SimpleQueue[_Hand] = SimpleQueue()
        for hand in self._hands:
            self._free.put(hand)

    def compute(self) -> Generator[str, None, None]:
        """Compute all models from all facts; yields each one's name when it is done.

        Facts that are without keys and indexes get them first. Given up, it ends what is being computed; what was
        computed by then stays.
        """
        facts = {fact.name: fact for fact in self._definition.facts}
        models = {model.name: model for model in self._definition.models if not model.is_view}
        without = self._hands[0].begin()

        def work(hand: _Hand, name: str) -> None:
            if name in models:
                hand.compute(models[name])
            else:
                hand.finish(facts[name], keys=facts[name] in without)

        order = dict.fromkeys(facts, ()) | {name: model.sources for name, model in models.items()}
        for name in self._each(order, work):
            if name in models:
                yield name

    def _each(
        self, before: Mapping[str, Sequence[str]], work: "Callable[[_Hand, str], None]"
    ) -> Generator[str, None, None]:
        """Do a piece of work for each name, behind those that stand `before` it; yields each name when it is done."""
        order = TopologicalSorter(before)
        order.prepare()
        doing: set[Future[str]] = set()
        with ThreadPoolExecutor(len(self._hands), thread_name_prefix="models") as pool:
            try:
                while order.is_active():
                    doing |= {pool.submit(self._by_hand, work, name) for name in order.get_ready()}
                    done, doing = wait(doing, return_when=FIRST_COMPLETED)
                    for name in [one.result() for one in done]:
                        order.done(name)
                        yield name
            except BaseException:  # an error, or nobody wants the rest: what is under way would take its time
                pool.shutdown(wait=False, cancel_futures=True)
                for hand in self._hands:
                    hand.cancel()
                raise

    def _by_hand(self, work: "Callable[[_Hand, str], None]", name: str) -> str:
        hand = self._free.get()
        try:
            work(hand, name)
        finally:
            self._free.put(hand)
        return name


class _Hand:
    """One connection; each piece of work is a transaction of its own."""

    def __init__(self, connection: psycopg.Connection, definition: Definition) -> None:
        self._connection = connection
        self._definition = definition
        self._runner = Runner(definition, PostgresConnection(connection))
        self._defining = Defining(connection, definition)
        with explaining():
            look_in(connection, definition)

    def begin(self) -> list[FactTable]:
        """Do what comes before all else; returns the facts without keys."""
        with explaining(), self._connection.transaction():
            self._runner.take_back()
            return self._defining.without_keys()

    def finish(self, fact: FactTable, *, keys: bool) -> None:
        with explaining(), self._connection.transaction():
            if keys:
                self._defining.index_fact(fact)
            self._connection.execute(f"ANALYZE {self._definition.name_of(fact)}".encode())

    def compute(self, model: Model) -> None:
        with explaining(), naming_the_model(self._runner, psycopg.Error, OUTSIDE), self._connection.transaction():
            self._runner.whole(model)

    def cancel(self) -> None:
        """End the statement that is being run, if one is."""
        with suppress(psycopg.Error):
            self._connection.cancel_safe()
