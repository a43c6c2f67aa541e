"""A shadow: what would be if models were others, beside what is."""

import os
from pathlib import Path
from typing import Any

import psycopg
import pytest

from projections.model import load_models
from tests.cli.conftest import Message, columns
from tests.models.test_bad_models import live
from tests.project.given import Program
from tests.shadows.conftest import Changed
from tests.shadows.given import LIKELIER, RESOLVED_IS_ANSWERED, built, by_table, copied, left_behind

BOARD = "SELECT stage, currency, weighted_amount FROM pipeline_board WHERE stage_kind = 'open' ORDER BY stage"
WEIGHTED = "SELECT CAST(sum(open_weighted) AS decimal(19, 2)) AS weighted FROM kpi_sales_daily WHERE day < '2026-02-01'"


def test_other_stage_probabilities_change_the_board_and_the_past(filled: Program, changed: Changed) -> None:
    before = live(filled)

    told = built(filled, changed(**LIKELIER))

    # 50 and 80 EUR are leads, at 0.2 until now
    assert (told["shadow"], told["position"]) == ("likelier", filled.json("status")["position"])
    assert told["models"] == ["pipeline_stage", "pipeline_stage_probability"]
    assert columns(filled.sql(BOARD), "stage", "weighted_amount") == [("Lead", 26)]
    assert columns(filled.sql(BOARD, "--shadow", "likelier"), "stage", "weighted_amount") == [("Lead", 65)]
    # at the end of January 500 EUR had an offer; 300 EUR were a lead
    assert filled.sql(WEIGHTED) == [{"weighted": 310}]
    assert filled.sql(WEIGHTED, "--shadow", "likelier") == [{"weighted": 400}]
    asked = "SELECT crm.pipeline_board.weighted_amount AS w FROM crm.pipeline_board WHERE stage_kind = 'open'"
    assert filled.sql(asked, "--shadow", "likelier") == [{"w": 65}]
    assert filled("sql", "--shadow", "likelier", "DELETE FROM crm.deal").exit_code == 1
    assert live(filled) == before


def test_the_difference_names_exactly_the_tables_that_differ(filled: Program, changed: Changed) -> None:
    built(filled, changed(**LIKELIER))

    told = filled.json("diff", "tables", "likelier")

    lines = by_table(told)
    assert told["position"] == filled.json("status")["position"]
    assert set(lines) == {
        *("pipeline_stage", "pipeline_stage_probability", "pipeline_label", "deal_history", "deal", "deal_on_board"),
        *("pipeline_board", "deal_flow", "kpi_sales_daily", "kpi_sales", "kpi_pipeline_daily"),
    }
    assert lines["pipeline_board"] == {
        "table": "pipeline_board",
        "only_live": 0,
        "only_shadow": 0,
        "changed": 1,
        "columns": [],
        "sums": {"weighted_amount": {"live": 2226, "shadow": 2265}},
    }
    assert lines["deal"]["changed"] == 2
    assert "weighted_amount 2,226 → 2,265" in filled("diff", "tables", "likelier").stdout
    _rows_are_shown_by_what_makes_them_unique(filled)


def _rows_are_shown_by_what_makes_them_unique(filled: Program) -> None:
    told = filled.json("diff", "tables", "likelier", "deal")
    table = filled("diff", "tables", "likelier", "deal", "--limit", "1").stdout
    shown = filled("diff", "tables", "likelier", "pipeline_board", "--format", "csv").stdout.splitlines()

    [first, second] = told["rows"]
    ids = [row["deal_id"] for row in filled.sql("SELECT deal_id FROM deal WHERE status = 'open' ORDER BY deal_id")]
    assert (told["differing"], [first["deal_id"], second["deal_id"]]) == (2, ids)
    assert first["kind"] == "changed"
    assert first["values"]["probability"] == {"live": 0.2, "shadow": 0.5}
    assert "0.2 → 0.5" in table
    assert "2 rows differ: see --limit" in table
    assert shown[0] == "pipeline_id,stage_key,stage_kind,currency,kind,weighted_amount_live,weighted_amount_shadow"
    assert shown[1].endswith(",Lead,open,EUR,changed,26.000000,65.000000")
    assert len(shown) == 2
    assert "account is the same in the shadow" in filled("diff", "tables", "likelier", "account").stdout


def test_another_definition_of_first_response_changes_what_is_computed_from_it(
    filled: Program, changed: Changed
) -> None:
    built(filled, changed(**RESOLVED_IS_ANSWERED), "answered")

    lines = by_table(filled.json("diff", "tables", "answered"))

    assert set(lines) == {"ticket_history", "ticket", "ticket_flow", "kpi_service_daily", "kpi_service"} | (
        {"kpi_service_median"} & set(lines)
    )
    assert lines["kpi_service_daily"]["sums"] == {
        "first_responses": {"live": 1, "shadow": 2},
        "first_response_seconds": {"live": 3600, "shadow": 10800},
    }


def test_a_copy_that_changes_nothing_does_not_differ(filled: Program, changed: Changed) -> None:
    built(filled, changed(deal_history="", pipeline="", kpi_service_median=""), "same")

    assert filled.json("diff", "tables", "same")["tables"] == []
    assert "no table of the shadow same differs" in filled("diff", "tables", "same").stdout
    assert filled("diff", "tables", "same", "--format", "csv").stdout.splitlines() == [
        "table,only_live,only_shadow,changed,columns,sums"
    ]


def test_a_new_model_reads_what_is_changed(filled: Program, changed: Changed) -> None:
    folder = changed(**LIKELIER)
    (folder / "weighted").mkdir()
    (folder / "weighted" / "model.sql").write_text(
        "-- table: crm.weighted\n-- about: what each agent's open deals are worth, weighted\n-- key: tenant, owner\n"
        "-- grain: tenant, owner\n-- reads: deal(tenant, owner)\n-- column tenant: whose it is\n-- column owner: who\n"
        "-- column weighted: the sum\nSELECT tenant, owner, CAST(sum(weighted_amount) AS decimal(38, 6)) AS weighted\n"
        "FROM deal WHERE status = 'open' AND owner IS NOT NULL GROUP BY tenant, owner\n"
    )

    built(filled, folder)

    assert filled.sql("SELECT owner, weighted FROM weighted", "--shadow", "likelier") == [
        {"owner": "Kim", "weighted": 65}
    ]
    line = by_table(filled.json("diff", "tables", "likelier"))["weighted"]
    assert (line["only_live"], line["only_shadow"], line["changed"]) == (0, 1, 0)
    new = filled("diff", "tables", "likelier", "weighted")
    assert (new.exit_code, "crm.weighted is new in the shadow" in new.stderr) == (2, True)
    assert filled("sql", "SELECT * FROM weighted").exit_code == 1


def test_rows_and_columns_that_only_one_side_has_are_told(filled: Program, changed: Changed) -> None:
    folder = changed(kpi_sales_daily="")
    file = folder / "kpi_sales_daily" / "model.sql"
    (folder / "kpi_sales_daily" / "checks.sql").unlink()
    text = file.read_text().replace("\nFROM deal_flow", ",\n    count(*) AS events\nFROM deal_flow WHERE owner = 'Lee'")
    file.write_text(text.replace("\nSELECT", "\n-- column events: how many\nSELECT", 1))
    (folder / "kpi_sales_daily" / "checks.sql").write_text(
        "-- None is of nobody.\nSELECT day FROM kpi_sales_daily WHERE owner = ''"
    )

    built(filled, folder, "lee")

    days = filled.sql("SELECT owner, CAST(count(*) AS bigint) AS n FROM kpi_sales_daily GROUP BY owner ORDER BY owner")
    [line] = [one for name, one in by_table(filled.json("diff", "tables", "lee")).items() if name == "kpi_sales_daily"]
    assert (line["only_live"], line["only_shadow"], line["changed"]) == (days[0]["n"], 0, 0)
    assert line["columns"] == ["events"]
    rows = filled.json("diff", "tables", "lee", "kpi_sales_daily", "--limit", "100")["rows"]
    assert {(row["kind"], row["owner"]) for row in rows} == {("only live", "Kim")}


def test_a_shadow_takes_in_what_came_meanwhile_when_it_is_compared(
    filled: Program, changed: Changed, message: Message
) -> None:
    built(filled, changed(**LIKELIER, **RESOLVED_IS_ANSWERED))
    what = {"title": "New", "pipeline": "pipeline:test:sales", "owner": "Lee", "amount": 10, "currency": "EUR"}
    last = filled.ingest(
        [
            message("deal.opened", "deal:test:9", "2026-05-01T12:00:00Z", **what),
            message("ticket.agent_replied", "ticket:test:2", "2026-01-05T10:30:00Z"),  # before it was resolved
        ]
    )
    assert columns(filled.sql(BOARD, "--shadow", "likelier"), "weighted_amount") == [(65,)]

    told = filled.json("diff", "tables", "likelier")

    assert told["position"] == last
    assert columns(filled.sql(BOARD, "--shadow", "likelier"), "weighted_amount") == [(70,)]
    assert by_table(told)["pipeline_board"]["sums"]["weighted_amount"] == {"live": 2228, "shadow": 2270}
    assert "ticket" not in by_table(told)  # the first answer is an answer by either definition
    assert [one["position"] for one in filled.json("status")["shadows"]] == [last]
    built(filled, changed(), "anew")
    for table in ("pipeline_board", "deal", "kpi_sales_daily", "ticket", "kpi_service_daily"):
        [brought_up, anew] = (filled.sql(f"SELECT * FROM {table}", "--shadow", one) for one in ("likelier", "anew"))
        assert sorted(map(str, brought_up)) == sorted(map(str, anew))


def test_it_is_built_while_a_projector_runs_and_events_come(
    filled: Program, changed: Changed, message: Message
) -> None:
    folder = changed(**LIKELIER)
    with filled.projector():
        for number in range(20, 22):
            what = {"title": "New", "pipeline": "pipeline:test:sales", "amount": 100, "currency": "EUR"}
            last = filled.ingest([message("deal.opened", f"deal:test:{number}", "2026-05-01T12:00:00Z", **what)])
            built(filled, folder)
            filled.json("sql", "SELECT 1 AS one", "--wait", str(last))
            told = filled.json("diff", "tables", "likelier")
            assert told["position"] >= last
            assert by_table(told)["deal"]["changed"] == 2 + number - 19
    assert filled.json("status")["shadows"][0]["models"] == list(LIKELIER)


def test_rebuilds_and_shadows_do_not_disturb_each_other(filled: Program, changed: Changed) -> None:
    built(filled, changed(**LIKELIER))
    before = filled.json("diff", "tables", "likelier")
    for words in (["rebuild"], ["rebuild", "--undo"], ["rebuild", "deal"], ["rebuild", "--drop"]):
        filled(*words)
        assert columns(filled.sql(BOARD), "weighted_amount") == [(26,)]
        assert columns(filled.sql(BOARD, "--shadow", "likelier"), "weighted_amount") == [(65,)]
        assert filled.json("diff", "tables", "likelier") == before
    filled("rebuild", "--shadow", "likelier", "--drop")
    assert filled("rebuild", "--undo").exit_code == 0


def test_the_same_name_again_takes_its_place_and_drop_removes_it(filled: Program, changed: Changed) -> None:
    folder = changed(**LIKELIER)
    built(filled, folder)
    size = len(left_behind(filled))
    for model in folder.iterdir():
        file = model / "model.sql"
        file.write_text(file.read_text().replace("CAST(0.5", "CAST(0.4"))
    assert columns(filled.sql(BOARD, "--shadow", "likelier"), "weighted_amount") == [(65,)]

    built(filled, folder)

    assert columns(filled.sql(BOARD, "--shadow", "likelier"), "weighted_amount") == [(52,)]
    assert len(left_behind(filled)) == size
    dropped = filled("rebuild", "--shadow", "likelier", "--drop")
    assert (dropped.exit_code, dropped.stdout) == (0, "the shadow likelier is removed\n")
    assert left_behind(filled) == []
    assert filled.json("status")["shadows"] == []


def test_personal_tables_are_read_and_compared_where_it_is_asked_for(
    filled: Program, changed: Changed, message: Message
) -> None:
    ada = message("contact.added", "contact:test:ada", "2026-01-01T00:00:00Z", name="Ada", email="ada@example.org")
    filled.ingest([{**ada, "id": "ada"}])
    names = "SELECT count(*) AS n FROM personal.contact_key"
    folder = changed(**LIKELIER)
    built(filled, folder)

    # what the changes do not reach is read of the live tables
    assert filled.sql(names, "--shadow", "likelier", "--personal") == filled.sql(names, "--personal")
    hidden = filled("sql", "--shadow", "likelier", names)
    assert (hidden.exit_code, "--personal" in hidden.stderr) == (1, True)

    nobody = changed(contact_person="")
    for one in LIKELIER:
        for file in (nobody / one).iterdir():
            file.unlink()
        (nobody / one).rmdir()
    _without_rows(nobody / "contact_person")
    built(filled, nobody, "nobody")

    without, with_personal = (filled.json("diff", "tables", "nobody", *words) for words in ([], ["--personal"]))
    assert not any(name.startswith("personal.") for name in by_table(without))
    assert by_table(with_personal)["personal.contact_email"]["only_live"] == 1
    refused = filled("diff", "tables", "nobody", "personal.contact_email")
    assert (refused.exit_code, "add --personal" in refused.stderr) == (2, True)
    rows = filled.json("diff", "tables", "nobody", "personal.contact_email", "--personal")["rows"]
    assert [row["kind"] for row in rows] == ["only live"]
    emails = "SELECT CAST(count(*) AS bigint) AS n FROM personal.contact_email"
    assert filled.sql(emails, "--shadow", "nobody", "--personal") == [{"n": 0}]
    assert filled.sql(emails, "--personal") == [{"n": 1}]


def _without_rows(folder: Path) -> None:
    file = folder / "model.sql"
    header = [line for line in file.read_text().splitlines() if line.startswith("--")]
    begin = len("\n".join(header)) + 1
    select = file.read_text()[begin:]
    file.write_text("\n".join([*header, f"SELECT * FROM (\n{select}\n) AS everybody\nWHERE FALSE\n"]))
    (folder / "checks.sql").write_text("-- Nobody is there.\nSELECT tenant FROM contact_person\n")


REFUSED = [
    (["rebuild", "--shadow", "No", "--models", "."], 2, "'No' can't be the name of a shadow: write small letters"),
    (["rebuild", "--shadow", "x"], 2, "with --shadow give --models FOLDER, or --drop"),
    (["rebuild", "--shadow", "x", "--models", ".", "--drop"], 2, "with --shadow give --models FOLDER, or --drop"),
    (["rebuild", "--shadow", "x", "--models", "nowhere"], 2, "there is no folder"),
    (["rebuild", "--models", "."], 2, "--models goes with --shadow NAME"),
    (["rebuild", "deal", "--shadow", "x", "--models", "."], 2, "--shadow goes with --models or --drop"),
    (["rebuild", "--shadow", "x", "--drop"], 1, "there is no shadow x"),
    (["sql", "--shadow", "x", "SELECT 1"], 1, "there is no shadow x; there are likelier"),
    (["sql", "--shadow", "x;", "SELECT 1"], 2, "'x;' can't be the name of a shadow"),
    (["sql", "--shadow", "x", "--tables"], 2, "--shadow goes with a statement"),
    (["sql", "--shadow", "likelier", "SELECT 1", "--as-of", "2026-01-01"], 2, "--shadow goes with a statement"),
    (["diff", "tables", "x"], 1, "there is no shadow x; there are likelier"),
    (["diff", "tables", "likelier", "deals"], 2, "there is no table deals; did you mean deal?"),
    (["model", "copy", "deals", "."], 2, "there is no model deals; did you mean deal?"),
    (["model", "copy", "pipeline_stage", "{folder}"], 2, "pipeline_stage already"),
]


def test_what_can_not_be_is_said(filled: Program, changed: Changed) -> None:
    folder = changed(**LIKELIER)
    built(filled, folder)
    for words, code, said in REFUSED:
        result = filled(*(word.format(folder=folder) for word in words))

        assert (result.exit_code, said in result.stderr) == (code, True), f"{words}: {result.stderr}"


def test_analysts_may_read_it_as_they_may_the_live_tables(
    postgres_program: Program, sales: list[Any], tmp_path: Path
) -> None:
    postgres_program.ingest(sales)
    folder = tmp_path / "changed"
    copied(postgres_program, "contact_person", folder)  # which personal tables are computed from
    built(postgres_program, folder, "seen")

    with psycopg.connect(os.environ["RAPPORT_STORE"], autocommit=True) as connection:
        connection.execute("SET ROLE rapport_analyst")
        for model in load_models():
            table = f"{model.schema}_shadow_seen.{model.table}"
            if model.schema == "crm":
                connection.execute(f"SELECT 1 FROM {table} LIMIT 1".encode())
            else:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(f"SELECT 1 FROM {table} LIMIT 1".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT 1 FROM rapport_shadow_seen.fact_deal")
