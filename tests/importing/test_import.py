"""An import is a SELECT: files in, events out, the same ones in whatever order the rows stand."""

import gzip
import random
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from infra.errors import Misused
from infra.importing.rows import without_nulls
from infra.importing.tables import Tables
from infra.log.log import EventLog
from tests.importing.given import imported, select, written

NOTES = select(
    """
    SELECT
        'crm.ticket.step_recorded.v1' AS type,
        moment AS time,
        'ticket:shop:' || ticket AS subject,
        {label: step, owner: who} AS data
    FROM input
    """
)
ROWS = [
    "t1,2024-01-01T10:00:00Z,looked,Ann",
    "t1,2024-01-01T10:00:00Z,looked,Ann",
    "t1,2024-01-01T10:00:00Z,looked,",
    "t2,2024-01-01,waited,Bo",
    "t2,2024-01-01,waited,Bo",
    "t2,2024-01-01,waited,Bo",
]


def steps(folder: Path, rows: list[str], name: str = "steps.csv") -> Path:
    return written(folder / name, "\n".join(["ticket,moment,step,who", *rows]) + "\n")


def test_given_rows_without_ids_then_equal_rows_are_counted_and_none_is_lost(tmp_path: Path) -> None:
    done = imported([steps(tmp_path, ROWS)], NOTES)
    assert (done.summary.taken, done.summary.repeats, done.equal) == (6, 0, 3)
    assert Counter(event["id"].rpartition(":")[2] for event in done.events) == {"0": 3, "1": 2, "2": 1}


def test_given_the_rows_in_another_order_then_it_is_the_same_import(tmp_path: Path) -> None:
    ordered = imported([steps(tmp_path, ROWS)], NOTES)
    shuffled = ROWS.copy()
    random.Random(3).shuffle(shuffled)
    assert shuffled != ROWS
    assert imported([steps(tmp_path, shuffled)], NOTES).said == ordered.said


def test_given_equal_rows_with_a_sequence_then_the_order_of_the_file_does_not_matter(tmp_path: Path) -> None:
    with_sequence = select(NOTES.text.replace("AS data", "AS data, seq::INT AS sequence"))
    rows = [f"t1,2024-01-01T10:00:00Z,looked,Ann,{number}" for number in range(12)]

    def write(lines: list[str]) -> Path:
        return written(tmp_path / "steps.csv", "\n".join(["ticket,moment,step,who,seq", *lines]))

    shuffled = rows.copy()
    random.Random(3).shuffle(shuffled)
    assert imported([write(shuffled)], with_sequence).said == imported([write(rows)], with_sequence).said


def test_given_the_import_twice_then_the_second_changes_nothing(tmp_path: Path, log: EventLog) -> None:
    file = steps(tmp_path, [*ROWS, "t3,soon,looked,Ann"])
    first, second = imported([file], NOTES, log=log), imported([file], NOTES, log=log)
    assert (first.summary.taken, first.summary.dead) == (6, 1)
    assert (second.summary.taken, second.summary.repeats, second.summary.dead) == (0, 6, 0)
    assert log.head() == 6


def test_given_a_row_that_is_no_event_then_it_is_a_dead_letter_that_can_be_tried_again(
    tmp_path: Path, log: EventLog
) -> None:
    imported([steps(tmp_path, ["t1,2024-01-01,looked,Ann", "t1,soon,looked,Ann"])], NOTES, log=log)
    [letter] = log.dead_letters("main")
    assert (letter.place, letter.field, letter.source) == ("test.sql row 2", "time", "shop")
    whole = log.dead_letter("main", letter.dead_letter_id)
    assert whole is not None
    assert whole.raw is not None
    assert b'"time":"soon"' in whole.raw


def test_a_map_can_say_where_a_row_stands(tmp_path: Path) -> None:
    placed = select(NOTES.text.replace("AS data", "AS data, 'steps.csv row ' || (rowid + 1) AS place"))
    assert imported([steps(tmp_path, ROWS)], placed).places[:2] == ["steps.csv row 1", "steps.csv row 2"]


def test_nothing_in_a_csv_is_guessed_away(tmp_path: Path) -> None:
    file = written(tmp_path / "input.csv", 'key,flag,number,empty,quoted\n007,true,1.50,,"a, ""b"""\n')
    everything = select(
        "SELECT 'crm.account.added.v1' AS type, '2024-01-01' AS time, 'account:x:' || key AS subject, "
        "{name: quoted, industry: empty, custom: {flag: flag, number: number}} AS data FROM input"
    )
    [event] = imported([file], everything).events
    assert event["subject"] == "account:x:007"
    assert event["data"] == {"name": 'a, "b"', "custom": {"flag": "true", "number": "1.50"}}


def test_null_fields_are_absent_at_every_depth() -> None:
    assert without_nulls({"a": None, "b": {"c": None, "d": [None, {"e": None}]}}) == {"b": {"d": [{}]}}


def test_lines_that_are_no_rows_are_dead_letters_and_the_others_are_taken(tmp_path: Path) -> None:
    rows = ["t1,2024-01-01,looked,Ann", "t1,2024-01-01", "t1,2024-01-01,looked,Bo,and more", "t1,2024-01-02,looked,Bo"]
    done = imported([steps(tmp_path, rows)], NOTES)
    assert (done.summary.taken, done.summary.refused) == (2, 2)
    assert done.places[:2] == ["steps.csv line 3", "steps.csv line 4"]
    assert all("can't be read as a row" in reason for reason in done.summary.reasons)


def as_json(folder: Path) -> Path:
    lines = [
        '{"ticket": "t1", "moment": "2024-01-01T10:00:00+02:00", "step": "looked", "who": "Ann"}',
        '{"ticket": "t2", "moment": "2024-01-01", "step": "waited"}',
    ]
    return written(folder / "steps.jsonl", "\n".join(lines))


def as_zipped_csv(folder: Path) -> Path:
    text = "ticket,moment,step,who\nt1,2024-01-01T10:00:00+02:00,looked,Ann\nt2,2024-01-01,waited,\n"
    return written(folder / "steps.csv.gz", gzip.compress(text.encode()))


def as_parquet(folder: Path) -> Path:
    path = folder / "steps.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT * FROM (VALUES ('t1', '2024-01-01T10:00:00+02:00', 'looked', 'Ann'), "
            "('t2', '2024-01-01', 'waited', NULL)) AS t (ticket, moment, step, who)) "
            f"TO '{path}' (FORMAT parquet)"
        )
    return path


def as_semicolons(folder: Path) -> Path:
    return written(
        folder / "steps.csv",
        "ticket;moment;step;who\r\nt1;2024-01-01T10:00:00+02:00;looked;Ann\r\nt2;2024-01-01;waited;\r\n",
    )


@pytest.mark.parametrize("form", [as_json, as_zipped_csv, as_parquet, as_semicolons])
def test_every_form_of_file_gives_the_same_events(tmp_path: Path, form: object) -> None:
    assert callable(form)
    events = imported([form(tmp_path)], NOTES).events
    assert [(e["subject"], e["time"], e["data"]) for e in events] == [
        ("ticket:shop:t1", "2024-01-01T10:00:00+02:00", {"label": "looked", "owner": "Ann"}),
        ("ticket:shop:t2", "2024-01-01", {"label": "waited"}),
    ]


@pytest.mark.parametrize(
    ("expression", "time"),
    [
        ("moment::DATE", "2024-03-31"),
        ("moment::TIMESTAMP AT TIME ZONE 'Europe/Berlin'", "2024-03-31T10:30:00.000000Z"),
        ("moment", "2024-03-31 12:30:00"),
    ],
)
def test_a_time_keeps_its_meaning(tmp_path: Path, expression: str, time: str) -> None:
    file = written(tmp_path / "x.csv", "moment\n2024-03-31 12:30:00\n")
    timed = select(
        f"SELECT 'crm.deal.won.v1' AS type, {expression} AS time, 'deal:x:1' AS subject, '{{}}' AS data FROM x"
    )
    assert imported([file], timed, timezone="America/New_York").events[0]["time"] == time


def test_several_files_are_tables_named_after_them(tmp_path: Path) -> None:
    people = written(tmp_path / "People list.csv", "id,name\n1,Ann\n")
    firms = written(tmp_path / "firms.csv", "id,firm\n1,Acme\n")
    joined = select(
        "SELECT 'crm.account.added.v1' AS type, DATE '2024-01-01' AS time, 'account:x:' || id AS subject, "
        'to_json({name: firm, owner: name}) AS data FROM "People list" JOIN firms USING (id)'
    )
    assert imported([people, firms], joined).events[0]["data"] == {"name": "Acme", "owner": "Ann"}


def test_amounts_are_exact(tmp_path: Path, log: EventLog) -> None:
    file = written(tmp_path / "x.csv", "amount\n123456789012345.6789\n")
    exact = select(
        "SELECT 'crm.deal.opened.v1' AS type, '2024-01-01' AS time, 'deal:x:1' AS subject, "
        "{amount: amount::DECIMAL(19, 4), currency: 'EUR'} AS data FROM input"
    )
    imported([file], exact, log=log)
    assert b'"amount":"123456789012345.6789"' in log.read(0, 1, 1)[0].state


def test_data_that_is_no_json_is_a_dead_letter(tmp_path: Path) -> None:
    file = written(tmp_path / "x.csv", "id\n1\n2\n3\n")
    odd = select(
        "SELECT 'crm.deal.won.v1' AS type, '2024-01-01' AS time, 'deal:x:' || id AS subject, "
        "CASE id WHEN '1' THEN '{broken' WHEN '2' THEN '{\"amount\": NaN}' ELSE '{}' END AS data FROM x"
    )
    done = imported([file], odd)
    assert (done.summary.taken, done.summary.refused) == (1, 2)
    assert list(done.summary.reasons) == ["data is not JSON, or holds a number that is not finite"]


# --- what can't be used is one sentence --------------------------------------------------------------------------

GOOD = "SELECT 'crm.deal.won.v1' AS type, '2024-01-01' AS time, 'deal:x:1' AS subject, '{}' AS data"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELEC 1", "broken SQL: Parser Error: syntax error"),
        ("", "exactly one SELECT"),
        ("-- nothing yet", "exactly one SELECT"),
        (f"{GOOD}; {GOOD}", "exactly one SELECT"),
        ("CREATE TABLE t AS SELECT 1", "exactly one SELECT"),
        ("COPY input TO 'somewhere.csv'", "exactly one SELECT"),
        ("INSTALL httpfs", "exactly one SELECT"),
        ("SET enable_external_access = true", "exactly one SELECT"),
        ("SELECT * FROM nowhere", "can't be used: Catalog Error: Table with name nowhere does not exist"),
        ("SELECT * FROM read_csv('/etc/passwd')", "file system operations are disabled"),
        ("SELECT * FROM '/etc/passwd'", "can't be used"),
        (GOOD.replace("AS data", "AS dta"), "selects no column data"),
        (f"{GOOD}, 1 AS squence", "selects the column squence, which no event has; did you mean sequence?"),
        (f"{GOOD}, 1 AS colour", "possible are type, time"),
        (GOOD.replace("'2024-01-01'", "TIMESTAMP '2024-01-01 10:00:00'"), "AT TIME ZONE 'Europe/Berlin'"),
        (GOOD.replace("'2024-01-01'", "20240101"), "a time that is INTEGER"),
        (GOOD.replace("'{}'", "CASE WHEN error('boom') THEN '' END"), "failed: Invalid Input Error: boom"),
        ("-- columns: id, colour\n" + GOOD, "x.csv has no column colour"),
    ],
)
def test_a_map_that_cant_be_used_is_refused_in_one_sentence(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(Misused) as refused:
        imported([written(tmp_path / "x.csv", "id\n1\n")], select(text))
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing.csv", None, "there is no such file"),
        ("table.xlsx", b"", "the ending does not say what it is"),
        ("noending", b"", "the ending does not say what it is"),
        ("x.json", b"{broken", "x.json can't be read as JSON"),
        ("x.parquet", b"PAR1", "x.parquet can't be read as PARQUET"),
        ("x.csv.gz", b"no gzip", "x.csv.gz can't be read as CSV"),
    ],
)
def test_a_file_that_cant_be_used_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Misused) as refused, Tables("UTC") as tables:
        tables.load([tmp_path / name], {})
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    files = [written(tmp_path / "x.csv", "a\n1\n"), written(tmp_path / "X.json", "{}")]
    with pytest.raises(Misused, match="two files would both be the table"), Tables("UTC") as tables:
        tables.load(files, {})
