"""Filling fact tables from sealed history: typed columns as they stand in its files, what is personal unsealed."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import duckdb

from infra.tables.batches import Batches
from projections.definition import Definition
from projections.facts.staging import fact_statements
from projections.facts.tables import PERSONAL_FACTS

_SEALED = """
    SELECT tenant, position,
        '{"event_id":"' || event_id || '","subject_id":"' || thing_id || '","sealed":' || sealed || '}' AS state
    FROM events WHERE sealed IS NOT NULL ORDER BY position
"""


class Segment(Protocol):
    """Some events, in files."""

    @property
    def last(self) -> int:
        """The position it ends with."""

    def file(self, name: str) -> Path:
        """The file of its events, or of a fact table, which may not be there."""


class History(Protocol):
    """Old events in files."""

    def behind(self, position: int, upto: int) -> Sequence[Segment]:
        """The segments that follow a position, none of them reaching behind `upto`."""


def load(
    connection: duckdb.DuckDBPyConnection, definition: Definition, segments: Sequence[Segment], batches: Batches
) -> Iterator[None]:
    """Put the facts of these segments into the tables; when it yields, the table `staged` has some of the events."""
    for fact in definition.facts:
        files = [segment.file(fact.name) for segment in segments]
        present = [path for path in files if path.exists()]
        if fact not in PERSONAL_FACTS and present:
            connection.execute(f"INSERT INTO {definition.name_of(fact)} SELECT * FROM {_read(present)}")
    events = [segment.file("events") for segment in segments]
    if not definition.is_personal:
        columns = "tenant, position, recorded_at"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE staged AS SELECT {columns} FROM {_read(events)}")
        yield
        return
    for path in events:  # one at a time: what is personal in them is large, and lies in memory twice
        _load_personal(connection, definition, path, batches)
        yield


def _load_personal(
    connection: duckdb.DuckDBPyConnection, definition: Definition, events: Path, batches: Batches
) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP VIEW events AS SELECT * FROM {_read([events])}")
    sealed: Any = connection.sql(_SEALED).to_arrow_table()
    personal = batches.opened(sealed["tenant"].to_pylist(), sealed["state"])
    connection.register("opened", sealed.select(["position"]).append_column("personal", personal))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE staged AS SELECT e.* EXCLUDE (sealed), CAST(o.personal AS json) AS personal"
        " FROM events AS e LEFT JOIN opened AS o USING (position)"
    )
    connection.unregister("opened")
    areas = [area for (area,) in connection.execute("SELECT DISTINCT area FROM staged").fetchall()]
    wanted = {fact.name: fact for fact in definition.facts if fact in PERSONAL_FACTS}
    for name, select in fact_statements("duckdb", areas, "personal.fact_contact_key").items():
        if name in wanted:
            connection.execute(f"INSERT INTO {definition.name_of(wanted[name])} {select}")


def _read(paths: Sequence[Path]) -> str:
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{listed}])"
