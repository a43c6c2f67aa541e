"""Everything that can be wrong with a model of the user's own, each with the place and the words of the sentence."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.models.given import CHECKS, MODEL, write_model


@dataclass(frozen=True)
class Bad:
    """The good model spoiled: what is written instead, and what must be said, with the file's name and the line."""

    said: str
    model: str = MODEL
    checks: str | None = CHECKS
    name: str = "deals_closed"

    def write(self, folder: Path) -> str:
        """Write it; returns what the sentence has to begin with."""
        write_model(folder, self.name, self.model, self.checks)
        return f"{folder / self.name}/{self.said}"


def _with(old: str, new: str, said: str) -> Bad:
    assert MODEL.count(old) == 1, old
    return Bad(said, MODEL.replace(old, new))


def _select(sql: str, said: str) -> Bad:
    """With another SELECT, which begins on line 13."""
    return Bad(said, MODEL[: MODEL.index("SELECT")] + sql)


def _check(sql: str, said: str) -> Bad:
    return Bad(said, checks=f"-- It holds.\n{sql};\n")


def _line(old: str, new: str = "") -> str:
    """The SELECT with a piece of it changed."""
    select = MODEL[MODEL.index("SELECT") :]
    assert select.count(old) == 1, old
    return select.replace(old, new)


HEADERS = {
    "no header line": _with("-- about: how", "-- about how", "model.sql, line 2: not a header line"),
    "no table": _with("-- table: crm.deals_closed", "-- note: x", "model.sql, line 1: the header needs `table:`"),
    "no schema": _with("crm.deals_closed", "deals_closed", "model.sql, line 1: the header needs `table:` or `view:`"),
    "no about": _with("-- about: how", "-- note: how", "model.sql, line 1: the header needs `about:`"),
    "no grain": _with("-- grain: tenant, owner\n", "", "model.sql, line 1: the header needs `grain:`"),
    "no key": _with("-- key: tenant, owner\n", "", "model.sql, line 1: the header needs `key:`"),
    "a word unknown": _with(
        "-- index: ", "-- indexes: ", "model.sql, line 7: `indexes:` is no word of a header, index:"
    ),
    "a word twice": _with(
        "-- key: tenant, owner\n", "-- key: tenant\n-- key: tenant, owner\n", "model.sql, line 4: `key:`"
    ),
    "a table and a view": _with(
        "-- about", "-- view: crm.deals_closed\n-- about", "model.sql, line 2: it is a `table:`"
    ),
    "another schema": _with("crm.deals_closed", "sales.deals_closed", "model.sql, line 1: tables of your own stand in"),
    "the schema personal": _with("crm.deals", "personal.deals", "model.sql, line 1: tables of your own stand in the"),
    "another name than its folder's": _with("crm.deals_closed", "crm.closed", "model.sql, line 1: the table is called"),
    "a key not described": _with(
        "-- key: tenant, owner", "-- key: tenant, ownr", "model.sql, line 3: `key:` names ownr"
    ),
    "an index not described": _with("-- index: tenant, won", "-- index: wn", "model.sql, line 7: `index:` names wn"),
    "a key without tenant": _with("-- key: tenant, owner", "-- key: owner", "model.sql, line 3: `key:` begins with"),
    "a column twice": _with(
        "-- column lost:", "-- column won:", "model.sql, line 11: this column is described already"
    ),
    "sums of what is not read": _with(
        "-- index: tenant, won", "-- sums: deal_flow", "model.sql, line 7: deal_flow is summed up, and not read"
    ),
    "sums of what has no events": _with(
        "-- index: tenant, won", "-- sums: deal", "model.sql, line 7: deal has neither a row for each event nor"
    ),
    "a number that is summed up of nothing": _with(
        "-- reads: deal(tenant, owner)\n",
        "-- reads: deal(tenant, owner)\n-- reads: deal_history(tenant, owner)\n-- sums: deal_history\n-- sum won: nn\n",
        "model.sql, line 8: there is no nn to explain by",
    ),
    "a number summed up that there is not": _with(
        "-- index: tenant, won", "-- sums: deal\n-- sum wn: 1", "model.sql, line 8: there is no wn to explain by;"
    ),
    "a sum without sums": _with("-- index: tenant, won", "-- sum won: 1", "model.sql, line 7: `sum won:` goes with"),
    "a sum twice": _with(
        "-- reads: deal(tenant, owner)\n",
        "-- reads: deal_history(tenant, owner)\n-- sums: deal_history\n-- sum won: 1\n-- sum won: n\n",
        "model.sql, line 8: `sum won:` stands twice",
    ),
    "a label that there is not": _with(
        "-- index: tenant, won", "-- sums: deal\n-- labels: wn", "model.sql, line 8: there is no wn to explain by;"
    ),
    "no percentile": _with(
        "-- index: tenant, won", "-- sums: deal\n-- percentile won: half", "model.sql, line 8: `percentile won: half`"
    ),
    "reads without columns": _with(
        "deal(tenant, owner)\n-- l", "deal\n-- l", "model.sql, line 5: `reads: deal` is not"
    ),
    "an unknown source": _with(
        "-- reads: deal(", "-- reads: deals(", "model.sql, line 5: there is no model or fact deals;"
    ),
    "an unknown source column": _with(
        "reads: deal(tenant, owner)", "reads: deal(tenant, boss)", "model.sql, line 5: deal"
    ),
    "fewer columns than the key": _with(
        "reads: deal(tenant, owner)", "reads: deal(tenant)", "model.sql, line 5: it names"
    ),
    "a look-up through what is not read": _with(
        "through deal(tenant, product_id",
        "through deal_flow(tenant, deal_id",
        "model.sql, line 6: deal_flow is not read",
    ),
    "a look-up of other counts": _with(
        "-> tenant, owner)", "-> tenant)", "model.sql, line 6: it names 2 → 2 columns and 1"
    ),
    "a look-up of no form": _with(" through deal(", " by deal(", "model.sql, line 6: `looks up: product("),
    "a personal model": _with(
        "-- reads: deal(", "-- reads: contact_email(", "model.sql, line 5: contact_email is personal"
    ),
    "a personal fact": _with("-- reads: deal(", "-- reads: fact_person(", "model.sql, line 5: fact_person is personal"),
    "a table over a view": _with(
        "reads: deal(tenant, owner)", "reads: kpi_sales(tenant, owner)", "model.sql, line 5: kpi_sales is a view"
    ),
    "no SELECT": Bad("model.sql, line 13: there is no SELECT", MODEL[: MODEL.index("SELECT")] + "\n"),
    "no checks.sql": Bad("checks.sql, line 1: it is missing", checks=None),
    "an empty checks.sql": Bad("checks.sql, line 1: there is no check", checks="-- Nothing.\n"),
    "a check that does not say": Bad("checks.sql, line 2: write above the query", checks="\nSELECT 1 AS a;\n"),
    "a name of ours": Bad(
        "model.sql, line 1: there is a model deal already", MODEL.replace("crm.deals_closed", "crm.deal"), name="deal"
    ),
    "a table of ours": Bad(
        "model.sql, line 1: there is a model message_text already",
        MODEL.replace("crm.deals_closed", "crm.message_text"),
        name="message_text",
    ),
    "a fact's name": Bad(
        "model.sql, line 1: a folder can't be called fact_deals",
        MODEL.replace("crm.deals_closed", "crm.fact_deals"),
        name="fact_deals",
    ),
    "a name that is none": Bad(
        "model.sql, line 1: a folder can't be called Deals",
        MODEL.replace("crm.deals_closed", "crm.Deals"),
        name="Deals",
    ),
    "reading itself": _with(
        "-- reads: ",
        "-- reads: deals_closed(tenant, owner)\n-- reads: ",
        "model.sql, line 5: deals_closed reads deals_",
    ),
}
STATEMENTS = {
    "broken SQL": _select(
        _line("GROUP BY", "GRUOP BY"), "model.sql, line 22: PostgreSQL can't read this: syntax error"
    ),
    "two statements": _select(_line("owner\n", "owner;\nDROP TABLE deal\n"), "model.sql, line 23: write one SELECT"),
    "no SELECT but a change": _select("DELETE FROM deal", "model.sql, line 13: write a SELECT"),
    "a SELECT that makes a table": _select("SELECT 1 AS a\nINTO b", "model.sql, line 13: write a SELECT"),
    "a column not described": _select(_line("AS listed", "AS priced"), "model.sql, line 13: priced is selected, and"),
    "a column not selected": _select(
        _line(" AS lost,\n    count(p.price) AS listed", " AS lost"), "model.sql, line 12: listed is described, and"
    ),
    "another order of columns": _select(
        _line("    d.tenant,\n    d.owner,\n", "    d.owner,\n    d.tenant,\n"),
        "model.sql, line 8: tenant is described",
    ),
    "an unknown column": _select(_line("d.owner IS", "d.ownr IS"), "model.sql, line 21: DuckDB can't take this: "),
    "a table that the header lacks": _select(
        _line("FROM deal AS d", "FROM deal AS d INNER JOIN account AS a ON a.tenant = d.tenant"),
        "model.sql, line 19: account is read here, and the header has no `reads: account(…)`",
    ),
    "a table that only the header has": _with(
        "-- index",
        "-- reads: task(tenant, owner)\n-- index",
        "model.sql, line 7: the header names task, and the SELECT",
    ),
    "an unknown table": _select(
        _line("JOIN product", "JOIN products"), "model.sql, line 20: there is no model or fact"
    ),
    "a table with its schema": _select(_line("FROM deal", "FROM crm.deal"), "model.sql, line 19: write deal without a"),
    "personal data": _select(
        _line("FROM deal", "FROM personal.contact"), "model.sql, line 19: personal.contact is pers"
    ),
    "personal data deep inside": _select(
        _line("WHERE d.status <>", "WHERE EXISTS (\n    SELECT 1 FROM fact_text\n) AND d.status <>"),
        "model.sql, line 22: fact_text is person",
    ),
    "a part called as what it reads": _select(
        "WITH deal AS (SELECT * FROM deal)\n" + MODEL[MODEL.index("SELECT") :],
        "model.sql, line 13: call deal otherwise",
    ),
    "a column that is a word of PostgreSQL's": Bad(
        "model.sql, line 12: limit is a word of PostgreSQL's own",
        MODEL.replace("listed", "limit").replace("AS limit", 'AS "limit"'),
    ),
    "QUALIFY": _select(
        MODEL[MODEL.index("SELECT") :] + "QUALIFY row_number() OVER () = 1", "model.sql, line 23: PostgreSQL can't read"
    ),
    "GROUP BY ALL": _select(
        _line("GROUP BY d.tenant, d.owner", "GROUP BY ALL"), "model.sql, line 22: PostgreSQL can't"
    ),
    "any_value": _select(
        _line("count(p.price)", "any_value(p.price)"), "model.sql, line 18: any_value() can't be used"
    ),
    "max_by": _select(_line("count(p.price)", "max_by(p.name, p.price)"), "model.sql, line 18: max_by() can't be used"),
    "the clock": _select(_line("count(p.price)", "now()"), "model.sql, line 18: now() can't be used: tables that are"),
    "today": _select(_line("count(p.price)", "current_date"), "model.sql, line 18: tables that are computed again"),
    "a division": _select(_line("count(p.price)", "sum(d.amount) / count(*)"), "model.sql, line 18: / cuts whole"),
    "a mean of decimals": _select(_line("count(p.price)", "avg(d.amount)"), "model.sql, line 18: avg() differs"),
    "an operator of DuckDB's": _select(_line("count(p.price)", "count(*) // 2"), "model.sql, line 18: the operator //"),
    "a type of DuckDB's": _select(
        _line("count(p.price)", "CAST(count(*) AS double)"), "model.sql, line 18: double is no type on both engines"
    ),
    "a text in no order": _select(
        _line("count(p.price)", "string_agg(d.title, ',')"), "model.sql, line 18: string_agg() needs an ORDER BY"
    ),
    "a name in the SELECT that gives it": _select(
        _line("WHERE d.status <>", "WHERE listed > 0 AND d.status <>"),
        "model.sql, line 21: PostgreSQL does not know listed",
    ),
    "a type of PostgreSQL's": _select(
        _line("count(p.price)", "CAST(NULL AS jsonb)"),
        "model.sql, line 18: jsonb is no type on both engines: write json",
    ),
    "a function of PostgreSQL's": _select(
        _line("count(p.price)", "to_char(count(*), '9')"), "model.sql, line 18: to_char() can't be used"
    ),
    "SQL that DuckDB does not have": _select(
        _line("FROM deal AS d", "FROM ONLY (deal) AS d"), "model.sql, line 19: DuckDB can't take this: "
    ),
    "a key of another kind": _with(
        "reads: deal(tenant, owner)",
        "reads: deal(tenant, amount)",
        "model.sql, line 5: what stands for its key does not",
    ),
    "a check of broken SQL": _check(
        "SELECT tenant FORM deals_closed", "checks.sql, line 2: PostgreSQL can't read this"
    ),
    "a check that changes something": _check("DELETE FROM deals_closed", "checks.sql, line 2: write a SELECT"),
    "a check of personal data": _check(
        "SELECT tenant\nFROM contact_key", "checks.sql, line 3: contact_key is personal"
    ),
    "a check of an unknown column": _check("SELECT a\nFROM deals_closed", "checks.sql, line 2: DuckDB can't take this"),
}
BROKEN = {
    "a check that does not hold": _check(
        "SELECT owner, won\nFROM deals_closed WHERE won > 1",
        "checks.sql, line 2: it must hold that it holds, and there is owner=Kim, won=2",
    ),
    "a grain that is not unique": Bad(
        "model.sql, line 4: it must hold that the grain makes a row unique, and there is ",
        MODEL.replace("-- grain: tenant, owner", "-- grain: tenant"),
    ),
    "a key that is empty": Bad(
        "model.sql, line 4: it must hold that no column of key and grain is empty",
        MODEL.replace(" AND d.owner IS NOT NULL", "")
        .replace("d.owner,\n    count", "nullif(d.owner, 'Kim'),\n    count")
        .replace("nullif(d.owner, 'Kim'),", "nullif(d.owner, 'Kim') AS owner,"),
    ),
    "a key that hides what the SELECT looks at": Bad(
        "model.sql, line 3: a key computed by itself has other rows than among all",
        MODEL.replace("count(p.price) AS listed", "CAST(sum(count(*)) OVER () AS bigint) AS listed"),
    ),
    "a key that would have rows by itself and has none": Bad(
        "model.sql, line 3: a key computed by itself has other rows than among all",
        f"{MODEL.rstrip()}\nORDER BY won DESC LIMIT 1\n",
        "-- Nobody lost less than nothing.\nSELECT owner FROM deals_closed WHERE lost < 0;\n",
    ),
    "SQL that fails on what there is": Bad(
        "model.sql, line 13: it can't be computed: ",
        MODEL.replace("count(p.price) AS listed", "sum(CAST(d.status AS bigint)) AS listed"),
    ),
}
ALL = {**HEADERS, **STATEMENTS, **BROKEN}
each_header = pytest.mark.parametrize("bad", HEADERS.values(), ids=HEADERS.keys())
each_statement = pytest.mark.parametrize("bad", STATEMENTS.values(), ids=STATEMENTS.keys())
