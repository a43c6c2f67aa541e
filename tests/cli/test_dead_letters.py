"""Dead letters as an operator works with them: counted, looked into, tried again, mended, given up."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from infra.cli import app
from infra.cli.pointing import pointed
from tests.ingest.given import LEFT_OUT, message, with_data

pytestmark = pytest.mark.usefixtures("rapport_home")

TAKEN, FAILED, MISUSED, SOME_DEAD = 0, 1, 2, 3


def rapport(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


def as_json(*arguments: object) -> Any:
    done = rapport("dead-letters", *arguments, "--format", "json")
    assert done.exit_code in {TAKEN, SOME_DEAD}, done.stderr
    return json.loads(done.stdout)


def ingest(folder: Path, *raws: bytes) -> None:
    (folder / "in").write_bytes(b"\n".join(raws))
    done = rapport("ingest", folder / "in")
    assert done.exit_code == SOME_DEAD, done.stderr


def ids(*filters: object) -> list[str]:
    return [one["id"] for one in as_json("list", *filters)]


@pytest.fixture
def three_refused(rapport_home: Path, tmp_path: Path) -> None:  # noqa: ARG001 - nothing of one's own is touched
    """A deal without a subject, one with a strange amount, and a line that is no JSON; the fourth is taken."""
    no_subject = message(id="1", subject=LEFT_OUT, source="hubspot")
    no_amount = message(id="2", source="shop", data={"title": "Seats", "amount": "a lot", "currency": "EUR"})
    ingest(tmp_path, no_subject, no_amount, b"{oops", message(id="4"))


@pytest.mark.usefixtures("three_refused")
def test_they_are_counted_by_what_they_have_in_common() -> None:
    by_reason = as_json("list", "--by", "reason")
    assert [(row["letters"], row["field"]) for row in by_reason] == [(1, "data.amount"), (1, None), (1, "subject")]
    by_both = as_json("list", "--by", "source", "--by", "origin")
    assert sorted((str(row["source"]), row["origin"], row["letters"]) for row in by_both) == [
        ("None", "ingest", 1),
        ("hubspot", "ingest", 1),
        ("shop", "ingest", 1),
    ]


@pytest.mark.usefixtures("three_refused")
@pytest.mark.parametrize(
    ("filters", "places"),
    [
        (["--field", "subject"], ["in:1"]),
        (["--source", "shop"], ["in:2"]),
        (["--reason", "JSON"], ["in:3"]),
        (["--refused-for", "JSON"], ["in:3"]),
        (["--origin", "ingest", "--since", "1h"], ["in:1", "in:2", "in:3"]),
        (["--origin", "rapport.deals"], []),
        (["--since", "2999-01-01"], []),
    ],
)
def test_filters_narrow_what_is_listed(filters: list[str], places: list[str]) -> None:
    assert [one["place"] for one in as_json("list", *filters)] == places


@pytest.mark.usefixtures("three_refused")
def test_the_field_that_hurt_is_pointed_at_in_the_body() -> None:
    shown = rapport("dead-letters", "show", *ids("--field", "data.amount")).stdout
    marked = next(number for number, line in enumerate(shown.splitlines()) if "^" in line)
    assert '"amount": "a lot"' in shown.splitlines()[marked - 1]
    assert shown.splitlines()[marked].index("^") == shown.splitlines()[marked - 1].index('"a lot"')
    assert "^ subject belongs here" in rapport("dead-letters", "show", *ids("--field", "subject")).stdout


@pytest.mark.parametrize(
    ("raw", "field", "reason", "marked"),
    [
        (b'{"data": {"stages": [{"kind": 1.50}]}}', "data.stages[0].kind", "", '"kind": 1.50'),
        (b'{"kafka":1,"headers":[["ce_type","x"]],"value":"{}"}', "type", "", '"ce_type": "x"'),
        (
            b'{"kafka":1,"headers":[["ce_type","x"]],"value":"{\\"amount\\": true}"}',
            "data.amount",
            "",
            '"amount": true',
        ),
        (b'{"kafka":1,"headers":[],"value":"{\\"time\\": 5}"}', "time", "", '"time": 5'),
        (b"abc\xffdef", None, "the text is not UTF-8: byte 4 can't be read", "abc\\xffdef"),
    ],
)
def test_the_mark_stands_under_what_hurt(raw: bytes, field: str | None, reason: str, marked: str) -> None:
    lines = pointed(raw, field, reason).splitlines()
    mark = next(number for number, line in enumerate(lines) if line.strip().startswith("^"))
    assert lines[mark - 1].strip().rstrip(",") == marked


@pytest.mark.parametrize(
    "raw",
    [b"", b"[" * 100_000, b"1" * 100_000, b'{"\x1b[2J": "\x1b]0;x"}', b'"\\ud800"', b"null", b'{"": {"": []}}'],
)
@pytest.mark.parametrize("field", [None, "data.amount", "[", ".", "\x1b[31m"])
def test_no_message_steers_the_terminal_or_stops_it_from_being_shown(raw: bytes, field: str | None) -> None:
    shown = pointed(raw, field, "not JSON: it ends too early (byte 999999)")
    assert "\x1b" not in shown
    assert len(shown) < 10_000


@pytest.mark.usefixtures("three_refused")
def test_a_mended_message_takes_its_place_once(tmp_path: Path) -> None:
    (letter,) = ids("--field", "data.amount")
    mended = tmp_path / "mended.json"
    mended.write_bytes(rapport("dead-letters", "show", letter, "--raw").stdout_bytes.replace(b'"a lot"', b"1200"))

    assert as_json("retry", letter, "--with", mended, "--dry-run") == [{"outcome": "taken", "letters": 1}]
    assert as_json("retry", letter, "--with", mended) == [{"outcome": "taken", "letters": 1}]
    assert as_json("retry", letter, "--with", mended) == [{"outcome": "settled", "letters": 1}]

    assert len(ids()) == 2
    shown = as_json("show", letter)
    assert '"a lot"' in shown["text"]
    assert [attempt["outcome"] for attempt in shown["attempts"]] == ["taken"]
    [mended_letter] = [one for one in as_json("list", "--settled") if one["origin"] == "mended"]
    assert mended_letter["id"] in shown["attempts"][0]["reason"]


@pytest.mark.usefixtures("three_refused")
def test_what_is_still_wrong_with_a_mended_message_is_said_and_it_stays_open() -> None:
    (letter,) = ids("--field", "subject")
    done = rapport("dead-letters", "retry", letter, "--with", "-", stdin=with_data(amount="nothing"))
    assert (done.exit_code, "1 refused" in done.stdout, "data.amount" in done.stdout) == (SOME_DEAD, True, True)
    assert letter in ids()


@pytest.mark.usefixtures("three_refused")
def test_all_of_a_field_are_tried_in_bulk_and_the_others_left_alone() -> None:
    assert as_json("retry", "--field", "subject") == [{"outcome": "refused", "letters": 1}]
    assert [one["attempts"] for one in as_json("list")] == [1, 0, 0]
    assert as_json("retry", "--all", "--dry-run") == [{"outcome": "refused", "letters": 3}]
    assert [one["attempts"] for one in as_json("list")] == [1, 0, 0]


@pytest.mark.usefixtures("three_refused")
def test_they_are_discarded_in_bulk_for_a_reason_that_is_kept_with_who_and_when(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RAPPORT_ACTOR", "user:ann")
    discard = ["discard", "--refused-for", "JSON", "--reason", "half a line of a broken upload"]

    assert as_json(*discard, "--dry-run") == [{"outcome": "discarded", "letters": 1}]
    assert len(ids()) == 3
    (letter,) = ids("--reason", "JSON")
    assert as_json(*discard) == [{"outcome": "discarded", "letters": 1}]
    assert as_json("discard", letter, "--reason", "again") == [{"outcome": "settled", "letters": 1}]

    assert len(ids()) == 2
    [attempt] = as_json("show", letter)["attempts"]
    assert (attempt["outcome"], attempt["reason"], attempt["actor"]) == (
        "discarded",
        "half a line of a broken upload",
        "user:ann",
    )
    assert attempt["at"] >= "2026"


@pytest.mark.usefixtures("three_refused")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["discard", "--all"], "--reason"),
        (["discard", "--all", "--reason", " "], "--reason is empty"),
        (["discard", "--all", "--reason", "asked by ada@example.org"], "leave e-mail addresses"),
        (["discard", "--reason", "why"], "say which"),
        (["retry"], "say which"),
        (["retry", "--all", "--since", "yesterday"], "--since can't be read"),
        (["retry", "--all", "--with", "-"], "--with takes the place of one"),
        (["retry", "00000000-0000-0000-0000-000000000000"], "there is no dead letter"),
        (["list", "--format", "yaml"], "yaml"),
    ],
)
def test_what_is_misused_changes_nothing_and_exits_with_2(arguments: list[str], said: str) -> None:
    done = rapport("dead-letters", *arguments)
    assert (done.exit_code, said in done.stderr) == (MISUSED, True), done.stderr
    assert [(one["attempts"], one["outcome"]) for one in as_json("list")] == [(0, None)] * 3


def test_a_list_and_its_reasons_show_no_value_of_a_message(tmp_path: Path) -> None:
    secret = "Zappelduster"
    values = {"title": secret, "amount": secret, "currency": secret, "owner": [secret], "custom": {"a": [secret]}}
    ingest(
        tmp_path,
        *(message(**{name: f"{secret} {name}"}) for name in ("type", "subject", "time", "specversion", "sequence")),
        message(tenant=secret, id="t"),
        message(id=[secret]),
        message(timeprecision=secret),
        message(datacontenttype=secret),
        *(with_data(**{name: value}) for name, value in values.items()),
        secret.encode(),
        b'{"a": "' + secret.encode(),
        b'{"a": "' + secret.encode() + b'", "a": 1}',
    )
    rapport("dead-letters", "retry", "--all")
    listed = len(ids("--limit", 1000))

    assert listed >= 14
    for arguments in (["list"], ["list", "--by", "reason", "--by", "field"], ["retry", "--all"]):
        for form in ("table", "json", "csv"):
            assert secret not in rapport("dead-letters", *arguments, "--format", form).output
    assert all(secret not in str(as_json("show", id_)["attempts"]) for id_ in ids())
