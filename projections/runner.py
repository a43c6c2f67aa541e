"""The runner: computes read models from facts, live (the keys a batch touched) or in full (a rebuild).

It puts `WITH fact_deal AS (SELECT … the touched keys …)` in front of a model's SELECT, which shadows the table's name
on both engines; the model's text is the same in both modes and knows nothing of keys, batches, positions or voids.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from projections.definition import Definition
from projections.facts.tables import VOID, VOID_FACTS, VOIDED
from projections.facts.voids import TOUCHED, has_standing, taken_back_select, touched_select
from projections.model import Lookup, Model, Read


class Connection(Protocol):
    """What the runner needs of a database, inside a transaction that its caller begins and commits."""

    def execute(self, sql: str) -> None:
        """Run a statement."""
        ...

    def fill(self, temporary: str, select: str) -> int:
        """Let a temporary table hold the rows of a SELECT and nothing else; returns how many."""
        ...

    def fill_ways(self, temporary: str, select: str) -> tuple[int, int]:
        """The same for rows whose column `way` is -1 or 1; returns how many of either."""
        ...

    def has_rows(self, table: str) -> bool:
        """Whether there is any row in a table."""
        ...

    def append(self, table: str, select: str) -> None:
        """Put the rows of a SELECT into a table, which models computed after it in this transaction will read."""
        ...

    def replace(self, table: str, select: str) -> None:
        """Let a table hold the rows of a SELECT and nothing else."""
        ...

    def as_sql(self, since: int) -> str:
        """What a batch's statements call the position it begins behind: a database that keeps plans has one name."""
        ...


class Runner:
    """Computes a definition's models, each of which stands behind those it reads."""

    def __init__(self, definition: Definition, connection: Connection) -> None:
        self._models = [m for m in definition.models if not m.is_view]
        self._facts = {fact.name for fact in definition.facts}
        self._names = {table.name: definition.name_of(table) for table in definition.tables}
        self._connection = connection
        self._standing = {
            fact.name: definition.standing_name_of(fact) for fact in definition.facts if has_standing(fact)
        }
        self._voids = (definition.name_of(VOID), definition.name_of(VOIDED))
        self._taken_back = definition.taken_back
        self._any_voids = False  # whether facts have to be read without what voids took back
        self._new_voids = False  # whether this batch took anything back, or brought it back
        self.at: Model | None = None  # the model that is being computed, or was last: who reports an error names it

    def full(self) -> Iterable[str]:
        """Compute every model from all facts; yields each one's name when it is done."""
        self.take_back()
        for model in self._models:
            self.whole(model)
            yield model.name

    def take_back(self) -> None:
        """Work out what is taken back of all facts, which comes before any model."""
        self._connection.replace(self._taken_back, taken_back_select(*self._voids))

    def whole(self, model: Model) -> None:
        """Compute a model from all facts, and from the models it reads as they stand."""
        self.at = model
        self._any_voids = self._connection.has_rows(self._taken_back)
        shadows = self._standing_whole(model.sources)
        shadowed = f"WITH {', '.join(shadows)} " if shadows else ""
        order = f" ORDER BY {', '.join(model.sorted_by)}" if model.sorted_by else ""
        select = f"{shadowed}SELECT * FROM (\n{model.sql}\n) AS whole{order}"
        self._connection.replace(self._names[model.name], select)

    def live(self, since: int, touched_facts: Iterable[str]) -> None:
        """Bring the models up to date with the facts behind position `since`, which stand in `touched_facts`."""
        begins = self._connection.as_sql(since)
        changed = self._changed_facts(begins, set(touched_facts))
        for model in self._models:
            if changed.isdisjoint(model.sources):
                continue
            self.at = model
            if self._find_touched(model, begins, changed) and self._recompute(model):
                changed.add(model.name)

    def _changed_facts(self, since: str, touched: set[str]) -> set[str]:
        """The facts that a batch changed: those it has rows for, and all of them if it took back what they held."""
        connection = self._connection
        voids = not touched.isdisjoint(fact.name for fact in VOID_FACTS)
        self._new_voids = voids and connection.fill(TOUCHED, touched_select(*self._voids, since)) > 0
        if self._new_voids:
            new = f"position IN (SELECT position FROM {TOUCHED})"
            connection.execute(f"DELETE FROM {self._taken_back} WHERE {new}")
            connection.append(self._taken_back, f"SELECT * FROM ({taken_back_select(*self._voids)}) AS now WHERE {new}")
        self._any_voids = connection.has_rows(self._taken_back)
        return touched | self._facts if self._new_voids else touched

    def rehearse(self, names: Collection[str]) -> None:
        """Run all that `live` may have to run for these models, over empty tables: to see whether it can be run."""
        for model in self._models:
            self.at = model
            if model.name in names:
                self._find_touched(model, self._connection.as_sql(0), set(model.sources))
                self._recompute(model)
            else:
                self._connection.fill(
                    f"changed_{model.name}", f"SELECT 1 AS way, * FROM {self._names[model.name]} AS m"
                )

    def disagreements(self, model: Model) -> int:
        """How many rows of a computed table change when some of its keys are computed anew, each by itself.

        Any is a mistake in the model: its header leaves out what its SELECT looks at, and live would miss that.
        """
        self._any_voids = self._connection.has_rows(self._taken_back)
        keys = ", ".join(f"k{n}" for n in range(len(model.key)))
        present = f"SELECT {', '.join(model.key)} FROM {self._names[model.name]}"
        # One that has no rows among all must have none by itself.
        read = " UNION ".join(
            f"SELECT {', '.join(one.columns)} FROM {self._names[one.table]}"
            f" WHERE {' AND '.join(f'{column} IS NOT NULL' for column in one.columns)}"
            for one in model.reads
        )
        asked, found = f"asked_{model.name}", 0
        for select in (present, f"SELECT * FROM ({read}) AS read EXCEPT {present}"):
            count = self._connection.fill(asked, f"SELECT DISTINCT * FROM ({select}) AS keys({keys})")
            for place in sorted({0, count // 2, count - 1}) if count else []:
                one = f"SELECT {keys} FROM {asked} ORDER BY {keys} LIMIT 1 OFFSET {place}"
                found += self._disagreements_of(model, one)
        return found

    def _disagreements_of(self, model: Model, key: str) -> int:
        self._connection.fill(f"touched_{model.name}", self._spread(model, key) if model.spreads else key)
        changed = self._difference(model, ", ".join(model.columns))
        return sum(self._connection.fill_ways(f"changed_{model.name}", changed))

    def _find_touched(self, model: Model, since: str, changed: set[str]) -> bool:
        selects = [self._touched_by_read(read, since) for read in model.reads if read.table in changed]
        selects += [self._touched_by_lookup(lookup, since) for lookup in model.lookups if lookup.table in changed]
        touched = f"touched_{model.name}"
        union = " UNION ".join(selects)
        keys = ", ".join(f"k{n}" for n in range(len(model.key)))
        named = f"SELECT DISTINCT * FROM ({union}) AS t({keys})"
        if model.spreads:
            named = self._spread(model, named)
        return self._connection.fill(touched, named) > 0

    def _touched_by_read(self, read: Read, since: str) -> str:
        return f"SELECT {', '.join(read.columns)} FROM {self._delta(read.table, since)} AS d"

    def _touched_by_lookup(self, lookup: Lookup, since: str) -> str:
        keys = ", ".join(f"s.{key}" for key in lookup.keys)
        matches = ", ".join(f"s.{column}" for column in lookup.matches)
        return (
            f"SELECT {keys} FROM {self._names[lookup.through]} AS s WHERE ({matches}) IN"
            f" (SELECT {', '.join(lookup.columns)} FROM {self._delta(lookup.table, since)} AS d)"
        )

    def _spread(self, model: Model, touched: str) -> str:
        """A touched key touches every key whose present rows share the spreading columns with its own."""
        keys = ", ".join(f"m.{key}" for key in model.key)
        same = ", ".join(f"m.{column}" for column in model.spreads)
        table = self._names[model.name]
        return (
            f"WITH t AS ({touched}) SELECT * FROM t UNION SELECT {keys} FROM {table} AS m WHERE ({same}) IN"
            f" (SELECT {same} FROM {table} AS m WHERE ({keys}) IN (SELECT * FROM t))"
        )

    def _recompute(self, model: Model) -> bool:
        """Select the touched keys anew and write what differs; says whether anything did."""
        changed, table, connection = f"changed_{model.name}", self._names[model.name], self._connection
        columns = ", ".join(model.columns)
        went, came = connection.fill_ways(changed, self._difference(model, columns))
        if went:
            same = " AND ".join(f"m.{column} = g.{column}" for column in model.grain)
            connection.execute(f"DELETE FROM {table} AS m USING {changed} AS g WHERE g.way = -1 AND {same}")
        if came:
            connection.append(f"{table} ({columns})", f"SELECT {columns} FROM {changed} WHERE way = 1")
        return went + came > 0

    def _difference(self, model: Model, columns: str) -> str:
        """The rows of the touched keys that go (`way` is -1) and that come (1); what stays the same is neither."""
        touched = self._is_touched(model, "m", model.key)
        return (
            f"WITH was AS MATERIALIZED (SELECT {columns} FROM {self._names[model.name]} AS m WHERE {touched}),"
            f" becomes AS MATERIALIZED (SELECT {columns} FROM ({self._shadowed(model)}) AS anew)"
            " SELECT -1 AS way, * FROM (SELECT * FROM was EXCEPT SELECT * FROM becomes) AS gone"
            " UNION ALL SELECT 1 AS way, * FROM (SELECT * FROM becomes EXCEPT SELECT * FROM was) AS come"
        )

    def _shadowed(self, model: Model) -> str:
        """The model's SELECT over the rows of the touched keys only. Lookups stay whole."""
        by_table: dict[str, list[Read]] = {}
        for read in model.reads:
            by_table.setdefault(read.table, []).append(read)
        shadows = [
            f"{table} AS ({self._rows_of_touched(model, reads)})"
            for table, reads in by_table.items()
            if all(lookup.table != table for lookup in model.lookups)
        ]
        shadows += self._standing_whole(dict.fromkeys(lookup.table for lookup in model.lookups))
        return f"WITH {', '.join(shadows)} SELECT * FROM (\n{model.sql}\n) AS fresh"

    def _standing_whole(self, tables: Iterable[str]) -> list[str]:
        """What shadows the facts among these tables so that all of what stands in them is read; nothing without voids.

        They are not computed apart: the planner then sees what the model joins them by.
        """
        if not self._any_voids:
            return []
        return [
            f"{table} AS NOT MATERIALIZED (SELECT * FROM {self._standing[table]})"
            for table in tables
            if table in self._standing
        ]

    def _rows_of_touched(self, model: Model, reads: Sequence[Read]) -> str:
        # A union of semi-joins: PostgreSQL can use an index for each, but for no OR of them.
        return " UNION ".join(
            f"SELECT f.* FROM {self._standing_name(read.table)} AS f WHERE {self._is_touched(model, 'f', read.columns)}"
            for read in reads
        )

    @staticmethod
    def _is_touched(model: Model, alias: str, columns: Sequence[str]) -> str:
        return f"({', '.join(f'{alias}.{c}' for c in columns)}) IN (SELECT * FROM touched_{model.name})"

    def _delta(self, table: str, since: str) -> str:
        """The rows of a source that this batch put in or took out; of facts also those its voids are about."""
        if table not in self._facts:
            return f"changed_{table}"
        rows = f"SELECT * FROM {self._names[table]}"
        voided = f" UNION ALL {rows} WHERE position IN (SELECT position FROM {TOUCHED})" if self._new_voids else ""
        return f"({rows} WHERE position > {since}{voided})"

    def _standing_name(self, table: str) -> str:
        """Where a model reads a source: of facts what stands, once anything was taken back."""
        return self._standing.get(table, self._names[table]) if self._any_voids else self._names[table]
