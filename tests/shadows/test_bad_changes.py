"""A changed model that can't be used is refused in a sentence with its file and line, before anything is made."""

from pathlib import Path

from tests.models.test_bad_models import live
from tests.project.given import Program
from tests.shadows.given import copied, left_behind

NEW = """\
-- table: crm.mails
-- about: what nobody may know
-- key: tenant, contact_id
-- grain: tenant, contact_id
-- reads: contact_email(tenant, contact_id)
-- column tenant: whose it is
-- column contact_id: who
SELECT DISTINCT tenant, contact_id FROM contact_email
"""
# A model, what is changed in it, and what is said: the file's name, the line and how the sentence goes on.
CHANGES = [
    ("pipeline_stage", "FROM placed → FRM placed", "model.sql, line 166: PostgreSQL can't read this"),
    (
        "pipeline_label",
        "\nFROM label AS l → \nFROM labels AS l",
        "model.sql, line 31: there is no model or fact labels",
    ),
    ("kpi_sales_daily", "    day,\n    owner, →     max_by(day, owner),\n    owner,", "max_by() can't be used"),
    (
        "deal",
        "-- table: crm.deal\n → -- view: crm.deal\n",
        "line 1: it takes the place of another: keep `table: crm.deal`",
    ),
    ("deal", "-- table: crm.deal\n → -- table: crm.deals\n", "line 1: it takes the place of another: keep"),
    ("deal", "-- about: one → -- abuot: one", "model.sql, line 1: the header needs `about:`"),
    ("contact_email", "", "contact_email/model.sql, line 1: personal.contact_email is personal: only models of the"),
    ("freshness", "", "freshness/model.sql, line 1: freshness says how far the tables are, and can't be changed"),
    (
        "pipeline_stage_probability",
        "    probability\nFROM said →     CAST(NULL AS text) AS probability\nFROM said",
        "model.sql, line 1: deal_history is computed from it, and can't be any more: ",
    ),
    (
        "pipeline_stage_probability",
        "    probability\nFROM said →     probability / CAST(2 AS double precision) AS probability\nFROM said",
        "checks.sql, line 2: it must hold that the last probability of a stage is the one it has now, and there is",
    ),
]


def test_it_is_refused_with_file_and_line_and_nothing_is_made(filled: Program, tmp_path: Path) -> None:
    before = live(filled)
    for number, (name, change, said) in enumerate(CHANGES):
        folder = tmp_path / str(number)
        copied(filled, name, folder, change)
        _is_refused(filled, folder, said)
    _is_refused(filled, _with_new(tmp_path / "new"), "mails/model.sql, line 5: contact_email is personal")
    (tmp_path / "empty").mkdir()
    _is_refused(filled, tmp_path / "empty", "there is no folder with a model in")
    assert live(filled) == before


def _is_refused(program: Program, folder: Path, said: str) -> None:
    refused = program("rebuild", "--shadow", "bad", "--models", str(folder))
    assert (refused.exit_code, said in refused.stderr) == (1, True), f"{said}\n{refused.stderr}{refused.exception}"
    assert left_behind(program) == []


def _with_new(folder: Path) -> Path:
    (folder / "mails").mkdir(parents=True)
    (folder / "mails" / "model.sql").write_text(NEW)
    return folder
