"""`rapport do`, as typed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from commands.activities import LogChatMessage
from commands.registry import COMMANDS
from infra.cli import app
from infra.cli.fields import read_options

Run = Callable[..., Result]
DEFINE = (
    "define-pipeline",
    "--pipeline",
    "pipeline:crm:sales",
    "--name",
    "Sales",
    "--stages",
    "Lead:0.1,Offer:0.5,Won:1:won",
    "--stages",
    "Lost:0:lost",
)
OPEN = ("open-deal", "--deal", "deal:crm:1", "--pipeline=pipeline:crm:sales")


@pytest.fixture
def do(rapport_home: Path) -> Run:
    """Types `rapport do …`."""
    assert rapport_home.is_dir()
    return lambda *words: CliRunner().invoke(app, ["do", *words])


def events_of(result: Result) -> list[str]:
    assert result.exit_code == 0, result.stderr
    return [event["type"] for event in json.loads(result.stdout)["events"]]


def test_without_a_command_all_are_listed(do: Run) -> None:
    result = do("--format", "json")

    assert [row["command"] for row in json.loads(result.stdout)] == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_its_fields(do: Run, command: str) -> None:
    result = do(command, "--help")

    assert result.exit_code == 0
    for field in COMMANDS[command].command.model_fields:
        assert f"--{field.replace('_', '-')}" in result.stdout
    assert "--dry-run" in result.stdout


def test_a_command_says_what_happened_and_where_it_stands(do: Run) -> None:
    assert do(*DEFINE).stdout == "crm.pipeline.defined.v1 pipeline:crm:sales, position 1\n"
    assert do(*OPEN).stdout == "crm.deal.opened.v1 deal:crm:1, position 2\n"
    assert do("win-deal", "--deal", "deal:crm:1", "--dry-run").stdout == (
        "crm.deal.won.v1 deal:crm:1, not appended: --dry-run\n"
    )
    assert events_of(do("win-deal", "--deal", "deal:crm:1", "--format", "json")) == ["crm.deal.won.v1"]


def test_a_repeat_with_the_same_id_changes_nothing(do: Run) -> None:
    do(*DEFINE, "--id", "p")

    assert do(*DEFINE, "--id", "p").stdout == "already done: define-pipeline pipeline:crm:sales, position 1\n"
    repeat = json.loads(do(*DEFINE, "--id", "p", "--format", "json").stdout)
    assert (repeat["already_done"], repeat["events"]) == (True, [{"type": None, "position": 1}])


def test_fields_can_be_given_as_json_and_options_add_to_them(do: Run) -> None:
    do(*DEFINE)
    fields = json.dumps({"deal": "deal:crm:1", "pipeline": "pipeline:crm:sales", "amount": 12.5, "stage": "Lead"})

    assert events_of(do("open-deal", "--json", fields, "--currency", "EUR", "--stage", "Offer", "--format", "json"))
    moved = do("move-deal", "--deal", "deal:crm:1", "--stage", "Offer")
    assert "the deal is in Offer already" in moved.stderr


def test_lists_and_custom_fields_are_given_piece_by_piece(do: Run) -> None:
    do(*DEFINE)
    result = do(
        *OPEN,
        *("--contacts", "contact:crm:a, contact:crm:b", "--contacts", "contact:crm:c"),
        *("--custom", "tier=A", "--custom", "seats=12", "--custom", "signed=true", "--custom", "on=2025-03-03"),
    )
    assert result.exit_code == 0, result.stderr


def test_a_moment_is_given_with_its_zone(do: Run) -> None:
    meeting = ("schedule-meeting", "--contacts", "contact:crm:a")

    assert events_of(do(*meeting, "--starts-at", "2026-03-03T10:00+01:00", "--format", "json"))
    assert events_of(do(*meeting, "--starts-at", "2026-03-03 10:00Z", "--agents", "Kim,Lee", "--format", "json"))
    for written, because in (("2026-03-03T10:00", "must have a zone"), ("tomorrow", "must be a time with its zone")):
        result = do(*meeting, "--starts-at", written)
        assert (result.exit_code, f"starts_at {because}" in result.stderr) == (2, True), result.stderr


def test_a_list_of_references_is_given_piece_by_piece() -> None:
    words = ("--references", "message:mail:<1@example.org>, message:crm:2", "--references", '["message:crm:a,b"]')
    command = LogChatMessage.model_validate({**read_options(LogChatMessage, words), "direction": "inbound"})

    assert command.references == ["message:mail:1@example.org", "message:crm:2", "message:crm:a,b"]


def test_the_lines_of_an_order_are_given_as_json(do: Run) -> None:
    order = ("place-order", "--account", "account:crm:1", "--currency", "EUR")
    lines = json.dumps([{"product": "product:crm:1", "quantity": 2, "amount": 19.9}, {"quantity": 1, "amount": 0}])

    assert events_of(do(*order, "--lines", lines, "--format", "json")) == ["crm.order.placed.v1"]
    for written, because in (
        ("product:crm:1,2", "--lines is written as a JSON list: [{quantity, amount, product?, label?"),
        ('[{"quantity": 1}]', "lines[0].amount is missing"),
        ('[{"quantity": 1, "amount": 1, "colour": 2}]', "lines[0].colour is not a known field"),
    ):
        result = do(*order, "--lines", written)
        assert (result.exit_code, because in result.stderr) == (2, True), result.stderr
    assert "several: {quantity, amount, product?, label?" in do("place-order", "--help").stdout.replace("\n", " ")


def test_a_truth_value_is_given_in_the_words_of_json(do: Run) -> None:
    said = ("log-social-message", "--direction", "inbound", "--network", "x", "--contacts", "contact:crm:a")

    assert events_of(do(*said, "--public", "true", "--format", "json"))
    assert "public must be true or false" in do(*said, "--public", "yes").stderr


def test_a_command_can_say_when_it_happened(do: Run) -> None:
    do(*DEFINE, "--at", "2025-03-03")

    assert do(*OPEN, "--at", "2025-03-03T10:00:00+01:00").exit_code == 0
    for at, because in (
        ("2999-01-01", "a year ahead"),
        ("2025-03-03T10:00:00", "no zone"),
        ("soon", "not written like"),
    ):
        result = do("win-deal", "--deal", "deal:crm:1", "--at", at)
        assert (result.exit_code, because in result.stderr) == (2, True), result.stderr


def test_a_refusal_is_one_sentence_and_exit_code_1(do: Run) -> None:
    result = do("win-deal", "--deal", "deal:crm:1")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "rapport: the deal is not known; open it first with open-deal\n"


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("opn-deal",), "did you mean open-deal?"),
        (("--deal", "deal:crm:1"), "the command comes first"),
        (("win-deal",), "deal is missing"),
        (("win-deal", "--dael", "deal:crm:1"), "did you mean --deal?"),
        (("win-deal", "--colour", "red"), "it has --"),
        (("win-deal", "--deal", "contact:crm:1"), "a reference to a contact stands where a deal is expected"),
        (("win-deal", "--deal", "deal:crm:1", "--amount", "much"), "amount must be a number"),
        (("win-deal", "--deal", "deal:crm:1", "--deal", "deal:crm:2"), "--deal stands twice"),
        (("win-deal", "--deal"), "--deal has no value"),
        (("win-deal", "deal:crm:1"), "a value stands where an option is expected"),
        (("win-deal", "--json", "[1]"), "--json: "),
        (("win-deal", "--json", '{"deal":'), "--json: not JSON"),
        (("win-deal", "--deal", "deal:crm:1", "--custom", "tier"), "--custom is written name=value"),
        (("open-deal", "--contacts", "[1"), "--contacts begins like a JSON list and is none"),
        (
            ("define-pipeline", "--pipeline", "pipeline:a:b", "--name", "S", "--stages", "Lead:0.1:maybe"),
            "must be open",
        ),
        (("lose-deal", "--deal", "deal:crm:1", "--reason", "weather"), "reason must be price"),
    ],
)
def test_what_cant_be_understood_is_a_sentence_and_exit_code_2(do: Run, words: tuple[str, ...], because: str) -> None:
    result = do(*words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert because in result.stderr
    assert result.stderr.count("\n") == 1


def test_nothing_that_is_printed_repeats_a_personal_key_or_value(do: Run) -> None:
    said = [
        do("add-contact", "--contact", "contact:mail:ada@example.org", "--name", "Ada"),
        do("add-contact-email", "--contact", "contact:mail:ada@example.org", "--email", "nonsense@@ example.org"),
        do("add-contact-phone", "--contact", "contact:mail:ada@example.org", "--phone", "ada@example.org"),
        do("add-contact", "Ada", "ada@example.org"),
    ]

    assert said[0].stdout.startswith("crm.contact.added.v1 contact:id:")
    assert all("example.org" not in one.output for one in said)
