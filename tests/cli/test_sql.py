"""`rapport sql`: everything can be asked, nothing can be changed, and personal data only when they are asked for."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Message, filled
from tests.project.given import Program

CHANGES = (
    "DELETE FROM deal",
    "INSERT INTO deal SELECT * FROM deal",
    "UPDATE deal SET amount = 1",
    "DROP TABLE crm.deal",
    "CREATE TABLE crm.mine AS SELECT 1 AS one",
)


def sentence(program: Program, statement: str, *words: str) -> str:
    refused = program("sql", statement, *words)
    assert refused.exit_code == 1, refused.stdout
    assert refused.stderr.startswith("rapport: ")
    assert refused.stderr.count("\n") == 1
    return refused.stderr


def test_nothing_can_be_changed(program: Program, sales: list[dict[str, Any]]) -> None:
    filled(program, sales)
    deals = program.sql("SELECT * FROM deal ORDER BY deal_id")
    assert len(deals) == 6

    for statement in CHANGES:
        sentence(program, statement)
    # Two statements would let the first end the transaction that can't write.
    sentence(program, "COMMIT; DELETE FROM deal")

    assert program.sql("SELECT * FROM deal ORDER BY deal_id") == deals


def test_personal_data_only_when_asked_for(program: Program, message: Message) -> None:
    filled(program, [message("contact.added", "contact:test:ada", "2026-01-01T00:00:00Z", name="Ada Lind")])

    for statement in ("SELECT name FROM personal.contact", "SELECT * FROM contact_key"):
        sentence(program, statement)
    assert program.sql("SELECT name FROM personal.contact", "--personal") == [{"name": "Ada Lind"}]
    assert program.sql("SELECT count(*) AS n FROM contact", "--personal") == [{"n": 1}]


def test_what_is_wrong_is_one_sentence(program: Program, sales: list[dict[str, Any]]) -> None:
    filled(program, sales)

    assert "SELEC" in sentence(program, "SELEC 1")
    assert "nowhere" in sentence(program, "SELECT * FROM nowhere")
    assert "no_such" in sentence(program, "SELECT no_such FROM deal")


@pytest.mark.parametrize("statement", [" ", ";", "/* nothing */", "SELECT 1; SELECT 2"])
def test_it_takes_one_statement(program: Program, statement: str) -> None:
    said = sentence(program, statement)
    assert "one statement" in said or "multiple commands" in said


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('{path}')",
        "COPY deal TO '{path}'",
        "ATTACH '{path}'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ],
)
def test_files_are_out_of_reach(embedded: Program, tmp_path: Path, statement: str) -> None:
    path = tmp_path / "secret.csv"
    path.write_text("a,b\n1,2\n")

    sentence(embedded, statement.format(path=path))

    assert path.read_text() == "a,b\n1,2\n"


def test_values_in_json_and_csv_are_exact(program: Program) -> None:
    statement = """
        SELECT
            CAST('12345678901234.5600' AS decimal(19, 4)) AS amount, 9007199254740993 AS big, NULL AS none, true AS yes,
            CAST('2026-01-02 03:04:05.678+01:00' AS timestamptz) AS at, CAST('2026-01-02' AS date) AS day,
            'a,"b' AS text
    """

    shown = program("sql", statement, "--format", "json").stdout
    found = json.loads(shown, parse_float=str)[0]
    assert (found["amount"], found["big"]) == ("12345678901234.5600", 9007199254740993)
    assert (found["none"], found["yes"], found["text"]) == (None, True, 'a,"b')
    assert (found["at"], found["day"]) == ("2026-01-02T02:04:05.678000+00:00", "2026-01-02")

    header, row = program("sql", statement, "--format", "csv").stdout.splitlines()
    assert header == "amount,big,none,yes,at,day,text"
    assert row == '12345678901234.5600,9007199254740993,,True,2026-01-02T02:04:05.678000+00:00,2026-01-02,"a,""b"'


def test_columns_of_one_name_are_told_apart(program: Program) -> None:
    assert program.sql("SELECT 1 AS one, 2 AS one") == [{"one": 1, "one_2": 2}]


def test_a_statement_from_a_file(embedded: Program, tmp_path: Path) -> None:
    file = tmp_path / "question.sql"
    file.write_text("-- how many\nSELECT count(*) AS n\nFROM deal;\n")

    assert embedded.json("sql", "--file", str(file)) == [{"n": 0}]
    assert "can't be read" in embedded("sql", "-f", str(tmp_path / "none.sql")).stderr
    assert embedded("sql").exit_code == 2


def test_tables_and_their_columns(embedded: Program) -> None:
    tables = {row["table"]: row["about"] for row in embedded.json("sql", "--tables")}
    meanings = {row["column"]: row["meaning"] for row in embedded.json("sql", "--columns", "deal")}

    assert {"deal", "contact_timeline", "ticket", "personal.contact"} <= set(tables)
    assert "closed_at" in meanings
    assert embedded.json("sql", "--columns", "personal.contact")[0]["column"] == "tenant"
    assert embedded("sql", "--columns", "nothing").exit_code == 2


def test_what_others_wrote_cannot_steer_the_terminal(embedded: Program) -> None:
    shown = embedded("sql", "SELECT 'a' || chr(27) || '[31m' || chr(10) || '[bold]' AS text").stdout

    assert "\x1b[31m" not in shown
    assert "[bold]" in shown
