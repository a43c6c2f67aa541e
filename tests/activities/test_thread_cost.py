"""What it takes to find conversations grows with what is said in them, not with its square."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from projections.model import load_models
from tests.properties.given import Engine

MODELS = ("thread_node",)
SQL = next(model.sql for model in load_models() if model.name == "thread_node")
# Conversations by the numbers of messages: which of them each one links with, itself included.
LINKS = {
    "5,000 messages that name one key": "b.n IN (0, a.n)",
    "1,000 messages that each answer the last": "a.n <= 1000 AND b.n IN (a.n - 1, a.n)",
    "200 messages that each list all before them": "a.n <= 200 AND b.n <= a.n",
}
MOST_PER_LINK = 100  # rows out of all steps of the plan; a closure over all pairs takes hundreds or thousands


@pytest.mark.parametrize("name", LINKS)
def test_a_long_conversation_costs_little_for_each_of_its_links(engine: Engine, name: str) -> None:
    execute = engine.tables.connection.execute
    numbers = "generate_series({}, 5000)"
    execute("DELETE FROM rapport.fact_thread_link")
    execute(
        "INSERT INTO rapport.fact_thread_link SELECT 'main', CAST(md5(CAST(a.n AS text)) AS uuid), a.n,"
        " TIMESTAMPTZ '2026-01-01 00:00:00Z', CAST(md5(CAST(a.n AS text)) AS uuid),"
        " CAST(md5(CAST(b.n AS text)) AS uuid), 'message'"
        f" FROM {numbers.format(1)} AS a(n) INNER JOIN {numbers.format(0)} AS b(n) ON {LINKS[name]}"
    )
    execute("ANALYZE rapport.fact_thread_link")
    (links,) = execute("SELECT count(*) FROM rapport.fact_thread_link").fetchone() or (0,)
    (threads,) = execute(f"SELECT count(DISTINCT thread_id) FROM ({SQL}) AS t").fetchone() or (0,)

    assert threads == 1
    assert 0 < rows_of_all_steps(engine) < MOST_PER_LINK * links


def rows_of_all_steps(engine: Engine) -> int:
    """How many rows the steps of the model's plan give, also those that a join throws away."""
    connection = engine.tables.connection
    if isinstance(connection, duckdb.DuckDBPyConnection):
        (row,) = connection.execute(f"EXPLAIN (ANALYZE, FORMAT json) {SQL}").fetchall()
        steps = [step for top in json.loads(row[1])["operator"] for step in _steps(top, "children")]
        return sum(step["intermediate_rows"] for step in steps)
    (row,) = connection.execute(f"EXPLAIN (ANALYZE, FORMAT json) {SQL}".encode()).fetchall()
    steps = list(_steps(row[0][0]["Plan"], "Plans"))
    return sum(
        (step["Actual Rows"] + step.get("Rows Removed by Join Filter", 0)) * step["Actual Loops"] for step in steps
    )


def _steps(step: dict[str, Any], below: str) -> Iterator[dict[str, Any]]:
    yield step
    for one in step.get(below, ()):
        yield from _steps(one, below)
