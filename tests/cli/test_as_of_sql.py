"""`rapport sql --as-of`: whatever is asked, and however tables are called, the past answers, and nobody writes."""

from typing import Any

import pytest

from tests.cli.conftest import Message, filled
from tests.project.given import Program

ADA = "contact:test:ada"
THEN = ("--as-of", "2026-01-31")


@pytest.fixture
def told(message: Message) -> list[dict[str, Any]]:
    """A deal with Ada, and what became of both after January."""
    deal = {"title": "Light", "amount": 100, "currency": "EUR", "owner": "Kim", "contacts": [ADA]}
    return [
        message("contact.added", ADA, "2026-01-02T09:00:00Z", name="Ada Lind", email="ada@example.org"),
        message("deal.opened", "deal:test:1", "2026-01-05T10:00:00Z", **deal),
        message("contact.name_corrected", ADA, "2026-03-01T10:00:00Z", name="Ada Berg"),
        message("deal.won", "deal:test:1", "2026-03-02T10:00:00Z"),
    ]


CALLED = (
    "SELECT status FROM deal",
    "SELECT status FROM crm.deal",
    'SELECT d.status FROM "crm"."deal" AS d',
    "SELECT crm.deal.status FROM CRM . Deal",
    "SELECT deal.status FROM crm.deal WHERE 'crm.deal' <> 'crm.' /* crm.deal */ -- crm.deal",
    "WITH d AS (SELECT * FROM crm.deal), deal AS (SELECT * FROM d) SELECT status FROM deal",
    "SELECT (SELECT max(status) FROM crm.deal) AS status",
    "SELECT 'open' AS status FROM crm.contact_360 WHERE open_deals = 1",
    "SELECT 'open' AS status FROM crm.contact_timeline GROUP BY contact_id HAVING count(*) = 2",
    "SELECT CASE WHEN count(*) = 1 THEN 'open' END AS status FROM crm.deal_history",
)


def test_tables_are_those_of_the_date_however_they_are_called(program: Program, told: list[dict[str, Any]]) -> None:
    filled(program, told)

    for statement in CALLED:
        assert program.sql(statement, *THEN) == [{"status": "open"}], statement


def test_personal_tables_are_those_of_the_date_too(program: Program, told: list[dict[str, Any]]) -> None:
    filled(program, told)
    names = [
        program.sql(statement, *THEN, "--personal")
        for statement in (
            "SELECT name FROM personal.contact",
            "SELECT contact.name FROM personal.contact WHERE personal.contact.emails = 1",
            "SELECT p.name FROM crm.contact AS c JOIN personal.contact p ON c.contact_id = p.contact_id",
            "SELECT name FROM personal.contact CROSS JOIN deal UNION SELECT name FROM personal.contact",
        )
    ]

    assert names == [[{"name": "Ada Lind"}]] * 4
    assert program.sql("SELECT count(*) AS n FROM personal.contact_email", *THEN, "--personal") == [{"n": 1}]


def test_facts_that_are_named_in_full_end_with_the_date(program: Program, told: list[dict[str, Any]]) -> None:
    filled(program, told)

    found = program.sql("SELECT count(*) AS n FROM rapport.fact_deal", *THEN, "--personal")

    assert found == [{"n": 1}]


def test_how_far_the_tables_are_is_the_same_as_of_any_date(program: Program, told: list[dict[str, Any]]) -> None:
    filled(program, told)

    for statement in ("SELECT position, recorded_at FROM freshness", "SELECT position, recorded_at FROM crm.freshness"):
        assert program.sql(statement, *THEN) == program.sql(statement)


def test_without_personal_data_none_are_there(program: Program, told: list[dict[str, Any]]) -> None:
    filled(program, told)

    for statement in ("SELECT * FROM personal.contact", "SELECT * FROM personal.fact_person", "SELECT * FROM message"):
        shown = program("sql", statement, *THEN)
        assert "Ada" not in shown.output
        if "personal" in statement:
            assert shown.exit_code == 1
            assert "personal data are read with --personal" in shown.stderr
    assert "name" not in program.sql("SELECT * FROM contact", *THEN)[0]


WRITING = (
    "DELETE FROM deal",
    "INSERT INTO crm.deal SELECT * FROM crm.deal",
    "UPDATE crm.deal SET amount = 0",
    "DROP TABLE crm.deal",
    "CREATE TABLE crm.mine AS SELECT * FROM crm.deal",
)


@pytest.mark.parametrize("personal", [(), ("--personal",)])
def test_nobody_writes_into_the_past(program: Program, told: list[dict[str, Any]], personal: tuple[str, ...]) -> None:
    filled(program, told)
    before = program.sql("SELECT deal_id, status, amount FROM deal")

    for statement in WRITING:
        refused = program("sql", statement, *THEN, *personal)
        assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1), statement
    # What would end the transaction that can't write ends the session with it.
    program("sql", "COMMIT", *THEN, *personal)
    assert program("sql", "COMMIT; DELETE FROM crm.deal", *THEN, *personal).exit_code == 1

    assert program.sql("SELECT deal_id, status, amount FROM deal") == before
    assert program.sql("SELECT count(*) AS n FROM deal", *THEN) == [{"n": 1}]


TODAY = {
    "SELECT query_to_xml('SELECT * FROM crm.deal', true, true, '')": "it would be today's",
    "SELECT * FROM rapport.stored_events": "it would be today's",
    "SELECT * FROM {database}.crm.deal": "without the database's name",
    "SELECT crm.amount FROM deal AS crm": "can only be the schema",
    'SELECT * FROM U&"crm".deal': "without U&",
}


def test_what_would_be_todays_is_refused_in_a_sentence(
    postgres_program: Program, postgres_database: str, told: list[dict[str, Any]]
) -> None:
    filled(postgres_program, told)
    database = postgres_database.rpartition("/")[2].partition("?")[0]

    for statement, said in TODAY.items():
        refused = postgres_program("sql", statement.format(database=database), *THEN, "--personal")
        assert (refused.exit_code, refused.stdout) == (1, ""), statement
        assert said in refused.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM tables_of_today.crm.deal",
        'SELECT * FROM "Tables_Of_Today" . crm.deal',
        "PIVOT tables_of_today.crm.deal ON status",
        "SELECT * FROM query('SELECT * FROM tables_of_today.crm.deal')",
        "SELECT * FROM tables_of_today_personal.personal.contact",
    ],
)
def test_todays_files_can_not_be_reached_from_the_past(
    embedded: Program, told: list[dict[str, Any]], statement: str
) -> None:
    filled(embedded, told)

    refused = embedded("sql", statement, *THEN, "--personal")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "it would be today's" in refused.stderr


def test_no_other_name_leads_to_todays_files(embedded: Program, told: list[dict[str, Any]]) -> None:
    filled(embedded, told)

    found = embedded.sql("SELECT database_name FROM duckdb_databases() WHERE NOT internal ORDER BY 1", *THEN)

    assert [row["database_name"] for row in found] == ["memory", "tables_of_today"]
