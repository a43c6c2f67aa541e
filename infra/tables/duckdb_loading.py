"""Filling fact tables from sealed history: typed columns as they stand in its files, what is personal unsealed."""

from collections.abc import Iterator, Sequence

import duckdb

from infra.tables.batches import Batches
from infra.tables.segments import Segment, personal_selects, read, stage_opened
from projections.definition import Definition
from projections.facts.tables import PERSONAL_FACTS


def load(
    connection: duckdb.DuckDBPyConnection, definition: Definition, segments: Sequence[Segment], batches: Batches
) -> Iterator[None]:
    """Put the facts of these segments into the tables; when it yields, the table `staged` has some of the events."""
    for fact in definition.facts:
        files = [segment.file(fact.name) for segment in segments]
        present = [path for path in files if path.exists()]
        if fact not in PERSONAL_FACTS and present:
            connection.execute(f"INSERT INTO {definition.name_of(fact)} SELECT * FROM {read(present)}")
    events = [segment.file("events") for segment in segments]
    if not definition.is_personal:
        columns = "tenant, position, recorded_at"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE staged AS SELECT {columns} FROM {read(events)}")
        yield
        return
    for path in events:  # one at a time: what is personal in them is large, and lies in memory twice
        stage_opened(connection, path, batches.opened)
        for fact, select in personal_selects(connection, definition):
            connection.execute(f"INSERT INTO {definition.name_of(fact)} {select}")
        yield
