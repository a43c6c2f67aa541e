"""A model that can't be used is refused in one sentence, with its file and line, before anything live is touched."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra.models.validation import validate
from projections.header import ModelRefused
from projections.model import load_models
from tests.models.bad import ALL, Bad, each_header, each_statement
from tests.models.conftest import Owned
from tests.models.given import CHECKS, MODEL, write_model
from tests.project.given import Program


@each_header
def test_a_header_that_can_not_be_used_is_refused_when_models_are_loaded(bad: Bad, tmp_path: Path) -> None:
    said = bad.write(tmp_path)
    with pytest.raises(ModelRefused) as refused:
        load_models(tmp_path)
    _is_a_sentence(str(refused.value), said)


@each_statement
def test_sql_that_one_of_the_engines_would_not_take_is_refused_without_a_server(bad: Bad, tmp_path: Path) -> None:
    said = bad.write(tmp_path)
    with pytest.raises(ModelRefused) as refused:
        validate(load_models(tmp_path), None)
    _is_a_sentence(str(refused.value), said)


def _is_a_sentence(text: str, begins: str) -> None:
    assert text.startswith(begins), text
    assert "\n" not in text


def test_models_that_read_each_other_are_refused(tmp_path: Path) -> None:
    for name, other in (("one", "two"), ("two", "one")):
        lines = [line for line in MODEL.splitlines() if not line.startswith("-- looks up")]
        model = "\n".join(lines).replace("deals_closed", name).replace("reads: deal(", f"reads: {other}(")
        write_model(tmp_path, name, model, CHECKS)
    with pytest.raises(
        ModelRefused, match=r"/(one|two)/model\.sql, line 5: (one reads two|two reads one), which reads"
    ):
        load_models(tmp_path)


@pytest.mark.parametrize("spoilt", ["model.sql", "checks.sql"])
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, spoilt: str) -> None:
    folder = write_model(tmp_path, "deals_closed", MODEL, CHECKS)
    (folder / spoilt).write_bytes(b"-- table: crm.deals_closed\n-- about: \xff\n")
    with pytest.raises(ModelRefused, match=rf"{spoilt}, line 2: it is no text in UTF-8"):
        load_models(tmp_path)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelRefused, match=r"/empty/model\.sql, line 1: it can't be read: no such file"):
        load_models(tmp_path)


def test_a_folder_that_is_not_there_is_refused(embedded: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_MODELS", str(embedded.home / "nowhere"))
    refused = embedded("status")
    assert (refused.exit_code, "RAPPORT_MODELS can't be used: there is no folder" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("count(*) FILTER (WHERE d.title = 1)", "model.sql, line 18: PostgreSQL can't take this: operator does not"),
        ("CAST('{}' AS json)", "model.sql, line 13: PostgreSQL can't take this: could not identify an equality"),
    ],
    ids=["a type", "rows that can't be compared"],
)
def test_what_only_a_server_knows_is_asked_of_the_server_of_the_store(
    fresh_postgres: Callable[[], AbstractContextManager[str]], tmp_path: Path, new: str, said: str
) -> None:
    write_model(tmp_path, "deals_closed", MODEL.replace("count(p.price)", new), CHECKS)
    with fresh_postgres() as url:
        with pytest.raises(ModelRefused) as refused:
            validate(load_models(tmp_path), url)
        with psycopg.connect(url) as connection:
            left = connection.execute("SELECT count(*) FROM pg_class WHERE relname = 'deals_closed'").fetchone()
    assert said in str(refused.value)
    assert left == (0,)


def test_none_of_them_touches_what_is_live(filled: Program, folder: Path) -> None:
    before = live(filled)
    for name, bad in ALL.items():
        said = bad.write(folder)

        refused = filled("rebuild", bad.name)

        assert (refused.exit_code, said in refused.stderr) == (1, True), f"{name}: {refused.stderr}"
        assert live(filled) == before, name
        for file in (folder / bad.name).iterdir():
            file.unlink()
        (folder / bad.name).rmdir()


def live(program: Program) -> Any:
    """What readers can see: the published files, or the tables in PostgreSQL with what is in one of them."""
    store = os.environ.get("RAPPORT_STORE")
    if store is None:
        return {
            path.name: (path.stat().st_ino, sha256(path.read_bytes()).hexdigest())
            for path in (program.home / "read_models.duckdb", program.home / "personal.duckdb")
        }
    with psycopg.connect(store) as connection:
        tables = "SELECT relname, oid, relfilenode FROM pg_class WHERE relnamespace = 'crm'::regnamespace ORDER BY 1"
        rows = "SELECT md5(string_agg(d::text, ',' ORDER BY deal_id)), array_agg(xmin::text) FROM crm.deal AS d"
        return [connection.execute(statement).fetchall() for statement in (tables, rows)]


def test_reading_goes_on_and_says_why_the_tables_are_old(filled: Program, owned: Owned, sales: list[Any]) -> None:
    owned(model=MODEL.replace("GROUP BY", "GRUOP BY"))
    filled.ingest([{**sales[1], "id": "another", "subject": "deal:test:99"}])

    read = filled("sql", "SELECT CAST(count(*) AS bigint) AS n FROM deal", "--format", "csv")

    assert (read.exit_code, read.stdout.split()) == (0, ["n", "6"])
    assert "model.sql, line 22: PostgreSQL can't read this" in read.stderr
    assert "tables are shown as they were before" in read.stderr
    for words in (["project"], ["rebuild", "deals_closed"], ["sql", "SELECT 1", "--wait", "13"]):
        assert filled(*words).exit_code == 1
    assert filled.json("status")["lag"] == 1


def test_status_goes_on_and_says_what_is_refused(filled: Program, owned: Owned) -> None:
    owned(model=MODEL.replace("-- about: how", "-- about how"))

    status = filled.json("status")

    assert status["models"].startswith("refused: ")
    assert "deals_closed/model.sql, line 2: not a header line" in status["models"]
    assert status["tables"]["deal"] == 6


def test_checks_are_run_over_the_first_events_too(program: Program, owned: Owned, sales: list[Any]) -> None:
    # given tables that were made before there was anything to check
    owned(checks="-- Nobody won.\nSELECT owner, won FROM deals_closed WHERE won > 0;\n")
    program.json("project")
    program.ingest(sales)

    refused = program("project")

    assert (refused.exit_code, "it must hold that nobody won, and there is owner=" in refused.stderr) == (1, True)
    assert program.json("status")["position"] == 0


def test_a_batch_that_a_model_can_not_take_is_said_of_that_model(filled: Program, owned: Owned, message: Any) -> None:
    owned(model=MODEL.replace("count(p.price)", "sum(CAST(substr(d.title, 6) AS bigint))"))
    assert filled("rebuild", "deals_closed").exit_code == 0
    opened = message("deal.opened", "deal:test:9", "2026-02-01T12:00:00Z", title="Nine", owner="Kim")
    won = message("deal.won", "deal:test:9", "2026-02-03T12:00:00Z")
    filled.ingest([{**opened, "id": "opened"}, {**won, "id": "won"}])

    refused = filled("project")

    assert (refused.exit_code, "deals_closed/model.sql, line 13: it can't be computed: " in refused.stderr) == (1, True)
