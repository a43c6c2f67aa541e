"""What PostgreSQL would read as the name of a table, and what it would not: texts, comments and other quotes."""

import pytest

from infra.publishing.past_names import with_past_names
from infra.publishing.reader import NotAQuery

PLACES = {
    ("crm", "deal"): "deal",
    ("crm", "contact"): "contact",
    ("personal", "contact"): "contact_directory",
    ("rapport", "fact_deal"): "fact_deal",
}


@pytest.mark.parametrize(
    ("statement", "called"),
    [
        ("SELECT 1", "SELECT 1"),
        ("FROM crm.deal", "FROM pg_temp.deal"),
        ('FROM "crm" . "deal", CRM.Deal', "FROM pg_temp.deal, pg_temp.deal"),
        ("FROM crm/* of /* all */ */.deal -- crm.deal", "FROM pg_temp.deal -- crm.deal"),
        ("SELECT crm.deal.amount FROM rapport.fact_deal", "SELECT pg_temp.deal.amount FROM pg_temp.fact_deal"),
        ("SELECT t.crm FROM t", "SELECT t.crm FROM t"),
        ("SELECT 'crm.deal', 'it''s crm.deal'", "SELECT 'crm.deal', 'it''s crm.deal'"),
        (r"SELECT E'\' crm.deal', B'1'", r"SELECT E'\' crm.deal', B'1'"),
        ("SELECT $$ crm.deal $$, $a$ $$ crm.deal $a$, $1", "SELECT $$ crm.deal $$, $a$ $$ crm.deal $a$, $1"),
        ('SELECT "crm.deal", "a"" crm.deal"', 'SELECT "crm.deal", "a"" crm.deal"'),
        ("FROM crm.nowhere", "FROM crm.nowhere"),
        ('FROM crm."DEAL"', 'FROM crm."DEAL"'),
        ("/* crm.deal", "/* crm.deal"),
    ],
)
def test_only_names_of_tables_are_called_otherwise(statement: str, called: str) -> None:
    assert with_past_names(statement, PLACES) == called


@pytest.mark.parametrize(
    ("statement", "called"),
    [
        ("FROM personal.contact", "FROM pg_temp.contact_directory AS contact"),
        ("FROM personal.contact WHERE true", "FROM pg_temp.contact_directory AS contact WHERE true"),
        ("FROM personal.contact, t", "FROM pg_temp.contact_directory AS contact, t"),
        ("FROM personal.contact AS p", "FROM pg_temp.contact_directory AS p"),
        ("FROM personal.contact p", "FROM pg_temp.contact_directory p"),
        ('FROM personal.contact "where"', 'FROM pg_temp.contact_directory "where"'),
        ("SELECT personal.contact.name", "SELECT contact.name"),
        ("FROM crm.contact", "FROM pg_temp.contact"),
    ],
)
def test_of_two_tables_with_one_name_both_keep_it_in_the_statement(statement: str, called: str) -> None:
    assert with_past_names(statement, PLACES) == called


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT crm.amount FROM deal AS crm", "`crm` can only be the schema"),
        ("WITH personal AS (SELECT 1) SELECT 1", "`personal` can only be the schema"),
        ("FROM base.crm.deal", "without the database's name"),
        ('FROM U&"cr\\006d".deal', "without U&"),
    ],
)
def test_what_can_not_be_told_is_refused(statement: str, said: str) -> None:
    with pytest.raises(NotAQuery, match=said):
        with_past_names(statement, PLACES)
