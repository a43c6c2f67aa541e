"""A model of the user's own: added today, filled in for all of the past, and kept up to date from then on."""

import pytest

from tests.cli.conftest import Message
from tests.models.conftest import Owned
from tests.models.given import CHECKS, MODEL
from tests.project.given import Program, harm

ALL = "SELECT owner, won, lost, listed FROM deals_closed ORDER BY owner"
LATER = [{"owner": "Kim", "won": 3, "lost": 0, "listed": 0}, {"owner": "Lee", "won": 1, "lost": 1, "listed": 0}]
PAST = [{"owner": "Kim", "won": 2, "lost": 0, "listed": 0}, {"owner": "Lee", "won": 1, "lost": 1, "listed": 0}]


def test_a_folder_and_one_command_give_a_table_of_all_of_the_past(filled: Program, owned: Owned) -> None:
    owned()
    assert filled.json("status")["models"] == "1 new: deals_closed; run `rapport rebuild deals_closed`"

    done = filled("rebuild", "deals_closed")

    assert done.exit_code == 0, done.stderr
    assert filled.sql(ALL) == PAST
    status = filled.json("status")
    assert (status["models"], status["tables"]["deals_closed"]) == ("as published", 2)


def test_batches_reach_it_as_they_reach_ours(filled: Program, owned: Owned, message: Message) -> None:
    owned()
    filled("rebuild", "deals_closed")

    price = message("product.listed", "product:test:x", "2026-01-01T00:00:00Z", name="X", price=5, currency="EUR")
    opened = message(
        "deal.opened", "deal:test:9", "2026-02-01T12:00:00Z", title="9", owner="Lee", product="product:test:x"
    )
    filled.ingest([{**opened, "id": "o"}, {**message("deal.won", "deal:test:9", "2026-02-03T12:00:00Z"), "id": "w"}])
    assert filled.sql(ALL)[1] == {"owner": "Lee", "won": 2, "lost": 1, "listed": 0}

    filled.ingest([{**price, "id": "p"}])  # by the look-up alone
    assert filled.sql(ALL)[1] == {"owner": "Lee", "won": 2, "lost": 1, "listed": 1}


def test_one_that_changes_is_computed_anew_and_nothing_else_is(filled: Program, owned: Owned) -> None:
    owned()
    filled("rebuild", "deals_closed")
    harm(filled, "UPDATE crm.deal SET title = 'as it was' WHERE title = 'Deal 6'")
    owned(model=MODEL.replace("count(p.price)", "count(*)"))
    assert filled.json("status")["models"].startswith("1 changed: deals_closed;")

    assert filled("rebuild", "deals_closed").exit_code == 0

    assert [row["listed"] for row in filled.sql(ALL)] == [2, 2]
    assert filled.sql("SELECT title FROM deal ORDER BY title")[-1] == {"title": "as it was"}


def test_one_that_is_taken_away_is_gone(filled: Program, owned: Owned, monkeypatch: pytest.MonkeyPatch) -> None:
    owned()
    filled("rebuild", "deals_closed")
    monkeypatch.delenv("RAPPORT_MODELS")
    assert filled.json("status")["models"] == "1 gone: deals_closed; run `rapport project`"

    filled.json("project")

    assert filled("sql", ALL).exit_code == 1
    assert filled.sql("SELECT CAST(count(*) AS bigint) AS n FROM deal") == [{"n": 6}]


def test_as_of_a_date_it_is_what_its_select_gives_of_what_had_happened(filled: Program, owned: Owned) -> None:
    owned()
    owned(
        "agents_who_lost",
        """\
-- view: crm.agents_who_lost
-- about: agents with a lost deal
-- grain: tenant, owner
-- reads: deals_closed(tenant, owner)
-- column tenant: whose it is
-- column owner: the agent
SELECT tenant, owner FROM deals_closed
WHERE lost > 0
""",
        "-- Everybody has a name.\nSELECT tenant FROM agents_who_lost WHERE owner IS NULL",
    )
    filled("rebuild", "deals_closed", "agents_who_lost")

    assert filled.sql(ALL, "--as-of", "2026-01-31") == [{"owner": "Kim", "won": 1, "lost": 0, "listed": 0}]
    assert filled.sql("SELECT owner FROM crm.agents_who_lost", "--as-of", "2026-01-31") == []
    assert filled.sql("SELECT owner FROM crm.agents_who_lost", "--as-of", "2026-02-07") == [{"owner": "Lee"}]
    assert filled.sql(ALL, "--as-of", "2027-01-01") == PAST
    assert filled.sql(ALL, "--as-of", "2020-01-01", "--clock", "recorded") == []


def test_as_of_a_date_one_that_was_never_computed_is_not_run(filled: Program, owned: Owned) -> None:
    owned(model=MODEL.replace("FROM deal AS d", "FROM personal.fact_person AS d"))

    refused = filled("sql", ALL, "--as-of", "2026-01-31", "--personal")

    assert refused.exit_code == 1
    assert "is personal" in refused.stderr  # told, and then the table is simply not there
    assert "deals_closed" in refused.stderr.splitlines()[-1]
    assert len(filled.sql("SELECT owner FROM deal", "--as-of", "2026-01-31")) == 3


def test_models_may_read_models_of_ones_own_and_be_views(filled: Program, owned: Owned) -> None:
    owned()
    view = """\
-- view: crm.win_rate
-- about: the share of an agent's closed deals that were won
-- grain: tenant, owner
-- reads: deals_closed(tenant, owner)
-- column tenant: whose it is
-- column owner: the agent
-- column rate: deals won, of those closed
SELECT tenant, owner, CAST(won AS double precision) / (won + lost) AS rate
FROM deals_closed
"""
    owned("win_rate", view, "-- A share is one.\nSELECT tenant, rate FROM win_rate WHERE rate > 1")

    assert filled("rebuild", "deals_closed", "win_rate").exit_code == 0

    assert filled.sql("SELECT owner, rate FROM win_rate ORDER BY owner") == [
        {"owner": "Kim", "rate": 1.0},
        {"owner": "Lee", "rate": 0.5},
    ]


def test_it_is_listed_and_described(filled: Program, owned: Owned) -> None:
    owned()
    tables = {row["table"]: row["about"] for row in filled.json("sql", "--tables")}
    columns = filled.json("sql", "--columns", "deals_closed")

    assert tables["deals_closed"] == "how many deals each agent won and lost, as known now"
    assert [row["column"] for row in columns] == ["tenant", "owner", "won", "lost", "listed"]


def test_a_projector_that_runs_goes_on_with_it(filled: Program, owned: Owned, message: Message) -> None:
    with filled.projector() as projector:
        owned()
        assert filled.json("status")["models"].startswith("1 new:")
        rebuilt = filled("rebuild", "deals_closed")
        assert (rebuilt.exit_code, rebuilt.stderr) == (0, "")
        assert filled.sql(ALL) == PAST
        assert filled.json("status")["models"] == "as published"

        last = filled.ingest([message("deal.won", "deal:test:5", "2026-03-01T12:00:00Z")])
        assert filled.sql(ALL, "--wait", str(last)) == LATER
        assert projector.poll() is None


def test_one_that_breaks_its_checks_changes_nothing_while_a_projector_runs(filled: Program, owned: Owned) -> None:
    with filled.projector() as projector:
        owned(checks="-- Nobody closes a deal.\nSELECT tenant, owner FROM deals_closed")
        refused = filled("rebuild", "deals_closed")

        assert (refused.exit_code, "nobody closes a deal" in refused.stderr) == (1, True)
        assert filled("sql", ALL).exit_code == 1
        assert filled.sql("SELECT CAST(count(*) AS bigint) AS n FROM deal") == [{"n": 6}]
        assert projector.poll() is None


def test_a_rebuild_of_everything_has_it_too(filled: Program, owned: Owned) -> None:
    owned()
    assert filled.json("rebuild")["events"] == 12
    assert filled.sql(ALL) == PAST


def test_one_of_ours_can_be_computed_anew_by_its_name(filled: Program) -> None:
    assert filled("rebuild", "crm.deal", "message_text").exit_code == 0
    assert filled.sql("SELECT CAST(count(*) AS bigint) AS n FROM deal") == [{"n": 6}]

    unknown = filled("rebuild", "deals")
    assert (unknown.exit_code, "did you mean deal?" in unknown.stderr) == (2, True)


def test_only_looking_changes_nothing(filled: Program, owned: Owned, monkeypatch: pytest.MonkeyPatch) -> None:
    made = owned()
    told = filled.json("model", "check")
    monkeypatch.delenv("RAPPORT_MODELS")

    assert told == [{"model": "crm.deals_closed", "kind": "table", "columns": 5, "checks": 2, "reads": "deal, product"}]
    assert filled.json("model", "check", str(made)) == told
    assert filled("model", "check").exit_code == 2
    assert filled("sql", ALL).exit_code == 1


def test_a_check_says_what_must_hold(filled: Program, owned: Owned) -> None:
    owned(checks=CHECKS.replace("-- Whoever stands here closed a deal.\n", ""))

    refused = filled("model", "check")

    assert (refused.exit_code, "checks.sql, line 1: write above the query" in refused.stderr) == (1, True)


SUMMED = """\
-- table: crm.wins
-- about: deals won by each agent, with what they are worth
-- key: tenant, agent
-- grain: tenant, agent
-- reads: deal_flow(tenant, owner)
-- sums: deal_flow
-- sum wins: deals_won
-- column tenant: whose it is
-- column agent: the agent
-- column wins: deals won
-- column won_amount: what they were sold for
SELECT
    tenant,
    owner AS agent,
    CAST(sum(deals_won) AS bigint) AS wins,
    CAST(sum(won_amount) AS decimal(38, 4)) AS won_amount
FROM deal_flow
GROUP BY tenant, owner
"""


def test_its_rows_are_explained_and_its_numbers_where_the_header_says_how(filled: Program, owned: Owned) -> None:
    owned()
    owned("wins", SUMMED, "-- Nobody wins less than nothing.\nSELECT tenant, wins FROM wins WHERE wins < 0;\n")
    assert filled("rebuild", "deals_closed", "wins").exit_code == 0

    behind = filled.json("explain", "deals_closed", "Lee")
    assert {event["subject"] for event in behind} == {"deal:test:3", "deal:test:4"}

    (wins, amount) = filled.json("explain", "wins", "agent=Kim")
    assert [(one["number"], one["made"]) for one in (wins, amount)] == [(2, 2), (1500, 1500)]
    assert [event["contribution"] for event in amount["events"]] == [1000, 500]
    (wins, amount) = filled.json("explain", "wins", "Kim", "--as-of", "2026-01-31")
    assert (wins["number"], amount["number"], amount["agrees"]) == (1, 1000, True)
