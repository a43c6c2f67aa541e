"""Personal data that come in, by whatever way, are found in the tables of `personal` and nowhere else."""

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.bootstrap import Rapport
from infra.publishing.places import Places
from infra.settings import read_settings
from tests.project.given import Program
from tests.sealing.traces import Secret, tables_of_duckdb, tables_of_postgres, tables_of_sqlite, traces
from tests.sealing.ways import USABLE, WAYS, Printed, Sender

SECRETS = {way: Secret(way) for way in WAYS}
PERSONAL_FILES = {"personal.duckdb", "personal.duckdb.wal"}


@pytest.fixture
def printed(program: Program, tmp_path: Path) -> Printed:
    """All ways were gone, and the tables brought up to the log; what was printed on the way."""
    said: Printed = []
    for way, send in WAYS.items():
        sender = Sender(program, tmp_path, SECRETS[way])
        send(sender)
        said += sender.printed
    closing = Sender(program, tmp_path, Secret("project"))
    for words in (("project",), ("status",), ("keys", "status"), ("sql", "SELECT * FROM contact")):
        closing.run(*words)
    return said + closing.printed


def test_nothing_personal_is_found_outside_of_personal(
    printed: Printed, program: Program, request: pytest.FixtureRequest
) -> None:
    places = [*printed, *files_outside(program.home), *tables_outside(program, request)]

    assert traces(SECRETS.values(), places) == []
    assert {"stored_events", "dead_letter"} <= {name.replace(" ", ".").rpartition(".")[2] for name, _ in places}
    # It was looked for where it could be found.
    usable = [SECRETS[way] for way in USABLE]
    found = traces(usable, personal_tables(program, request))
    assert {one.partition(" ")[0] for one in found} == set(USABLE)


def test_without_keys_names_and_texts_are_gone_and_nothing_else(
    program: Program, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    # Given events of every type, and dead letters, in the tables,
    senders = [Sender(program, tmp_path, SECRETS[way]) for way in ("file", "dead")]
    for sender in senders:
        WAYS[sender.secret.way](sender)
    before = open_tables(program)
    assert traces([SECRETS["file"]], personal_tables(program, request))

    # when all keys are destroyed and the tables are computed anew,
    with Rapport(read_settings()) as rapport:
        log, keystore = rapport.log, rapport.keystore
        for contact in (f"contact:mail:{SECRETS['file'].mail}", f"contact:phone:{SECRETS['file'].phone}"):
            assert keystore.erase_contact("main", log.id_of("main", contact)) > 0
        for number in range(1, 1_000):
            keystore.erase_key("main", number)
    senders[0].run("rebuild")

    # then names and texts are absent, every other table says the same, and all goes on.
    assert traces([SECRETS["file"]], personal_tables(program, request)) == []
    assert open_tables(program) == before
    assert program.sql("SELECT count(*) AS n FROM personal.contact", "--personal")[0]["n"] > 0
    letters = program.json("dead-letters", "list")
    assert "can't be read any more" in program("dead-letters", "show", letters[0]["id"]).stdout
    assert program("dead-letters", "show", letters[0]["id"], "--raw").exit_code == 1
    assert "key was destroyed" in program("dead-letters", "retry", letters[0]["id"]).stdout
    senders[0].run("do", "tag-contact", "--contact", f"contact:mail:{SECRETS['file'].mail}", "--tag", "vip")
    assert program("timeline", f"contact:mail:{SECRETS['file'].mail}", "--no-personal").exit_code == 0


def test_the_search_finds_a_value_in_every_form_it_may_be_written_in() -> None:
    secret = Secret("file")
    text = f'<"{secret.word}">'
    forms = [text.encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be", "latin-1")]
    forms += [json.dumps(text).encode(), text.encode().hex().encode(), secret.phone.encode()]

    for form in forms:
        assert traces([secret], [("here", form)]) == ["file in here"], form
    for before in (b"", b"1", b"12"):
        assert traces([secret], [("here", b64encode(before + text.encode()))]) == ["file in here"]
    assert traces([secret], [("here", b"zqvornak, and nothing else")]) == []


def files_outside(home: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of RAPPORT_HOME but the two that hold personal tables."""
    for path in sorted(home.rglob("*")):
        if path.is_file() and path.name not in PERSONAL_FILES:
            yield str(path.relative_to(home)), path.read_bytes()


def tables_outside(program: Program, request: pytest.FixtureRequest) -> Iterator[tuple[str, bytes]]:
    """All rows of all tables outside of `personal`: files of DuckDB may hold them packed."""
    if on_postgres(request):
        yield from tables_of_postgres(request.getfixturevalue("postgres_database"), personal=False)
        return
    places = Places(program.home)
    yield from tables_of_sqlite(program.home / "log.sqlite")
    for path in (places.public("main"), places.private("main")):
        yield from tables_of_duckdb(path)


def personal_tables(program: Program, request: pytest.FixtureRequest) -> list[tuple[str, bytes]]:
    """All rows of all tables of `personal`."""
    if on_postgres(request):
        return list(tables_of_postgres(request.getfixturevalue("postgres_database"), personal=True))
    places = Places(program.home)
    return [one for path in (places.public("personal"), places.private("personal")) for one in tables_of_duckdb(path)]


def open_tables(program: Program) -> dict[str, list[Any]]:
    """The rows of all tables that analysts read, but when they were made."""
    names = [row["table"] for row in program.json("sql", "--tables")]
    wanted = [name for name in names if not name.startswith("personal.") and name != "freshness"]
    return {name: sorted(map(str, program.sql(f"SELECT * FROM {name}"))) for name in wanted}


def on_postgres(request: pytest.FixtureRequest) -> bool:
    """Which of the two stores the program is on in this test."""
    return "postgres_program" in request.fixturenames or request.node.callspec.params["program"] == "postgres"
