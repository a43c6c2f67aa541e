"""`rapport void`: events are taken back and brought back, and tables and commands stand as if they had not happened."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.project.given import Program, call, calls

WHY = ("--reason", "imported with the wrong map", "--yes")
MAP = """
SELECT
    'crm.ticket.step_recorded.v1' AS type, day AS time, 'ticket:shop:' || ticket AS subject, row AS id,
    {label: step} AS data
FROM input
"""
CSV = "row,ticket,day,step\n1,7,2024-05-31,looked\n2,7,2024-06-01,waited\n3,8,2024-06-01,looked\n"


def tickets(program: Program) -> list[tuple[Any, ...]]:
    rows = program.sql("SELECT reference, label FROM ticket_history ORDER BY reference, n")
    return [(row["reference"], row["label"]) for row in rows]


def imported(program: Program, *words: str, csv: str = CSV, map_: str = MAP) -> dict[str, Any]:
    files = {"steps.csv": csv, "steps.sql": map_}
    for name, text in files.items():
        (program.home / name).write_text(text)
    where = (str(program.home / "steps.csv"), "--map", str(program.home / "steps.sql"), "--source", "shop")
    done: dict[str, Any] = program.json("import", *where, *words)
    return done


def test_an_import_is_taken_back_and_the_same_file_goes_in_again_with_a_mended_map(program: Program) -> None:
    program.ingest(calls(3))
    first = imported(program)
    assert len(tickets(program)) == 3

    # when the import is taken back
    done = program.json("void", "--import", first["importid"], *WHY)
    # then its events are in no table, and others are
    assert (done["events"], done["things"]) == (3, 2)
    assert tickets(program) == []
    assert program.sql("SELECT count(*) AS n FROM contact_timeline") == [{"n": 3}]

    # when the file is read again, all of it is a repeat
    assert imported(program)["repeats"] == 3
    assert tickets(program) == []
    # and with --again and a mended map it counts
    mended = imported(program, "--again", map_=MAP.replace("label: step", "label: upper(step)"))
    assert (mended["taken"], mended["repeats"]) == (3, 0)
    assert tickets(program) == [
        ("ticket:shop:7", "LOOKED"),
        ("ticket:shop:7", "WAITED"),
        ("ticket:shop:8", "LOOKED"),
    ]
    # so that the void can't be undone any more
    refused = program("void", "--undo", done["void"], *WHY)
    assert (refused.exit_code, "3 of the 3 events were taken in again" in refused.stderr) == (1, True)


def test_a_void_is_undone(program: Program) -> None:
    importid = imported(program)["importid"]
    before = tickets(program)
    done = program.json("void", "--import", importid, *WHY)
    assert tickets(program) == []

    brought_back = program.json("void", "--undo", done["void"], "--reason", "it was right", "--yes")

    assert brought_back["events"] == 3
    assert tickets(program) == before
    rows = program.sql("SELECT void_id, reason, selected_by, selected, events, stands, undone_reason FROM void")
    assert rows == [
        {
            "void_id": done["void"],
            "reason": "imported with the wrong map",
            "selected_by": "import",
            "selected": importid,
            "events": 3,
            "stands": False,
            "undone_reason": "it was right",
        }
    ]


def test_what_ingest_took_is_an_import_too(program: Program) -> None:
    (program.home / "calls.jsonl").write_text("\n".join(map(json.dumps, calls(3))))
    first = program.json("ingest", str(program.home / "calls.jsonl"))
    program.json("void", "--import", first["importid"], *WHY)
    assert program.sql("SELECT * FROM contact_timeline") == []

    again = program.json("ingest", str(program.home / "calls.jsonl"), "--again")
    assert again["taken"] == 3
    assert again["importid"] != first["importid"]
    assert len(program.sql("SELECT * FROM contact_timeline")) == 3


def test_a_run_says_by_what_it_can_be_taken_back_unless_it_took_nothing(program: Program) -> None:
    (program.home / "calls.jsonl").write_text(json.dumps(call(1)))
    rehearsed = program("ingest", str(program.home / "calls.jsonl"), "--dry-run")
    first = program("ingest", str(program.home / "calls.jsonl"))
    repeated = program("ingest", str(program.home / "calls.jsonl"))

    assert "rapport void --import " in first.stderr
    assert "rapport void" not in rehearsed.output + repeated.output
    assert program.json("ingest", str(program.home / "calls.jsonl"))["importid"] is None


def test_one_event_is_taken_back_by_the_senders_id_or_by_the_one_in_tables(program: Program) -> None:
    program.ingest(calls(3))
    program.json("void", "--event", "test", "call-1", *WHY)
    (id_, _) = [row["event_id"] for row in program.sql("SELECT event_id FROM contact_timeline ORDER BY occurred_at")]

    program.json("void", "--event-id", id_, *WHY)

    assert len(program.sql("SELECT * FROM contact_timeline")) == 1
    assert [row["selected_by"] for row in program.sql("SELECT selected_by FROM void")] == ["event", "event"]


def test_all_with_a_correlation_id_are_taken_back(program: Program) -> None:
    program.ingest([{**one, "correlationid": f"case {n % 2}"} for n, one in enumerate(calls(5))])

    assert program.json("void", "--correlation", "case 0", *WHY)["events"] == 3
    assert len(program.sql("SELECT * FROM contact_timeline")) == 2


def test_a_person_whom_only_voided_events_name_is_not_there(program: Program) -> None:
    program.ingest([call(1, "contact:mail:ada@example.org"), call(2, "contact:mail:bob@example.org")])
    program.json("void", "--event", "test", "call-1", *WHY)

    rows = program.sql("SELECT reference FROM personal.contact_key", "--personal")
    assert rows == [{"reference": "contact:mail:bob@example.org"}]


def test_commands_decide_as_if_what_was_voided_had_not_happened(program: Program) -> None:
    program.json("do", "plan-task", "--task", "task:crm:1", "--subject-line", "call")
    program.json("do", "complete-task", "--task", "task:crm:1", "--id", "done-1")
    assert program("do", "cancel-task", "--task", "task:crm:1").exit_code == 1

    program.json("void", "--correlation", "done-1", *WHY)

    program.json("do", "cancel-task", "--task", "task:crm:1")
    assert program.sql("SELECT status FROM task") == [{"status": "cancelled"}]
    # a repeat of the voided command stays a repeat
    assert program.json("do", "complete-task", "--task", "task:crm:1", "--id", "done-1")["already_done"]


def test_a_rehearsal_shows_types_and_first_events_and_changes_nothing(program: Program) -> None:
    importid = imported(program)["importid"]

    shown = program.json("void", "--import", importid, "--dry-run")

    assert shown["types"] == [{"type": "crm.ticket.step_recorded.v1", "events": 3}]
    assert [event["subject"] for event in shown["first_events"]] == ["ticket:shop:7", "ticket:shop:7", "ticket:shop:8"]
    assert (shown["dry_run"], shown["void"], shown["things"]) == (True, None, 2)
    assert "3 events of 2 things would be taken back" in program("void", "--import", importid, "--dry-run").stdout
    assert program("void", "--import", importid, "--dry-run", "--format", "csv").stdout.splitlines() == [
        "type,events",
        "crm.ticket.step_recorded.v1,3",
    ]
    assert len(tickets(program)) == 3
    assert program.sql("SELECT * FROM void") == []


def test_what_is_personal_in_voided_events_is_not_shown(program: Program) -> None:
    program.ingest([call(1, "contact:mail:ada@example.org", summary="a secret")])
    added = {"specversion": "1.0", "id": "a", "source": "test", "type": "crm.contact.added.v1"}
    program.ingest(
        [{**added, "subject": "contact:mail:ada@example.org", "time": "2026-01-01", "data": {"name": "Ada"}}]
    )

    for words in (("--event", "test", "call-1"), ("--event", "test", "a")):
        shown = program("void", *words, "--dry-run", "--format", "json").stdout
        assert "ada" not in shown.lower()
        assert "secret" not in shown


def test_nobody_there_to_be_asked_is_an_error(embedded: Program) -> None:
    embedded.ingest(calls(1))
    asked = embedded("void", "--event", "test", "call-0", "--reason", "a mistake")

    assert asked.exit_code == 2
    assert "1 event would be taken back; say --yes" in asked.stderr
    assert len(embedded.sql("SELECT * FROM contact_timeline")) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--reason", "x"], "one of --event"),
        (["--import", "a", "--correlation", "b", "--reason", "x"], "one of --event"),
        (["--import", "a"], "give the --reason"),
        (["--import", "a", "--reason", " "], "--reason is empty"),
        (["--import", "a", "--reason", "ada@example.org asked"], "leave e-mail addresses"),
        (["--event-id", "7", "--reason", "x"], "--event-id is no UUID"),
        (["--undo", "7", "--reason", "x"], "--undo is no UUID"),
    ],
)
def test_misuse_is_told(embedded: Program, words: list[str], said: str) -> None:
    done = embedded("void", *words, "--yes")
    assert done.exit_code == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--import", "a"], "no event with this import id stands in the log, so check it"),
        (["--correlation", "a"], "no event with this correlation id"),
        (["--event", "test", "call-9"], "there is no such event in the log"),
        (["--event-id", str(uuid4())], "there is no such event in the log"),
        (["--undo", str(uuid4())], "there is no such void"),
    ],
)
def test_what_is_not_there_is_told(embedded: Program, words: list[str], said: str) -> None:
    embedded.ingest(calls(1))
    done = embedded("void", *words, *WHY)
    assert done.exit_code == 1
    assert said in done.stderr


def test_no_message_takes_anything_back(embedded: Program, tmp_path: Path) -> None:
    embedded.ingest(calls(1))
    data = {"reason": "x", "of": "event", "what": "x", "events": 1, "takes": [[1, 1]]}
    head = {"specversion": "1.0", "id": "1", "source": "test", "type": "crm.void.made.v1", "time": "2026-01-01"}
    (tmp_path / "void.jsonl").write_text(json.dumps({**head, "subject": "void:id:1", "data": data}))

    done = embedded("ingest", str(tmp_path / "void.jsonl"))

    assert done.exit_code == 3
    assert "`rapport void`" in done.stdout
    assert len(embedded.sql("SELECT * FROM contact_timeline")) == 1


def test_a_calendar_is_taken_back_and_in_again(embedded: Program) -> None:
    event = "BEGIN:VEVENT\nUID:1\nDTSTAMP:20260101T000000Z\nDTSTART:20260105T090000Z\nSUMMARY:Talk\nEND:VEVENT\n"
    file = embedded.home / "one.ics"
    file.write_text(f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{event}END:VCALENDAR\n")
    first = embedded.json("import", str(file), "--source", "cal")
    embedded.json("void", "--import", first["importid"], *WHY)
    assert embedded.sql("SELECT * FROM meeting") == []

    # when the entry was moved meanwhile, it is scheduled where it is now
    file.write_text(file.read_text().replace("20260105T090000Z", "20260106T090000Z"))
    embedded.json("import", str(file), "--source", "cal", "--again")

    assert embedded.sql("SELECT status, starts_at FROM meeting") == [
        {"status": "planned", "starts_at": "2026-01-06T09:00:00+00:00"}
    ]
