"""What a void took back is not in the past either: by occurred at no date, by recorded from the void on."""

from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pytest

from projections.as_of import AsOf, Clock, Past, cut_of, last_recorded

DAY = datetime(2026, 1, 1, tzinfo=UTC)
FACTS = {"fact_deal": "rapport.fact_deal", "fact_void": "rapport.fact_void", "fact_voided": "rapport.fact_voided"}


@pytest.fixture
def facts() -> Iterator[duckdb.DuckDBPyConnection]:
    """Events 1 to 4, a day each; 5 takes back 2 and 3, 6 takes back 4, and 7 undoes the first of the two."""
    connection = duckdb.connect()
    connection.execute("""
        SET TimeZone = 'UTC'; CREATE SCHEMA rapport; CREATE SCHEMA past;
        CREATE TABLE rapport.fact_deal AS SELECT 'main' AS tenant, range AS position,
            TIMESTAMPTZ '2026-01-01 00:00:00Z' + to_days(CAST(range AS int)) AS occurred_at,
            TIMESTAMPTZ '2026-02-01 00:00:00Z' + to_days(CAST(range AS int)) AS recorded_at FROM range(1, 5);
        CREATE TABLE rapport.fact_voided AS SELECT 'main' AS tenant, * FROM
            (VALUES (5, 'first', 2), (5, 'first', 3), (6, 'second', 4)) AS v(position, thing_id, voided);
        CREATE TABLE rapport.fact_void AS SELECT 'main' AS tenant, *,
            TIMESTAMPTZ '2026-02-01 00:00:00Z' + to_days(position) AS occurred_at, occurred_at AS recorded_at FROM
            (VALUES (5, 'made', 'first'), (6, 'made', 'second'), (7, 'undone', 'first'))
            AS v(position, action, thing_id);
    """)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("as_of", "shown"),
    [
        (AsOf(datetime(2026, 1, 3, tzinfo=UTC)), [1, 2]),
        (AsOf(datetime(2026, 3, 1, tzinfo=UTC)), [1, 2, 3]),
        (AsOf(datetime(2026, 2, 5, tzinfo=UTC), Clock.RECORDED), [1, 2, 3, 4]),
        (AsOf(datetime(2026, 2, 6, tzinfo=UTC), Clock.RECORDED), [1, 4]),
        (AsOf(datetime(2026, 2, 7, tzinfo=UTC), Clock.RECORDED), [1]),
        (AsOf(datetime(2026, 2, 8, tzinfo=UTC), Clock.RECORDED), [1, 2, 3]),
        (AsOf(datetime(2025, 1, 1, tzinfo=UTC), Clock.RECORDED), []),
    ],
)
def test_what_was_taken_back(facts: duckdb.DuckDBPyConnection, as_of: AsOf, shown: list[int]) -> None:
    row = facts.execute(last_recorded(as_of, ["rapport.fact_deal", "rapport.fact_void"])).fetchone()
    past = Past([], FACTS, cut_of(as_of, row[0] if row else 0), "past.taken_back")

    for part in past.parts("SELECT * FROM fact_deal", {}):
        facts.execute(f"CREATE {'VIEW' if part.is_view else 'TABLE'} past.{part.name} AS {part.select}")

    found = facts.execute("SELECT position FROM past.fact_deal ORDER BY position").fetchall()
    assert [position for (position,) in found] == shown
