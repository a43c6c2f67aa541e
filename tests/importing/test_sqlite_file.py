"""An SQLite file is a set of tables, which keep their names; its columns are numbers where all their values are."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from infra.errors import Misused
from tests.importing.given import imported, select, written

TABLES = """
    CREATE TABLE "Order Steps" (id INTEGER, step TEXT, price NUMERIC, note, picture BLOB);
    INSERT INTO "Order Steps" VALUES (1, 'looked', 9.8, 'x', x'00ff'), (2, 'bought', 5, 7, NULL), (3, NULL, NULL, 1.5, NULL);
    CREATE TABLE empty (what TEXT);
"""  # noqa: E501
STEPS = select(
    """
    SELECT
        'crm.ticket.step_recorded.v1' AS type,
        DATE '2024-05-31' AS time,
        'ticket:shop:' || (id + 1) AS subject,
        {label: coalesce(step, 'none'), state: typeof(price) || ' ' || coalesce(note, '?') || ' ' || typeof(picture)} AS data
    FROM "Order Steps"
    """  # noqa: E501
)


def shop(folder: Path, name: str = "shop.sqlite") -> Path:
    path = folder / name
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(TABLES)
    return path


def test_given_a_file_then_its_tables_are_there_with_numbers_as_numbers_and_the_rest_as_text(tmp_path: Path) -> None:
    done = imported([shop(tmp_path)], STEPS)

    found = {event["subject"]: event["data"] for event in done.events}
    assert found == {
        "ticket:shop:2": {"label": "looked", "state": "DOUBLE x BLOB"},
        "ticket:shop:3": {"label": "bought", "state": "DOUBLE 7 BLOB"},
        "ticket:shop:4": {"label": "none", "state": "DOUBLE 1.5 BLOB"},
    }


def test_given_another_file_with_a_table_of_that_name_then_it_is_refused(tmp_path: Path) -> None:
    empty = written(tmp_path / "empty.csv", "a\n1\n")

    with pytest.raises(Misused, match="two files would both be the table empty"):
        imported([shop(tmp_path), empty], STEPS)


def test_given_a_file_that_is_none_or_zipped_then_a_sentence_says_so(tmp_path: Path) -> None:
    text = written(tmp_path / "notes.db", "these are notes")
    with pytest.raises(Misused, match=r"notes\.db can't be read as SQLITE: file is not a database"):
        imported([text], STEPS)

    with pytest.raises(Misused, match="unpack it first"):
        imported([shop(tmp_path).rename(tmp_path / "shop.sqlite.gz")], STEPS)


def test_reading_a_file_changes_nothing_in_it(tmp_path: Path) -> None:
    path = shop(tmp_path)
    before = path.read_bytes()

    imported([path], STEPS)

    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["shop.sqlite"]
