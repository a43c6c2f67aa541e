"""What the tables of both engines take from sealed history: its files as DuckDB reads them, what is personal opened."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import duckdb

from projections.definition import Definition
from projections.facts.staging import fact_statements
from projections.facts.tables import PERSONAL_FACTS, FactTable

if TYPE_CHECKING:
    import pyarrow as pa

_SEALED = """
    SELECT tenant, position,
        '{"event_id":"' || event_id || '","subject_id":"' || thing_id || '","sealed":' || sealed || '}' AS state
    FROM events WHERE sealed IS NOT NULL ORDER BY position
"""

# Opens what is personal in the states of some tenants, as JSON.
Opens = Callable[[Sequence[str], "pa.ChunkedArray[Any]"], "pa.Array[Any]"]


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


def read(paths: Sequence[Path]) -> str:
    """A FROM item with the rows of some files."""
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{listed}])"


def stage_opened(connection: duckdb.DuckDBPyConnection, events: Path, opens: Opens) -> None:
    """Make the table `staged` of the events in a file, with what is personal in them."""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW events AS SELECT * FROM {read([events])}")
    sealed: Any = connection.sql(_SEALED).to_arrow_table()
    personal = opens(sealed["tenant"].to_pylist(), sealed["state"])
    connection.register("opened", sealed.select(["position"]).append_column("personal", personal))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE staged AS SELECT e.* EXCLUDE (sealed), CAST(o.personal AS json) AS personal"
        " FROM events AS e LEFT JOIN opened AS o USING (position)"
    )
    connection.unregister("opened")


def personal_selects(connection: duckdb.DuckDBPyConnection, definition: Definition) -> Iterator[tuple[FactTable, str]]:
    """The personal facts of a definition, and the SELECT over `staged` of each one's rows."""
    areas = [area for (area,) in connection.execute("SELECT DISTINCT area FROM staged").fetchall()]
    wanted = {fact.name: fact for fact in definition.facts if fact in PERSONAL_FACTS}
    for name, select in fact_statements("duckdb", areas).items():
        if name in wanted:
            yield wanted[name], select
