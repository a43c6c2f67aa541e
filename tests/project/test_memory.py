"""The embedded tables take as much memory as they are given, and what the machine allows without that."""

import duckdb
import pytest

from infra.bootstrap import open_rapport
from infra.tables.duckdb import DuckdbTables
from infra.tables.duckdb_memory import memory_for_tables
from tests.project.given import Program


def test_two_sets_share_what_they_are_given(embedded: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_MEMORY", "3GB")

    assert limits(embedded) == {"1.3 GiB"}


@pytest.mark.parametrize(("there", "taken"), [("3GB", 1_200_000_000), ("8GB", 2_000_000_000), ("64GB", 2_800_000_000)])
def test_without_that_they_take_a_part_of_what_there_is(there: str, taken: int) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{there}'")

        assert memory_for_tables(connection) == pytest.approx(taken, rel=0.05)


@pytest.mark.parametrize("size", ["100MB", "much", "-4GB"])
def test_too_little_is_refused(embedded: Program, monkeypatch: pytest.MonkeyPatch, size: str) -> None:
    monkeypatch.setenv("RAPPORT_MEMORY", size)
    refused = embedded("status")

    assert (refused.exit_code, "write a size of 1GB or more, such as 4GB" in refused.stderr) == (1, True)


def limits(program: Program) -> set[str]:
    """The limits of the tables that are in use."""
    program.json("project")
    with open_rapport() as rapport, rapport.projector.own() as owner:  # type: ignore[union-attr] # nobody else is
        return {
            tables.connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]
            for tables in owner.sets
            if isinstance(tables, DuckdbTables)
        }
